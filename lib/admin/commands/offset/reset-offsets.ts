import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import { ConsumeStats } from '../../../../codec/body/consume-stats.ts'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { ResetOffsetBody } from '../../../../codec/body/reset-offset.ts'
import type { BrokerData } from '../../../../codec/body/topic-route-data.ts'
import { GetConsumeStatsRequestHeader } from '../../../../codec/header/get-consume-stats.ts'
import { ResetOffsetRequestHeader } from '../../../../codec/header/reset-offset.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { isLmq } from '../../../common/light-message-queue.ts'
import { RemotingError } from '../../../remoting/index.ts'
import { fetchTopicStats } from '../../broker-calls.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import { sortedByQueue } from '../../message-queues.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { maxOffset, searchOffset, updateConsumeOffset } from '../../offset-calls.ts'

const TIMER_TOPIC = 'rmq_sys_wheel_timer'
/** The end of each queue, as a time. */
export const END_OF_QUEUES = -1
/** No offset and no queue in particular. */
const NONE = -1

export interface Reset {
  readonly topic: string
  readonly group: string
  /** Milliseconds, or END_OF_QUEUES. */
  readonly timestamp: number
  /** Also forward. */
  readonly isForce: boolean
  /** The cluster or parent topic by which topics without a route are found. */
  readonly cluster: string | undefined
}

/** What became of one queue of a group that is not online. Apache: remoting.protocol.admin.RollbackStats */
export interface RollbackStats {
  readonly brokerName: string
  readonly queueId: number
  readonly brokerOffset: number
  readonly consumerOffset: number
  readonly timestampOffset: number
  readonly rollbackOffset: number
}

/** `online`: the brokers told the consumers; `offline`: their offsets were set at the brokers. */
export type ResetOutcome =
  { readonly online: [MessageQueue, number][] } | { readonly offline: RollbackStats[] }

/** Moves a group to the messages of a time, by way of its consumers when they are online. */
export async function resetOffsets(admin: MqAdminClient, reset: Reset): Promise<ResetOutcome> {
  const { topic, cluster } = reset
  const needsCluster = isLmq(topic) || topic === TIMER_TOPIC
  const routeTopic = needsCluster ? (cluster ?? topic) : topic
  const { brokerDatas } = await admin.examineTopicRouteInfo(routeTopic)
  try {
    return { online: await resetOnline(admin, brokerDatas, reset) }
  } catch (error) {
    const isOffline =
      error instanceof RemotingError && error.code === ResponseCode.CONSUMER_NOT_ONLINE
    if (!isOffline) throw error
    return { offline: await resetOffline(admin, brokerDatas, reset) }
  }
}

/** Sets one queue of a group, at the broker and at the consumer that has it. */
export async function resetQueue(
  admin: MqAdminClient,
  address: string,
  { group, topic }: Pick<Reset, 'group' | 'topic'>,
  queueId: number,
  offset: number,
): Promise<void> {
  await updateConsumeOffset(admin, address, group, { topic, queueId }, offset)
  const request = { group, topic, queueId, offset, timestamp: 0, isForce: false }
  const header = ResetOffsetRequestHeader.encode(request)
  await admin.invoke(address, { code: RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, header })
}

function addressesOf(brokers: readonly BrokerData[]): string[] {
  return brokers.flatMap((each) => selectBrokerAddr(each) ?? [])
}

async function resetOnline(
  admin: MqAdminClient,
  brokers: readonly BrokerData[],
  { topic, group, timestamp, isForce }: Reset,
): Promise<[MessageQueue, number][]> {
  const request = { topic, group, timestamp, isForce, offset: NONE, queueId: NONE }
  const header = ResetOffsetRequestHeader.encode(request)
  const offsets: [MessageQueue, number][] = []
  for (const address of addressesOf(brokers)) {
    const code = RequestCode.INVOKE_BROKER_TO_RESET_OFFSET
    const { body } = await admin.invoke(address, { code, header })
    offsets.push(...ResetOffsetBody.decode(body).offsetTable)
  }
  return sortedByQueue(offsets)
}

async function resetOffline(
  admin: MqAdminClient,
  brokers: readonly BrokerData[],
  reset: Reset,
): Promise<RollbackStats[]> {
  const results: RollbackStats[] = []
  for (const address of addressesOf(brokers)) {
    for (const [queue, offsets] of await queuesOf(admin, address, reset)) {
      results.push(await rollBack(admin, address, reset, queue, offsets))
    }
  }
  return results
}

type Offsets = Pick<OffsetWrapper, 'brokerOffset' | 'consumerOffset'>

/** The queues in which the group has offsets; all of the topic when it has none. */
async function queuesOf(
  admin: MqAdminClient,
  address: string,
  { group, topic }: Reset,
): Promise<[MessageQueue, Offsets][]> {
  const header = GetConsumeStatsRequestHeader.encode({ consumerGroup: group })
  const { body } = await admin.invoke(address, { code: RequestCode.GET_CONSUME_STATS, header })
  const { offsetTable } = ConsumeStats.decode(body)
  const consumed = offsetTable.filter(([queue]) => queue.topic === topic)
  if (consumed.length > 0) return sortedByQueue<Offsets>(consumed)
  const stats = await fetchTopicStats(admin, address, topic)
  return sortedByQueue(stats.offsetTable).map(([queue, each]) => [
    queue,
    { brokerOffset: each.maxOffset, consumerOffset: each.minOffset },
  ])
}

/** Apache: DefaultMQAdminExtImpl#resetOffsetConsumeOffset */
async function rollBack(
  admin: MqAdminClient,
  address: string,
  { group, timestamp, isForce }: Reset,
  queue: MessageQueue,
  { brokerOffset, consumerOffset }: Offsets,
): Promise<RollbackStats> {
  const timestampOffset =
    timestamp === END_OF_QUEUES
      ? await maxOffset(admin, address, queue)
      : await searchOffset(admin, address, queue, timestamp)
  const isWanted = isForce || timestampOffset <= consumerOffset
  if (isWanted) await updateConsumeOffset(admin, address, group, queue, timestampOffset)
  const rollbackOffset = isWanted ? timestampOffset : consumerOffset
  const { brokerName, queueId } = queue
  return { brokerName, queueId, brokerOffset, consumerOffset, timestampOffset, rollbackOffset }
}
