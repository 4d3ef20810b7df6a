import { HeartbeatData } from '../../../codec/body/heartbeat-data.ts'
import { LiteSubscriptionCtlRequestBody } from '../../../codec/body/lite-subscription.ts'
import { BatchAckMessageRequestBody } from '../../../codec/body/pop-ack.ts'
import { GetConsumerListByGroupRequestHeader } from '../../../codec/header/get-consumer-list-by-group.ts'
import { UnregisterClientRequestHeader } from '../../../codec/header/unregister-client.ts'
import { UpdateConsumerOffsetRequestHeader } from '../../../codec/header/update-consumer-offset.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { isReplyTopic, isRetryTopic } from '../resource.ts'
import { Permission } from './permission.ts'

/** What a request asks for: a permission for each topic and, under the names of their retry topics, group. */
export interface NeededAccess {
  readonly code: number
  readonly resources: ReadonlyMap<string, number>
}

export function groupKey(group: string): string {
  return `%RETRY%${group}`
}

export function isGroupKey(key: string): boolean {
  return isRetryTopic(key)
}

/**
 * Other requests need no permission but a signature. Pulls by their other names, pops with what follows them, recalls, and
 * replies to other topics than that for replies are not among Apache's: they would be a way around the permission.
 *
 * Source: acl.plain.PlainAccessResource#parse
 * @throws CodecError when a field is missing, or a heartbeat's body is none
 */
export function neededAccess(request: RemotingCommand, clusterName: string): NeededAccess {
  const needed = new Map<string, number>()
  const fields = request.extFields ?? {}
  switch (request.code) {
    case RequestCode.SEND_MESSAGE:
      addSend(needed, fields['topic'])
      break
    case RequestCode.SEND_MESSAGE_V2:
    case RequestCode.SEND_BATCH_MESSAGE:
      addSend(needed, fields['b'])
      break
    case RequestCode.SEND_REPLY_MESSAGE:
      addReply(needed, fields['topic'], clusterName)
      break
    case RequestCode.SEND_REPLY_MESSAGE_V2:
      addReply(needed, fields['b'], clusterName)
      break
    case RequestCode.CONSUMER_SEND_MSG_BACK:
      addSub(needed, undefined, fields['group'])
      break
    case RequestCode.PULL_MESSAGE:
    case RequestCode.LITE_PULL_MESSAGE:
    case RequestCode.POP_MESSAGE:
    case RequestCode.PEEK_MESSAGE:
    case RequestCode.POP_LITE_MESSAGE:
      addSub(needed, fields['topic'], fields['consumerGroup'])
      break
    case RequestCode.ACK_MESSAGE:
    case RequestCode.CHANGE_MESSAGE_INVISIBLETIME:
    case RequestCode.NOTIFICATION:
    case RequestCode.POLLING_INFO:
      addPopped(needed, fields['topic'], fields['consumerGroup'])
      break
    case RequestCode.RECALL_MESSAGE:
      addSend(needed, fields['topic'])
      break
    case RequestCode.QUERY_MESSAGE:
      addSub(needed, fields['topic'], undefined)
      break
    default:
      addByHeader(needed, request)
  }
  return { code: request.code, resources: needed }
}

function addByHeader(
  needed: Map<string, number>,
  { code, extFields, body }: RemotingCommand,
): void {
  switch (code) {
    case RequestCode.HEART_BEAT:
      for (const { groupName, subscriptionDataSet } of HeartbeatData.decode(body).consumerDataSet) {
        addSub(needed, undefined, groupName)
        for (const { topic } of subscriptionDataSet) addSub(needed, topic, undefined)
      }
      break
    case RequestCode.LITE_SUBSCRIPTION_CTL:
      if (body === undefined || body.length === 0) break
      for (const { topic, group } of LiteSubscriptionCtlRequestBody.decode(body).subscriptionSet) {
        addSub(needed, topic, group)
      }
      break
    case RequestCode.BATCH_ACK_MESSAGE:
      if (body === undefined || body.length === 0) break
      for (const { t, c } of BatchAckMessageRequestBody.decode(body).acks) addPopped(needed, t, c)
      break
    case RequestCode.UNREGISTER_CLIENT:
      addSub(needed, undefined, UnregisterClientRequestHeader.decode(extFields).consumerGroup)
      break
    case RequestCode.GET_CONSUMER_LIST_BY_GROUP:
      addSub(needed, undefined, GetConsumerListByGroupRequestHeader.decode(extFields).consumerGroup)
      break
    case RequestCode.UPDATE_CONSUMER_OFFSET: {
      const { consumerGroup, topic } = UpdateConsumerOffsetRequestHeader.decode(extFields)
      addSub(needed, topic, consumerGroup)
    }
  }
}

/** A retry topic is its group's, whatever group the request names: Apache believes that. */
function addSend(needed: Map<string, number>, topic: string | undefined): void {
  if (topic === undefined) return
  needed.set(topic, isRetryTopic(topic) ? Permission.SUB : Permission.PUB)
}

function addReply(
  needed: Map<string, number>,
  topic: string | undefined,
  clusterName: string,
): void {
  if (topic !== undefined && !isReplyTopic(topic, clusterName)) addSend(needed, topic)
}

/** What was popped from a retry topic is told by that topic's name, which is not `%RETRY%` and the group only. */
function addPopped(
  needed: Map<string, number>,
  topic: string | undefined,
  group: string | undefined,
): void {
  addSub(needed, topic !== undefined && isRetryTopic(topic) ? undefined : topic, group)
}

function addSub(
  needed: Map<string, number>,
  topic: string | undefined,
  group: string | undefined,
): void {
  if (topic !== undefined) needed.set(topic, Permission.SUB)
  if (group !== undefined) needed.set(groupKey(group), Permission.SUB)
}
