import type { ExtFields } from '../../codec/remoting-command.ts'

/** What of an answer is compared. */
export type AnswerField = 'code' | 'remark' | 'extFields' | 'body'

/** A request that both NameServers get. `$OBSERVER` in texts stands for an address at which the runner listens. */
export interface Step {
  readonly name: string
  /** Steps of the same peer go over one connection. */
  readonly peer: string
  readonly code: number
  readonly extFields?: ExtFields
  readonly body?: string | Buffer
  /** MQVersion of the sender; 5.3.3 when not given. */
  readonly version?: number
  /** The effect of the steps before comes a little later: asked again until the answer has this code. */
  readonly untilCode?: number
  /** Our answer is compared with our own answer to that step, not with Apache's. */
  readonly sameAs?: string
  /** Fields in which we mean to differ from Apache, and why. */
  readonly differs?: { readonly fields: readonly AnswerField[]; readonly why: string }
}

/** Closes the connection of a peer. */
export interface CloseStep {
  readonly name: string
  readonly closes: string
}

/** Waits until the server has closed the connection of a peer. */
export interface ClosedStep {
  readonly name: string
  readonly isClosed: string
}

/** Waits for the next request that comes to `$OBSERVER`. */
export interface NotifiedStep {
  readonly name: string
  readonly notified: number
}

export type ScriptStep = Step | CloseStep | ClosedStep | NotifiedStep
