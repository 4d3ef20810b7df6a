import { HeartbeatData } from '../../codec/body/heartbeat-data.ts'
import { LiteSubscriptionCtlRequestBody } from '../../codec/body/lite-subscription.ts'
import { BatchAckMessageRequestBody } from '../../codec/body/pop-ack.ts'
import { LockBatchRequestBody } from '../../codec/body/lock-batch.ts'
import { SubscriptionGroupConfig } from '../../codec/body/subscription-group-config.ts'
import type { ExtFields, RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { HEADER_RULES, type HeaderRule, type ResourceField } from './header-resources.ts'
import { Action, type AuthorizationContext } from './policy.ts'
import {
  type Resource,
  ResourceType,
  groupResource,
  isReplyTopic,
  isRetryTopic,
  literal,
  topicResource,
} from './resource.ts'
import { isBlank } from './user.ts'

/**
 * What a request needs rights for: all of it. Requests that are not known here need none, as with Apache.
 * @throws CodecError for a body that cannot be read
 *
 * Apache: auth.authorization.builder.DefaultAuthorizationContextBuilder
 */
export function buildContexts(
  request: RemotingCommand,
  clusterName: string,
): readonly AuthorizationContext[] {
  const { code, extFields = {} } = request
  switch (code) {
    case RequestCode.GET_ROUTEINFO_BY_TOPIC:
      return [routeContext(extFields.topic ?? '')]
    case RequestCode.SEND_MESSAGE:
      return [sendContext(extFields.topic ?? '')]
    case RequestCode.SEND_MESSAGE_V2:
    case RequestCode.SEND_BATCH_MESSAGE:
      return [sendContext(extFields.b ?? '')]
    case RequestCode.SEND_REPLY_MESSAGE:
      return replyContexts(extFields.topic ?? '', clusterName)
    case RequestCode.SEND_REPLY_MESSAGE_V2:
      return replyContexts(extFields.b ?? '', clusterName)
    case RequestCode.END_TRANSACTION:
      // Clients before 5.0 do not say the topic.
      if (isBlank(extFields.topic)) return []
      return [context(literal(ResourceType.TOPIC, extFields.topic ?? ''), Action.PUB)]
    case RequestCode.PULL_MESSAGE:
    case RequestCode.LITE_PULL_MESSAGE:
      return consumeContexts(extFields, Action.SUB)
    case RequestCode.QUERY_MESSAGE:
      return [context(literal(ResourceType.TOPIC, extFields.topic ?? ''), Action.SUB, Action.GET)]
    case RequestCode.QUERY_CONSUMER_OFFSET:
      return consumeContexts(extFields, Action.SUB, Action.GET)
    case RequestCode.UPDATE_CONSUMER_OFFSET:
      return consumeContexts(extFields, Action.SUB, Action.UPDATE)
    case RequestCode.GET_CONSUMER_LIST_BY_GROUP:
      return [context(groupResource(extFields.consumerGroup ?? ''), Action.SUB, Action.GET)]
    case RequestCode.UNREGISTER_CLIENT:
      if (isBlank(extFields.consumerGroup)) return []
      return [context(groupResource(extFields.consumerGroup ?? ''), Action.SUB)]
    case RequestCode.HEART_BEAT:
      return heartbeatContexts(request)
    case RequestCode.LOCK_BATCH_MQ:
    case RequestCode.UNLOCK_BATCH_MQ:
      return lockContexts(request)
    case RequestCode.BATCH_ACK_MESSAGE:
      // Apache lets everybody acknowledge in batches: there is no header to annotate.
      return batchAckContexts(request)
    case RequestCode.LITE_SUBSCRIPTION_CTL:
      // Apache checks these in its Proxy only.
      return liteSubscriptionContexts(request)
    case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP:
      // Apache lets every user change every group: there is no header to annotate.
      return [groupUpdateContext(request)]
    default:
      return headerContexts(HEADER_RULES.get(code), extFields, clusterName)
  }
}

function context(resource: Resource, ...actions: Action[]): AuthorizationContext {
  return { resource, actions }
}

function routeContext(topic: string): AuthorizationContext {
  if (isRetryTopic(topic)) return context(groupResource(topic), Action.SUB, Action.GET)
  return context(literal(ResourceType.TOPIC, topic), Action.PUB, Action.SUB, Action.GET)
}

/**
 * Consumers send to the retry topics of their groups. Apache believes the group that the request names, so that who may consume
 * in one group may send to all of them.
 */
function sendContext(topic: string): AuthorizationContext {
  return isRetryTopic(topic)
    ? context(groupResource(topic), Action.SUB)
    : context(literal(ResourceType.TOPIC, topic), Action.PUB)
}

/** Apache lets everybody send replies, and with them to every topic, as they are stored. */
function replyContexts(topic: string, clusterName: string): AuthorizationContext[] {
  return isReplyTopic(topic, clusterName) ? [] : [sendContext(topic)]
}

function consumeContexts(
  { topic = '', consumerGroup = '' }: ExtFields,
  ...actions: Action[]
): AuthorizationContext[] {
  return [...topicContexts([topic], actions), context(groupResource(consumerGroup), ...actions)]
}

/** Without the retry topics, which are the groups'. */
function topicContexts(topics: readonly string[], actions: readonly Action[]) {
  const own = topics.filter((topic) => !isRetryTopic(topic))
  return own.map((topic) => context(literal(ResourceType.TOPIC, topic), ...actions))
}

function heartbeatContexts({ body }: RemotingCommand): AuthorizationContext[] {
  const { consumerDataSet } = HeartbeatData.decode(body)
  return consumerDataSet.flatMap(({ groupName, subscriptionDataSet }) => {
    const topics = subscriptionDataSet.map(({ topic }) => topic)
    return [context(groupResource(groupName), Action.SUB), ...topicContexts(topics, [Action.SUB])]
  })
}

function lockContexts({ body }: RemotingCommand): AuthorizationContext[] {
  const { consumerGroup, mqSet } = LockBatchRequestBody.decode(body)
  const topics = new Set(mqSet.map(({ topic }) => topic))
  return [
    context(groupResource(consumerGroup), Action.SUB),
    ...topicContexts([...topics], [Action.SUB]),
  ]
}

function batchAckContexts({ body }: RemotingCommand): AuthorizationContext[] {
  if (body === undefined || body.length === 0) return []
  const { acks } = BatchAckMessageRequestBody.decode(body)
  const groups = new Set(acks.map(({ c }) => c))
  const topics = new Set(acks.map(({ t }) => t))
  return [
    ...[...groups].map((group) => context(groupResource(group), Action.SUB)),
    ...topicContexts([...topics], [Action.SUB]),
  ]
}

function liteSubscriptionContexts({ body }: RemotingCommand): AuthorizationContext[] {
  if (body === undefined || body.length === 0) return []
  const { subscriptionSet } = LiteSubscriptionCtlRequestBody.decode(body)
  return subscriptionSet.flatMap(({ group = '', topic = '' }) => [
    context(groupResource(group), Action.SUB),
    ...topicContexts([topic], [Action.SUB]),
  ])
}

function groupUpdateContext({ body }: RemotingCommand): AuthorizationContext {
  const { groupName } = SubscriptionGroupConfig.decode(body)
  return context(groupResource(groupName), Action.UPDATE)
}

/** Source: auth.authorization.builder.DefaultAuthorizationContextBuilder#buildContextByAnnotation */
function headerContexts(
  rule: HeaderRule | undefined,
  extFields: ExtFields,
  clusterName: string,
): AuthorizationContext[] {
  if (rule === undefined) return []
  const contexts = rule.fields
    .flatMap((field) => namesOf(field, extFields).map((name) => fieldResource(field, name)))
    .map((resource) => context(resource, ...rule.actions))
  if (contexts.length > 0 || !rule.onCluster) return contexts
  return [context(literal(ResourceType.CLUSTER, clusterName), ...rule.actions)]
}

function namesOf({ field, splitter }: ResourceField, extFields: ExtFields): string[] {
  const value = extFields[field]
  if (value === undefined) return []
  return splitter === undefined ? [value] : value.split(splitter).filter((name) => name !== '')
}

function fieldResource({ type }: ResourceField, name: string): Resource {
  return type === ResourceType.TOPIC ? topicResource(name) : literal(type, name)
}
