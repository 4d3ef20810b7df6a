import type { ConsumerConnection } from '../../../../codec/body/connection-list.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError } from '../../../remoting/index.ts'
import { fetchGroupsOfTopic } from '../../broker-calls.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import { examineConsumerConnection, examineConsumeStats } from '../../consumer-calls.ts'
import { describeError } from '../../describe-error.ts'
import { type FetchedMessage, tagsOf } from '../../fetched-message.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'

/** Whether a group has consumed a message. Apache: tools.admin.api.MessageTrack, TrackType */
export interface MessageTrack {
  readonly consumerGroup: string
  readonly trackType: TrackType
  readonly exceptionDesc?: string
}

export type TrackType =
  | 'CONSUMED'
  | 'CONSUMED_BUT_FILTERED'
  | 'PULL'
  | 'NOT_CONSUME_YET'
  | 'NOT_ONLINE'
  | 'CONSUME_BROADCASTING'
  | 'UNKNOWN'

/** For each group of the message's topic. Apache: DefaultMQAdminExtImpl#messageTrackDetail */
export async function messageTrackDetail(
  admin: MqAdminClient,
  message: FetchedMessage,
): Promise<MessageTrack[]> {
  const { brokerDatas } = await admin.examineTopicRouteInfo(message.topic)
  const [address] = brokerDatas.flatMap((broker) => selectBrokerAddr(broker) ?? [])
  if (address === undefined) return []
  const tracks: MessageTrack[] = []
  for (const group of await fetchGroupsOfTopic(admin, address, message.topic)) {
    tracks.push(await trackOf(admin, message, group).catch((error) => failedTrack(group, error)))
  }
  return tracks
}

async function trackOf(
  admin: MqAdminClient,
  message: FetchedMessage,
  consumerGroup: string,
): Promise<MessageTrack> {
  const connection = await examineConsumerConnection(admin, consumerGroup)
  if (connection.consumeType === 'CONSUME_ACTIVELY') return { consumerGroup, trackType: 'PULL' }
  if (connection.messageModel === 'BROADCASTING') {
    return { consumerGroup, trackType: 'CONSUME_BROADCASTING' }
  }
  if (!(await isConsumed(admin, message, consumerGroup))) {
    return { consumerGroup, trackType: 'NOT_CONSUME_YET' }
  }
  const isFiltered = !wantsTags(connection, message)
  return { consumerGroup, trackType: isFiltered ? 'CONSUMED_BUT_FILTERED' : 'CONSUMED' }
}

function failedTrack(consumerGroup: string, error: unknown): MessageTrack {
  if (!(error instanceof RemotingError) || error.code < 0) {
    return { consumerGroup, trackType: 'UNKNOWN', exceptionDesc: describeError(error) }
  }
  const isOffline = error.code === ResponseCode.CONSUMER_NOT_ONLINE
  const exceptionDesc = `CODE:${error.code} DESC:${error.message}`
  return { consumerGroup, trackType: isOffline ? 'NOT_ONLINE' : 'UNKNOWN', exceptionDesc }
}

/** Whether the group is behind it, on the broker whose store has it. */
async function isConsumed(
  admin: MqAdminClient,
  { topic, queueId, queueOffset, storeHost }: FetchedMessage,
  group: string,
): Promise<boolean> {
  const { offsetTable } = await examineConsumeStats(admin, group)
  const { brokerAddrTable } = await admin.examineBrokerClusterInfo()
  return offsetTable.some(
    ([queue, { consumerOffset }]) =>
      queue.topic === topic &&
      queue.queueId === queueId &&
      brokerAddrTable.get(queue.brokerName)?.brokerAddrs.get(0) === storeHost.toString() &&
      consumerOffset > queueOffset,
  )
}

function wantsTags({ subscriptionTable }: ConsumerConnection, message: FetchedMessage): boolean {
  const tags = subscriptionTable.get(message.topic)?.tagsSet ?? []
  return tags.length === 0 || tags.includes('*') || tags.includes(tagsOf(message) ?? '')
}

/** Source: tools.admin.api.MessageTrack#toString */
export function describeTrack({ consumerGroup, trackType, exceptionDesc }: MessageTrack): string {
  const fields = [
    `consumerGroup=${consumerGroup}`,
    `trackType=${trackType}`,
    `exceptionDesc=${exceptionDesc ?? null}`,
  ]
  return `MessageTrack [${fields.join(', ')}]`
}
