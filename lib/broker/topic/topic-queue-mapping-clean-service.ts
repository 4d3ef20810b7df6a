import type { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import type {
  LogicQueueMappingItem,
  TopicQueueMappingDetail,
} from '../../../codec/body/topic-queue-mapping.ts'
import type { TopicStatsTable } from '../../../codec/body/topic-stats.ts'
import { type Clock, isHourOf, localHour, type Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { RemoteQueues } from '../out/remote-queues.ts'
import type { TopicQueueMappingManager } from './topic-queue-mapping-manager.ts'

export interface TopicQueueMappingCleanDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'deleteWhen'>
  readonly topicQueueMappingManager: TopicQueueMappingManager
  readonly remoteQueues: Pick<RemoteQueues, 'getTopicStatsInfo' | 'getTopicConfig'>
  /** @throws (rejects) RemotingError when no name server answers */
  readonly getTopicRouteInfo: (topic: string) => Promise<TopicRouteData>
  readonly clock: Clock
  readonly logger: Logger
}

type HostedQueues = TopicQueueMappingDetail['hostedQueues']

const PERIOD_MS = 5 * 60_000

/**
 * At the hours of `deleteWhen` forgets of static topics what nobody needs any more: of queues that this broker leads the first part,
 * when it has no messages left; and queues that have moved on twice since they were here.
 *
 * Apache: broker.topic.TopicQueueMappingCleanService
 */
export class TopicQueueMappingCleanService implements Service {
  readonly #deps: TopicQueueMappingCleanDeps
  #timer: Timer | undefined
  #running: Promise<void> | undefined

  constructor(deps: TopicQueueMappingCleanDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#timer = this.#deps.clock.setInterval(() => void this.clean(), PERIOD_MS)
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#running
  }

  /** One round, when it is time. Never rejects. A call that meets a running one joins it. */
  clean(): Promise<void> {
    const { storeConfig, clock } = this.#deps
    if (!isHourOf(storeConfig.deleteWhen, localHour(clock.now()))) return Promise.resolve()
    this.#running ??= this.#cleanAll().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #cleanAll(): Promise<void> {
    const { topicQueueMappingManager } = this.#deps
    for (const topic of [...topicQueueMappingManager.topicQueueMappingTable.keys()]) {
      await this.#cleanTopic(topic, (detail) => this.#withoutExpiredItems(detail))
      await this.#cleanTopic(topic, (detail) => this.#withoutLeftQueues(detail))
    }
  }

  /** `left` tells which queues and parts remain; a mapping that has been replaced meanwhile stays for the next round. */
  async #cleanTopic(
    topic: string,
    left: (detail: TopicQueueMappingDetail) => Promise<HostedQueues>,
  ): Promise<void> {
    const { topicQueueMappingManager, logger } = this.#deps
    const detail = topicQueueMappingManager.getTopicQueueMapping(topic)
    if (detail === undefined) return
    try {
      const hostedQueues = await left(detail)
      if (hostedQueues === detail.hostedQueues) return
      if (topicQueueMappingManager.getTopicQueueMapping(topic) !== detail) return
      topicQueueMappingManager.setHostedQueues(topic, hostedQueues)
    } catch (error) {
      logger.warn({ topic, error: toError(error).message }, 'static topic cannot be cleaned')
    }
  }

  /** Source: TopicQueueMappingCleanService#cleanItemExpired */
  async #withoutExpiredItems(detail: TopicQueueMappingDetail): Promise<HostedQueues> {
    const { topic, bname, hostedQueues } = detail
    const led = [...hostedQueues].filter(
      ([, items]) => items.length > 1 && items.at(-1)?.bname === bname,
    )
    const stats = new Map<string, TopicStatsTable>()
    for (const [, [first]] of led) {
      if (first === undefined || stats.has(first.bname)) continue
      stats.set(first.bname, await this.#deps.remoteQueues.getTopicStatsInfo(first.bname, topic))
    }
    const expired = led.filter(([, [first]]) => isEmptied(first, stats))
    if (expired.length === 0) return hostedQueues
    const left = expired.map(([id, items]) => [id, items.slice(1)] as const)
    this.#deps.logger.info({ topic, queues: left.map(([id]) => id) }, 'first parts removed')
    return new Map([...hostedQueues, ...left])
  }

  /** Source: TopicQueueMappingCleanService#cleanItemListMoreThanSecondGen */
  async #withoutLeftQueues(detail: TopicQueueMappingDetail): Promise<HostedQueues> {
    const { topic, bname, hostedQueues } = detail
    const away = [...hostedQueues].filter(([, items]) => isElsewhere(items.at(-1), bname))
    if (away.length === 0) return hostedQueues
    const leaders = leadersOf(await this.#deps.getTopicRouteInfo(topic))
    const removed: number[] = []
    for (const [id, items] of away) {
      const leader = leaders.get(id)
      if (leader === undefined || leader === items.at(-1)?.bname) continue
      if (await this.#isLedBy(leader, detail, id)) removed.push(id)
    }
    if (removed.length === 0) return hostedQueues
    this.#deps.logger.info({ topic, queues: removed }, 'queues removed that have moved on')
    return new Map([...hostedQueues].filter(([id]) => !removed.includes(id)))
  }

  /** Whether the broker itself says that it leads the queue, within the epoch that is known here. */
  async #isLedBy(
    brokerName: string,
    { topic, totalQueues, epoch }: TopicQueueMappingDetail,
    id: number,
  ): Promise<boolean> {
    const { mappingDetail } = await this.#deps.remoteQueues.getTopicConfig(brokerName, topic)
    return (
      mappingDetail?.bname === brokerName &&
      mappingDetail.totalQueues === totalQueues &&
      mappingDetail.epoch === epoch &&
      mappingDetail.hostedQueues.get(id)?.at(-1)?.bname === brokerName
    )
  }
}

function isElsewhere(leader: LogicQueueMappingItem | undefined, bname: string): boolean {
  return leader !== undefined && leader.bname !== bname
}

/** Whether a part has had messages, and none of them is left; or never had any. */
function isEmptied(
  item: LogicQueueMappingItem | undefined,
  stats: ReadonlyMap<string, TopicStatsTable>,
): boolean {
  if (item === undefined) return false
  const { bname, queueId } = item
  const found = stats
    .get(bname)
    ?.offsetTable.find(([queue]) => queue.brokerName === bname && queue.queueId === queueId)
  if (found === undefined) return false
  const [, { minOffset, maxOffset }] = found
  return maxOffset === minOffset || maxOffset === 0
}

/** Logical queue id to the broker that leads it in the newest epoch. Source: remoting.rpc.ClientMetadata */
function leadersOf({ topicQueueMappingByBroker }: TopicRouteData): Map<number, string> {
  const leaders = new Map<number, string>()
  const infos = [...(topicQueueMappingByBroker?.values() ?? [])]
  for (const { bname, currIdMap } of infos.toSorted((a, b) => a.epoch - b.epoch)) {
    for (const id of currIdMap.keys()) if (bname !== undefined) leaders.set(id, bname)
  }
  return leaders
}
