import { decodeOffsetMsgId } from '../../codec/message/message-id.ts'
import { recordStoreTimestamp, recordTotalSize } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import { sleep, waitFor } from '../harness/wait.ts'
import type { Comparable } from './comparable.ts'
import type { Answer, BytesStep, Earlier, PushedStep, ScriptStep, Step } from './step.ts'

const ANSWER_LIMIT_MS = 7000
/** Apache holds pulls of cold data for up to 8 s. */
const HELD_LIMIT_MS = 10_000
const CLOSE_LIMIT_MS = 1000
const EFFECT_LIMIT_MS = 10_000

/** Goes through a script with one broker and keeps the answers. */
export class ScriptRunner implements Earlier {
  readonly #port: number
  readonly #comparable: Comparable
  readonly #peers = new Map<string, RawClient>()
  readonly #held = new Map<string, Promise<Answer>>()
  readonly #responses = new Map<string, RemotingCommand>()

  constructor(port: number, comparable: Comparable) {
    this.#port = port
    this.#comparable = comparable
  }

  /** Answers by the names of the steps. */
  async run(steps: readonly ScriptStep[]): Promise<Map<string, Answer>> {
    try {
      const answers = new Map<string, Answer>()
      for (const step of steps) {
        if (answers.has(step.name)) throw new Error(`two steps are called ${step.name}`)
        answers.set(step.name, await this.#take(step))
      }
      return answers
    } finally {
      for (const peer of this.#peers.values()) await peer.close()
    }
  }

  offsetOf(step: string, index = 0): number {
    return decodeOffsetMsgId(this.#msgIds(step)[index] as string).commitLogOffset
  }

  msgIdOf(step: string): string {
    return this.#msgIds(step)[0] as string
  }

  fieldOf(step: string, field: string): string {
    return this.#responses.get(step)?.extFields?.[field] ?? ''
  }

  storeTimeOf(step: string, index = 0): number {
    const records = this.#responses.get(step)?.body ?? Buffer.alloc(0)
    let start = 0
    for (let i = 0; i < index; i++) start += recordTotalSize(records, start)
    return recordStoreTimestamp(records, start)
  }

  #msgIds(step: string): string[] {
    return (this.#responses.get(step)?.extFields?.['msgId'] ?? '').split(',')
  }

  async #take(step: ScriptStep): Promise<Answer> {
    if ('closes' in step) {
      await (await this.#peer(step.closes)).close()
      this.#peers.delete(step.closes)
      return NOTHING
    }
    if ('bytes' in step) return this.#write(step)
    if ('answers' in step) {
      return this.#held.get(step.answers) ?? Promise.reject(new Error(`not held: ${step.answers}`))
    }
    if ('pushed' in step) return this.#pushed(step)
    if (step.oneway || step.response) return this.#tell(step)
    if (step.held) {
      this.#held.set(step.name, this.#askOnce(step))
      return NOTHING
    }
    return this.#ask(step)
  }

  async #ask(step: Step): Promise<Answer> {
    let answer = await this.#askOnce(step)
    if (step.until === undefined) return answer
    const { until } = step
    await waitFor(step.name, EFFECT_LIMIT_MS, async () => {
      if (until(answer)) return true
      answer = await this.#askOnce(step)
      return false
    }).catch(() => undefined)
    return answer
  }

  async #askOnce(step: Step): Promise<Answer> {
    const peer = await this.#peer(step.peer)
    const limitMs = step.held === true ? HELD_LIMIT_MS : ANSWER_LIMIT_MS
    const waited = sleep(limitMs).then(() => 'no answer')
    const asked = peer.invoke(this.#requestOf(step), step.serialize).catch(() => 'closed')
    const response = await Promise.race([asked, waited])
    if (response === 'closed') this.#peers.delete(step.peer)
    if (typeof response === 'string') return { ...NOTHING, code: response }
    this.#responses.set(step.name, response)
    return { ...this.#answerOf(response, step.holds), unasked: this.#unasked(peer) }
  }

  #unasked(peer: RawClient): unknown[] {
    return peer.received.splice(0).map((command) => this.#answerOf(command))
  }

  async #tell(step: Step): Promise<Answer> {
    const request = this.#requestOf(step)
    if (step.oneway) request.markOneway()
    if (step.response) {
      request.flag = 1
      request.opaque = 12345
    }
    ;(await this.#peer(step.peer)).send(request, step.serialize)
    return NOTHING
  }

  async #write({ peer: name, bytes }: BytesStep): Promise<Answer> {
    const peer = await this.#peer(name)
    peer.sendBytes(bytes)
    const waited = sleep(CLOSE_LIMIT_MS).then(() => 'open')
    const code = await Promise.race([peer.closed.then(() => 'closed'), waited])
    const unasked = this.#unasked(peer)
    await peer.close()
    this.#peers.delete(name)
    return { ...NOTHING, code, unasked }
  }

  async #pushed({ peer, pushed }: PushedStep): Promise<Answer> {
    const waited = sleep(EFFECT_LIMIT_MS).then(() => undefined)
    const request = await Promise.race([(await this.#peer(peer)).request(pushed), waited])
    return request === undefined ? { ...NOTHING, code: 'nothing came' } : this.#answerOf(request)
  }

  #requestOf(step: Step): RemotingCommand {
    const late = <T>(value: T | ((earlier: Earlier) => T)) =>
      typeof value === 'function' ? (value as (earlier: Earlier) => T)(this) : value
    const body = late(step.body)
    const bytes = body === undefined ? undefined : Buffer.from(body as string)
    const request = RemotingCommand.request(step.code, late(step.extFields), bytes)
    if (step.version !== undefined) request.version = step.version
    if (step.language !== undefined) request.language = step.language
    return request
  }

  #answerOf(command: RemotingCommand, holds?: Step['holds']): Answer {
    const { code, remark, extFields, body } = command
    return {
      code,
      remark: remark === undefined ? undefined : this.#comparable.text(remark),
      extFields: this.#comparable.fields(extFields),
      body: body === undefined ? undefined : this.#bodyOf(body, holds),
      unasked: [],
    }
  }

  #bodyOf(body: Buffer, holds: Step['holds']): unknown {
    if (holds === 'records') return this.#comparable.records(body)
    const text = body.toString('utf8')
    if (holds === 'properties') return this.#comparable.properties(text)
    const json = this.#comparable.json(text)
    return holds === 'keys' ? keysOf(json) : json
  }

  async #peer(name: string): Promise<RawClient> {
    const known = this.#peers.get(name)
    if (known !== undefined) return known
    const peer = await RawClient.connect(this.#port)
    this.#peers.set(name, peer)
    return peer
  }
}

const NOTHING: Answer = {
  code: undefined,
  remark: undefined,
  extFields: undefined,
  body: undefined,
  unasked: undefined,
}

/** The names in an object and in the objects in it. */
function keysOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '$VALUE'
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, keysOf(item)]))
}
