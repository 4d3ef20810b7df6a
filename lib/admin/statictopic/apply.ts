import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import type { LogicQueueMappingItem } from '../../../codec/body/topic-queue-mapping.ts'
import type { TopicOffset } from '../../../codec/body/topic-stats.ts'
import { fetchTopicStats } from '../broker-calls.ts'
import { keyOf } from '../message-queues.ts'
import type { MqAdminClient } from '../mq-admin-client.ts'
import type { StaticTopic, StaticTopics } from './static-topic.ts'
import { createStaticTopic, type Masters } from './static-topic-calls.ts'

/** A new part begins at a multiple of this, so that messages under way to the old one find room before it. */
const BLOCK_SEQ_SIZE = 10_000

/** Tells brokers of their parts of a topic, in the order in which nothing is lost. */
export class StaticTopicApplier {
  readonly #admin: MqAdminClient
  readonly #masters: Masters
  readonly #force: boolean

  constructor(admin: MqAdminClient, masters: Masters, force: boolean) {
    this.#admin = admin
    this.#masters = masters
    this.#force = force
  }

  /** @throws (rejects) Error before anything is changed, when a broker has no master */
  async applyAll(configs: StaticTopics): Promise<void> {
    this.#checkMasters(configs)
    for (const [broker, config] of configs) await this.#tell(broker, config)
  }

  /**
   * The new brokers take messages, the old ones take none any more; where the old ones end, the new ones begin.
   * Apache: tools.admin.MQAdminUtils#remappingStaticTopic
   */
  async applyRemapping(
    topic: string,
    configs: StaticTopics,
    mapIn: readonly string[],
    mapOut: readonly string[],
  ): Promise<void> {
    this.#checkMasters(configs)
    await this.#tellEach(configs, mapIn)
    await this.#tellEach(configs, mapOut)
    for (const broker of mapOut) await this.#decideOffsets(topic, configs, broker)
    await this.#tellEach(configs, mapIn)
    const told = new Set([...mapIn, ...mapOut])
    await this.#tellEach(
      configs,
      [...configs.keys()].filter((broker) => !told.has(broker)),
    )
  }

  #checkMasters(configs: StaticTopics): void {
    for (const broker of configs.keys()) this.#masterOf(broker)
  }

  #masterOf(broker: string): string {
    const address = this.#masters.get(broker)
    if (address === undefined) throw new Error(`Can't find addr for broker ${broker}`)
    return address
  }

  async #tellEach(configs: StaticTopics, brokers: readonly string[]): Promise<void> {
    for (const broker of brokers) await this.#tell(broker, configs.get(broker) as StaticTopic)
  }

  #tell(broker: string, config: StaticTopic): Promise<void> {
    return createStaticTopic(this.#admin, this.#masterOf(broker), config, this.#force)
  }

  /** The logical offsets at which the parts begin that come after those of `broker`. */
  async #decideOffsets(topic: string, configs: StaticTopics, broker: string): Promise<void> {
    const { offsetTable } = await fetchTopicStats(this.#admin, this.#masterOf(broker), topic)
    const offsets = new Map(offsetTable.map(([queue, each]) => [keyOf(queue), each]))
    const hosted = configs.get(broker)?.mappingDetail.hostedQueues ?? new Map<number, never[]>()
    for (const [id, parts] of hosted) {
      const [oldPart, newPart] = parts.slice(-2)
      if (oldPart === undefined || newPart === undefined || newPart.logicOffset > 0) continue
      newPart.logicOffset = beginAfter(topic, oldPart, offsets)
      configs.get(newPart.bname)?.mappingDetail.hostedQueues.set(id, parts)
    }
  }
}

function beginAfter(
  topic: string,
  part: LogicQueueMappingItem,
  offsets: ReadonlyMap<string, TopicOffset>,
): number {
  const queue: MessageQueue = { topic, brokerName: part.bname, queueId: part.queueId }
  const maxOffset = offsets.get(keyOf(queue))?.maxOffset
  if (maxOffset === undefined) {
    throw new Error(`Cannot get the max offset for old leader ${keyOf(queue)}`)
  }
  if (maxOffset < part.startOffset) {
    throw new Error(`The max offset is smaller then the start offset ${keyOf(queue)} ${maxOffset}`)
  }
  return blockSeqRoundUp(part.logicOffset + maxOffset - part.startOffset)
}

/** The next multiple that leaves at least half a block free. Source: TopicQueueMappingUtils#blockSeqRoundUp */
export function blockSeqRoundUp(offset: number): number {
  const blocks = Math.floor(offset / BLOCK_SEQ_SIZE)
  const isNear = offset % BLOCK_SEQ_SIZE < BLOCK_SEQ_SIZE / 2
  return (blocks + (isNear ? 1 : 2)) * BLOCK_SEQ_SIZE
}
