import { KVTable } from '../../codec/body/kv-table.ts'
import type { TopicConfig } from '../../codec/body/topic-config.ts'
import { formatAttributes } from '../../codec/body/topic-attributes.ts'
import { GroupList } from '../../codec/body/topic-list.ts'
import { TopicStatsTable } from '../../codec/body/topic-stats.ts'
import { CreateTopicRequestHeader } from '../../codec/header/create-topic.ts'
import { DeleteTopicRequestHeader } from '../../codec/header/delete-topic.ts'
import { GetTopicStatsInfoRequestHeader } from '../../codec/header/get-topic-stats-info.ts'
import { QueryTopicConsumeByWhoRequestHeader } from '../../codec/header/query-topic-consume-by-who.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { MqAdminClient } from './mq-admin-client.ts'

/** The topic whose settings new ones inherit. Source: common.topic.TopicValidator#AUTO_CREATE_TOPIC_KEY_TOPIC */
export const CREATE_TOPIC_KEY = 'TBW102'

/** What a broker tells of itself, by name. */
export async function fetchBrokerRuntimeStats(
  admin: MqAdminClient,
  address: string,
): Promise<ReadonlyMap<string, string>> {
  const { body } = await admin.invoke(address, { code: RequestCode.GET_BROKER_RUNTIME_INFO })
  return KVTable.decode(body).table
}

/** The offsets of a topic's queues on one broker. */
export async function fetchTopicStats(
  admin: MqAdminClient,
  address: string,
  topic: string,
): Promise<TopicStatsTable> {
  const header = GetTopicStatsInfoRequestHeader.encode({ topic })
  const { body } = await admin.invoke(address, { code: RequestCode.GET_TOPIC_STATS_INFO, header })
  return TopicStatsTable.decode(body)
}

/** The consumer groups of a topic that one broker knows, sorted. */
export async function fetchGroupsOfTopic(
  admin: MqAdminClient,
  address: string,
  topic: string,
): Promise<string[]> {
  const header = QueryTopicConsumeByWhoRequestHeader.encode({ topic })
  const code = RequestCode.QUERY_TOPIC_CONSUME_BY_WHO
  const { body } = await admin.invoke(address, { code, header })
  return GroupList.decode(body).groupList.sort()
}

/** The keys of `attributes` carry their sign here. */
export async function createTopic(
  admin: MqAdminClient,
  address: string,
  config: TopicConfig,
): Promise<void> {
  const { topicName: topic, attributes, ...rest } = config
  const header = CreateTopicRequestHeader.encode({
    ...rest,
    topic,
    defaultTopic: CREATE_TOPIC_KEY,
    attributes: formatAttributes(attributes),
  })
  await admin.invoke(address, { code: RequestCode.UPDATE_AND_CREATE_TOPIC, header })
}

export async function deleteTopicInBroker(
  admin: MqAdminClient,
  address: string,
  topic: string,
): Promise<void> {
  const header = DeleteTopicRequestHeader.encode({ topic })
  await admin.invoke(address, { code: RequestCode.DELETE_TOPIC_IN_BROKER, header })
}
