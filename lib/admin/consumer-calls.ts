import { ConsumeStats } from '../../codec/body/consume-stats.ts'
import { ConsumerRunningInfo } from '../../codec/body/consumer-running-info.ts'
import { GetConsumerRunningInfoRequestHeader } from '../../codec/header/get-consumer-running-info.ts'
import { ConsumerConnection } from '../../codec/body/connection-list.ts'
import { GetConsumeStatsRequestHeader } from '../../codec/header/get-consume-stats.ts'
import { GetConsumerConnectionListRequestHeader } from '../../codec/header/connection-list.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import { selectBrokerAddr } from './cluster.ts'
import type { MqAdminClient } from './mq-admin-client.ts'
import { fetchLogicQueues, logicConsumeOffsets } from './statictopic/logic-offsets.ts'

const RETRY_GROUP_TOPIC_PREFIX = '%RETRY%'

/** Source: common.MixAll#getRetryTopic */
export function retryTopicOf(group: string): string {
  return RETRY_GROUP_TOPIC_PREFIX + group
}

export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(RETRY_GROUP_TOPIC_PREFIX)
}

/** The group of a retry topic; those of POP carry their topic behind a `+`. Source: common.KeyBuilder#parseGroup */
export function parseGroup(retryTopic: string): string {
  const parts = retryTopic.slice(RETRY_GROUP_TOPIC_PREFIX.length).split('+')
  return parts.length === 2 ? (parts[0] as string) : parts.join('+')
}

/**
 * How far a group has come with all its topics, or with one. Light topics have no route: the brokers are those of `parent`.
 * @throws (rejects) Error when the group has no offsets
 */
export async function examineConsumeStats(
  admin: MqAdminClient,
  group: string,
  topic?: string,
  parent?: string,
): Promise<ConsumeStats> {
  const { brokerDatas } = await routeOfGroup(admin, group, [topic, parent])
  const header = GetConsumeStatsRequestHeader.encode({ consumerGroup: group, topic })
  const result: ConsumeStats = { consumeTps: 0, offsetTable: [] }
  for (const broker of brokerDatas) {
    const address = selectBrokerAddr(broker)
    if (address === undefined) continue
    const { body } = await admin.invoke(address, { code: RequestCode.GET_CONSUME_STATS, header })
    const { consumeTps, offsetTable } = ConsumeStats.decode(body)
    result.consumeTps += consumeTps
    result.offsetTable.push(...offsetTable)
  }
  if (parent === undefined) {
    result.offsetTable = await withLogicQueues(admin, result.offsetTable)
  }
  if (result.offsetTable.length === 0) await explainNothing(admin, group)
  return result
}

type OffsetTable = ConsumeStats['offsetTable']

/** Of static topics the offsets in logical queues, in the place of those in queues of brokers. */
async function withLogicQueues(admin: MqAdminClient, physical: OffsetTable): Promise<OffsetTable> {
  const result: OffsetTable = []
  for (const topic of new Set(physical.map(([queue]) => queue.topic))) {
    const queues = physical.filter(([queue]) => queue.topic === topic)
    const route = await admin.examineTopicRouteInfo(topic)
    const logicQueues = await fetchLogicQueues(admin, topic, route)
    if (logicQueues.size === 0) result.push(...queues)
    else result.push(...logicConsumeOffsets(topic, logicQueues, queues))
  }
  return result
}

/** @throws (rejects) Error that says why a group has no offsets, unless it is online and has only just begun */
async function explainNothing(admin: MqAdminClient, group: string): Promise<void> {
  const NOTHING = 'the group has no offsets'
  const { messageModel } = await examineConsumerConnection(admin, group).catch(() => {
    throw new Error(`${group}: ${NOTHING}, and no consumer is online`)
  })
  if (messageModel === 'BROADCASTING') {
    throw new Error(`${group}: ${NOTHING}: its consumers keep their own, as they are broadcasting`)
  }
}

/** The route of its retry topic; of a group that has none yet, that of the first of `topics` that has one. */
async function routeOfGroup(
  admin: MqAdminClient,
  group: string,
  topics: readonly (string | undefined)[],
): Promise<TopicRouteData> {
  const candidates = [retryTopicOf(group), ...topics.filter((each) => each !== undefined)]
  let failure: unknown
  for (const topic of candidates) {
    try {
      return await admin.examineTopicRouteInfo(topic)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** The members of a group, as one broker knows them. @throws (rejects) Error when none is online */
export async function examineConsumerConnection(
  admin: MqAdminClient,
  group: string,
  brokerAddr?: string,
): Promise<ConsumerConnection> {
  const address = brokerAddr ?? (await brokerOfGroup(admin, group))
  const header = GetConsumerConnectionListRequestHeader.encode({ consumerGroup: group })
  const code = RequestCode.GET_CONSUMER_CONNECTION_LIST
  const { body } = await admin.invoke(address, { code, header })
  return ConsumerConnection.decode(body)
}

async function brokerOfGroup(admin: MqAdminClient, group: string): Promise<string> {
  const { brokerDatas } = await admin.examineTopicRouteInfo(retryTopicOf(group))
  for (const broker of brokerDatas) {
    const address = selectBrokerAddr(broker)
    if (address !== undefined) return address
  }
  throw new Error(`${group}: no broker of its retry topic can be reached`)
}

/** What one member of a group tells of itself; the broker passes the question on. */
export async function getConsumerRunningInfo(
  admin: MqAdminClient,
  group: string,
  clientId: string,
  jstackEnable = false,
): Promise<ConsumerRunningInfo> {
  const address = await brokerOfGroup(admin, group)
  const header = GetConsumerRunningInfoRequestHeader.encode({
    consumerGroup: group,
    clientId,
    jstackEnable,
  })
  const code = RequestCode.GET_CONSUMER_RUNNING_INFO
  const { body } = await admin.invoke(address, { code, header })
  return ConsumerRunningInfo.decode(body)
}
