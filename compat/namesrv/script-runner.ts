import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { parseJson } from '../../codec/fastjson.ts'
import type { JsonValue } from '../../codec/fastjson.ts'
import { stringifyJson } from '../../codec/fastjson-writer.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { NAMESRV_OPTIONS } from '../../lib/config/namesrv-config.ts'
import { NETTY_SERVER_OPTIONS } from '../../lib/config/netty-server-config.ts'
import { parseProperties } from '../../lib/config/properties.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import { waitFor } from '../harness/wait.ts'
import type { AnswerField, ScriptStep, Step } from './step.ts'

/** An answer in a form that compares: JSON bodies with their lists sorted, the observer's address as `$OBSERVER`. */
export type Answer = Readonly<Record<AnswerField, unknown>>

const EFFECT_LIMIT_MS = 15_000

/** Goes through a script with one NameServer and keeps the answers. */
export class ScriptRunner {
  readonly #port: number
  readonly #peers = new Map<string, RawClient>()
  readonly #observers: RawClient[] = []
  readonly #server: net.Server
  #onObserved: (() => void) | undefined

  constructor(port: number) {
    this.#port = port
    this.#server = net.createServer((socket) => {
      this.#observers.push(new RawClient(socket))
      this.#onObserved?.()
    })
  }

  /** Answers by the names of the steps. */
  async run(steps: readonly ScriptStep[]): Promise<Map<string, Answer>> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    try {
      const answers = new Map<string, Answer>()
      for (const step of steps) answers.set(step.name, await this.#take(step))
      return answers
    } finally {
      for (const peer of [...this.#peers.values(), ...this.#observers]) await peer.close()
      await new Promise((resolve) => this.#server.close(resolve))
    }
  }

  async #take(step: ScriptStep): Promise<Answer> {
    if ('closes' in step) {
      await (await this.#peer(step.closes)).close()
      this.#peers.delete(step.closes)
      return NOTHING
    }
    if ('isClosed' in step) {
      await (
        await this.#peer(step.isClosed)
      ).closed
      this.#peers.delete(step.isClosed)
      return NOTHING
    }
    if ('notified' in step) return this.#notification(step.notified)
    return this.#ask(step)
  }

  async #ask(step: Step): Promise<Answer> {
    let answer = await this.#askOnce(step)
    if (step.untilCode === undefined) return answer
    await waitFor(`${step.name}: code ${step.untilCode}`, EFFECT_LIMIT_MS, async () => {
      answer = await this.#askOnce(step)
      return answer.code === step.untilCode
    })
    return answer
  }

  async #askOnce(step: Step): Promise<Answer> {
    const peer = await this.#peer(step.peer)
    return this.#answerOf(await peer.invoke(this.#requestOf(step)), step.code)
  }

  #requestOf(step: Step): RemotingCommand {
    const extFields: Record<string, string> = {}
    for (const [key, value] of Object.entries(step.extFields ?? {})) {
      extFields[key] = value.replaceAll(OBSERVER, this.#observerAddress)
    }
    const body = step.body === undefined ? undefined : Buffer.from(step.body)
    const request = RemotingCommand.request(step.code, extFields, body)
    if (step.version !== undefined) request.version = step.version
    return request
  }

  #answerOf(response: RemotingCommand, code: number): Answer {
    const hide = (text: string) => text.replaceAll(this.#observerAddress, OBSERVER)
    const body = response.body?.toString('utf8')
    const parse = code === RequestCode.GET_NAMESRV_CONFIG ? comparableConfig : comparableJson
    return {
      code: response.code,
      remark: response.remark,
      // Empty and absent are the same to all clients.
      extFields: JSON.parse(hide(JSON.stringify(response.extFields ?? {}))) as unknown,
      body: body === undefined ? undefined : parse(hide(body)),
    }
  }

  async #notification(code: number): Promise<Answer> {
    if (this.#observers.length === 0) {
      await new Promise<void>((resolve) => (this.#onObserved = resolve))
    }
    const request = await Promise.race(this.#observers.map((observer) => observer.request(code)))
    return this.#answerOf(request, code)
  }

  async #peer(name: string): Promise<RawClient> {
    const known = this.#peers.get(name)
    if (known !== undefined) return known
    const peer = await RawClient.connect(this.#port)
    this.#peers.set(name, peer)
    return peer
  }

  get #observerAddress(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
}

const OBSERVER = '$OBSERVER'
const NOTHING: Answer = {
  code: undefined,
  remark: undefined,
  extFields: undefined,
  body: undefined,
}

/** Settings that belong to the place where a server runs. */
const LOCAL_KEYS = ['bindAddress', 'listenPort', 'configStorePath', 'kvConfigPath', 'rocketmqHome']

/** The options of the two classes that Apache's NameServer tells of; ours tells of its client side too. */
const CONFIG_KEYS = [...Object.keys(NAMESRV_OPTIONS), ...Object.keys(NETTY_SERVER_OPTIONS)]

function comparableConfig(text: string): unknown {
  const entries = parseProperties(text)
  const keys = CONFIG_KEYS.filter((key) => !LOCAL_KEYS.includes(key))
  return Object.fromEntries(keys.map((key) => [key, entries.get(key)]))
}

function comparableJson(text: string): unknown {
  return sorted(parseJson(text))
}

/** Lists in an order of their own, because Java's sets and maps have none that means something. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map(sorted)
    return items.sort((a, b) => (stringifyJson(a) < stringifyJson(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}

function isPlain(value: object): value is Record<string, JsonValue> {
  return Object.getPrototypeOf(value) === Object.prototype
}
