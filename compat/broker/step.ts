import type { ExtFields, SerializeType } from '../../codec/remoting-command.ts'

/** What of an answer is compared; `unasked` is what else came over the connection before it. */
export const ANSWER_FIELDS = ['code', 'remark', 'extFields', 'body', 'unasked'] as const
export type AnswerField = (typeof ANSWER_FIELDS)[number]
export type Answer = Readonly<Record<AnswerField, unknown>>

/** What steps may take from the answers that the same broker gave before. */
export interface Earlier {
  /** The commit log offset in the msgId of a send's answer; of the `index`th message of a batch. */
  offsetOf(step: string, index?: number): number
  /** The msgId of a send's answer. */
  msgIdOf(step: string): string
  /** A field of an answer's header; empty when it is not there. */
  fieldOf(step: string, field: string): string
  /** When the `index`th message that a pull brought was stored. */
  storeTimeOf(step: string, index?: number): number
}

type Late<T> = T | ((earlier: Earlier) => T)

/** A request that both brokers get. Steps of the same peer go over one connection. */
export interface Step {
  readonly name: string
  readonly peer: string
  readonly code: number
  readonly extFields?: Late<ExtFields>
  readonly body?: Late<string | Buffer>
  /** MQVersion of the sender; 5.3.3 when not given. */
  readonly version?: number
  readonly language?: number
  readonly serialize?: SerializeType
  /** No answer is awaited. The next answer on the connection shows that none came. */
  readonly oneway?: boolean
  /** Marked as a response, to a request that nobody made. No answer is awaited. */
  readonly response?: boolean
  /** No answer is awaited yet: an AnsweredStep does. */
  readonly held?: boolean
  /** The effect of the steps before comes a little later: asked again until the answer is so. */
  readonly until?: (answer: Answer) => boolean
  /** What the body of the answer is, when it is no JSON. */
  readonly holds?: 'records' | 'properties' | 'keys'
  /** Fields in which we mean to differ from Apache, and why. */
  readonly differs?: { readonly fields: readonly AnswerField[]; readonly why: string }
}

/** Writes bytes that are no frame, and waits until the server has closed the connection. */
export interface BytesStep {
  readonly name: string
  readonly peer: string
  readonly bytes: Buffer
  readonly differs?: Step['differs']
}

/** Closes the connection of a peer. */
export interface CloseStep {
  readonly name: string
  readonly closes: string
}

/** Waits for the next request that the broker makes of a peer. */
export interface PushedStep {
  readonly name: string
  readonly peer: string
  readonly pushed: number
}

/** Waits for the answer to a step that was held. */
export interface AnsweredStep {
  readonly name: string
  readonly answers: string
}

export type ScriptStep = Step | BytesStep | CloseStep | PushedStep | AnsweredStep
