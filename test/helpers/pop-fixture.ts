import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MessageExt, MessageExtBrokerInner } from '../../codec/message/message.ts'
import { Host } from '../../codec/message/host.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ConsumerOffsetManager } from '../../lib/broker/offset/consumer-offset-manager.ts'
import { LiteConsumption } from '../../lib/broker/lite-consumption.ts'
import { PopConsumption } from '../../lib/broker/pop-consumption.ts'
import type { TimedPuts } from '../../lib/broker/pop/timed-puts.ts'
import { newTopicConfig } from '../../lib/broker/topic/topic-config.ts'
import { SILENT_LOGGER } from '../../lib/common/logger.ts'
import { RequestDispatcher } from '../../lib/remoting/index.ts'
import type { PutMessageCallback } from '../../lib/store/types.ts'
import { makeBrokerParts } from './broker-parts.ts'
import { MemoryMessageStore } from './memory-message-store.ts'
import { FakeRequestChannel } from './remoting.ts'
import type { SimClock } from './sim-clock.ts'

const HOST = Host.of('127.0.0.1', 10911)
export const REVIVE_TOPIC = 'rmq_sys_REVIVE_LOG_DefaultCluster'
const STEP_MS = 50

/** A message as a pop hands it out. */
export interface Popped {
  readonly message: MessageExt
  readonly body: string
  /** Its receipt handle. */
  readonly extraInfo: string
}

/** Timers that survive a crash of the broker, as those on the disk do. */
class SimTimedPuts implements TimedPuts {
  isBehind = false
  readonly #store: MemoryMessageStore
  readonly #clock: SimClock

  constructor(store: MemoryMessageStore, clock: SimClock) {
    this.#store = store
    this.#clock = clock
  }

  put(message: MessageExtBrokerInner, all: Map<string, string>, done: PutMessageCallback): void {
    const delayMs = Number(all.get('TIMER_DELIVER_MS') ?? 0) - this.#clock.now()
    if (delayMs <= 0) {
      this.#store.putMessage(message, done)
      return
    }
    // The put itself may fail now; the delivery does not.
    this.#store.putMessage({ ...message, topic: 'rmq_sys_wheel_timer', queueId: 0 }, (result) => {
      if (result.appended !== undefined) {
        this.#clock.setTimeout(() => this.#store.putMessage(message, () => undefined), delayMs)
      }
      done(result)
    })
  }
}

/** Pop consumption over a store in memory, called through a dispatcher without sockets. */
export class PopFixture {
  readonly #parts
  readonly store: MemoryMessageStore
  readonly timedPuts: SimTimedPuts
  offsets: ConsumerOffsetManager
  pops: PopConsumption
  #dispatcher = new RequestDispatcher(SILENT_LOGGER)
  #lastChannelId = 0
  /** What is next of Math.random. */
  random = 0.99
  /** How often pops have been run, those that were held every time. */
  runs = 0

  constructor(settings: Record<string, string> = {}, readsLater = false) {
    this.#parts = makeBrokerParts({ brokerIP1: '10.0.0.1', ...settings })
    this.store = new MemoryMessageStore({
      clock: this.#parts.clock,
      realRecords: true,
      readsLater,
    })
    this.timedPuts = new SimTimedPuts(this.store, this.#parts.clock)
    this.offsets = this.#parts.consumerOffsetManager
    this.pops = this.#newPops()
  }

  get config() {
    return this.#parts.brokerConfig
  }

  get clock(): SimClock {
    return this.#parts.clock
  }

  get topics() {
    return this.#parts.topicConfigManager
  }

  get groups() {
    return this.#parts.subscriptionGroupManager
  }

  get stats() {
    return this.#parts.brokerStatsManager
  }

  async start(): Promise<void> {
    this.pops.load()
    await this.pops.start()
  }

  async remove(): Promise<void> {
    await this.pops.stop()
    this.#parts.remove()
  }

  /** A new broker over what the old one has on the disk: that one goes on, but nobody asks it. */
  async crash(): Promise<void> {
    this.pops.setPopReviveServiceStatus(false)
    const lost = this.pops
    await this.#restart()
    void lost.stop()
  }

  async restart(): Promise<void> {
    await this.pops.stop()
    this.offsets.persist()
    await this.#restart()
  }

  async #restart(): Promise<void> {
    this.offsets = new ConsumerOffsetManager(this.#parts)
    this.offsets.load()
    this.pops = this.#newPops()
    await this.start()
  }

  #newPops(): PopConsumption {
    const lite = new LiteConsumption({
      ...this.#parts,
      messageStore: this.store,
      consumerOffsetManager: this.offsets,
      random: () => 0,
    })
    const pops = new PopConsumption({
      ...this.#parts,
      messageStore: this.store,
      consumerOffsetManager: this.offsets,
      timedPuts: this.timedPuts,
      liteAcks: lite.acks,
      brokerHost: () => HOST,
      random: () => {
        this.runs++
        return this.random
      },
    })
    this.#dispatcher = new RequestDispatcher(SILENT_LOGGER)
    pops.registerProcessors(this.#dispatcher)
    return pops
  }

  addTopic(topicName: string, queueNums = 1): void {
    const nums = { readQueueNums: queueNums, writeQueueNums: queueNums }
    this.topics.createTopicIfAbsent(newTopicConfig(topicName, nums))
  }

  send(topic: string, body: string, tag?: string, queueId = 0): void {
    const properties = tag === undefined ? '' : `TAGS\u0001${tag}\u0002`
    this.sendTo(topic, Buffer.from(body), properties, queueId)
  }

  sendTo(topic: string, body: Buffer, properties: string, queueId = 0): void {
    this.store.putMessage(
      {
        ...{ topic, queueId, flag: 0, sysFlag: 0, body, properties },
        ...{ bornTimestamp: this.clock.now(), bornHost: HOST, storeHost: HOST },
        ...{ reconsumeTimes: 0, preparedTransactionOffset: 0 },
      },
      () => undefined,
    )
  }

  /** Moves time on, letting what falls due run to its end. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.clock.advance(Math.min(left, STEP_MS))
      await this.settle()
    }
  }

  /** Resolves when what was woken has been answered. */
  async settle(): Promise<void> {
    for (let i = 0; i < 4; i++) await nextTurn()
  }

  newChannel(): FakeRequestChannel {
    return new FakeRequestChannel({ id: ++this.#lastChannelId })
  }

  /** Sends a request without waiting. */
  ask(channel: FakeRequestChannel, code: number, fields: object, body?: Buffer): void {
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
    const request = RemotingCommand.request(code, Object.fromEntries(texts), body)
    this.#dispatcher.dispatch(request, channel)
  }

  async call(code: number, fields: object, body?: Buffer): Promise<RemotingCommand> {
    const channel = this.newChannel()
    this.ask(channel, code, fields, body)
    for (let i = 0; i < 100; i++) {
      const [response] = channel.responses
      if (response !== undefined) return response
      await nextTurn()
    }
    throw new Error(`no answer to ${code}`)
  }

  popRequest(fields: object = {}): Promise<RemotingCommand> {
    return this.call(RequestCode.POP_MESSAGE, popFields(fields))
  }

  async pop(fields: object = {}): Promise<Popped[]> {
    return poppedOf(await this.popRequest(fields))
  }

  ack(popped: Popped, group = 'G'): Promise<RemotingCommand> {
    return this.call(RequestCode.ACK_MESSAGE, handleFields(popped, group))
  }

  changeInvisibleTime(popped: Popped, invisibleTime: number): Promise<RemotingCommand> {
    const fields = { ...handleFields(popped, 'G'), invisibleTime }
    return this.call(RequestCode.CHANGE_MESSAGE_INVISIBLETIME, fields)
  }
}

/** Header fields of a pop of all queues that is not held. */
export function popFields(fields: object = {}): object {
  return {
    ...{ consumerGroup: 'G', topic: 'T', queueId: -1, maxMsgNums: 32, invisibleTime: 10_000 },
    ...{ pollTime: 0, bornTime: 0, initMode: 0 },
    ...fields,
  }
}

function handleFields({ message, extraInfo }: Popped, group: string): object {
  const [, , , , retry] = extraInfo.split(' ')
  const topic = retry === '1' ? `%RETRY%${group}_${message.topic}` : message.topic
  const { queueId, queueOffset: offset } = message
  return { consumerGroup: group, topic, queueId, offset, extraInfo }
}

/** The messages of an answer, with the handles that a client would make of it. */
export function poppedOf({ extFields = {}, bodySlices = [] }: RemotingCommand): Popped[] {
  const starts = new Map(
    (extFields['startOffsetInfo'] ?? '').split(';').map((entry) => {
      const [retry, queueId, start] = entry.split(' ')
      return [`${retry} ${queueId}`, start] as const
    }),
  )
  return bodySlices.map((record) => {
    const message = decodeRecord(record)
    const own = /POP_CK\u0001([^\u0002]*)/.exec(message.properties)?.[1]
    const { popTime, invisibleTime, reviveQid } = extFields
    const { queueId, queueOffset } = message
    const start = starts.get(`0 ${queueId}`)
    const made = `${start} ${popTime} ${invisibleTime} ${reviveQid} 0 broker-a ${queueId} ${queueOffset}`
    return { message, body: message.body.toString(), extraInfo: own ?? made }
  })
}
