import type { TopicQueueMappingInfo } from '../../../codec/body/topic-queue-mapping.ts'

/**
 * How the logical queues of static topics lie on brokers: topic -> brokerName -> mapping. Passed through to clients; as
 * in Apache a mapping stays when its broker has gone. Apache: namesrv.routeinfo.RouteInfoManager#topicQueueMappingInfoTable
 */
export class TopicQueueMappingTable {
  readonly #topics = new Map<string, Map<string, TopicQueueMappingInfo>>()

  mappingsOf(topic: string): ReadonlyMap<string, TopicQueueMappingInfo> | undefined {
    return this.#topics.get(topic)
  }

  put(topic: string, brokerName: string, mapping: TopicQueueMappingInfo): void {
    const mappings = this.#topics.get(topic) ?? new Map<string, TopicQueueMappingInfo>()
    this.#topics.set(topic, mappings.set(brokerName, mapping))
  }
}
