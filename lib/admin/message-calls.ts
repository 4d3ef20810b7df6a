import { ConsumeMessageDirectlyResult } from '../../codec/body/consume-message-directly-result.ts'
import type { MessageQueue } from '../../codec/body/message-queue.ts'
import { ConsumeMessageDirectlyResultRequestHeader } from '../../codec/header/consume-message-directly.ts'
import {
  PullMessageRequestHeader,
  PullMessageResponseHeader,
} from '../../codec/header/pull-message.ts'
import { QueryMessageRequestHeader } from '../../codec/header/query-message.ts'
import { ViewMessageRequestHeader } from '../../codec/header/view-message.ts'
import { decodeOffsetMsgId, type MessageId } from '../../codec/message/message-id.ts'
import { KEY_SEPARATOR, MessageConst } from '../../codec/message/property-names.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import type { Clock } from '../common/clock.ts'
import { isLmq } from '../common/light-message-queue.ts'
import { RemotingError } from '../remoting/index.ts'
import { selectBrokerAddr } from './cluster.ts'
import { decodeMessages, type FetchedMessage, keysOf, tagsOf } from './fetched-message.ts'
import type { MqAdminClient } from './mq-admin-client.ts'

const MS_PER_DAY = 86_400_000
/** How far back a message is looked for by its unique id. Source: client.impl.MQAdminImpl#queryMessageByUniqKey */
const UNIQUE_KEY_DAYS = 3
const UNIQUE_KEY_MAX_NUM = 32
export const END_OF_TIME = Number.MAX_SAFE_INTEGER

/** Source: common.MixAll#TOOLS_CONSUMER_GROUP */
export const TOOLS_CONSUMER_GROUP = 'TOOLS_CONSUMER'

export interface MessageQuery {
  readonly topic: string
  readonly key: string
  readonly maxNum: number
  readonly begin: number
  readonly end: number
  /** The key is a unique id; otherwise one of the KEYS, or the TAGS. */
  readonly kind: 'unique' | 'key' | 'tag'
  /** Brokers of this cluster only; of a light topic its parent. */
  readonly cluster?: string | undefined
  /** Where the search goes on. Since 5.5.0. */
  readonly lastKey?: string | undefined
}

/** Messages by a key, of all brokers; one that has none or that fails counts as nothing. @throws (rejects) RemotingError NO_MESSAGE */
export async function queryMessages(
  admin: MqAdminClient,
  query: MessageQuery,
): Promise<FetchedMessage[]> {
  const messages: FetchedMessage[] = []
  for (const address of await brokersFor(admin, query)) {
    const found = await queryBroker(admin, address, query).catch(() => [])
    messages.push(...found.filter((message) => matches(message, query)))
  }
  if (messages.length > 0) return messages
  const remark = 'query message by key finished, but no message.'
  throw new RemotingError(ResponseCode.NO_MESSAGE, remark)
}

async function brokersFor(
  admin: MqAdminClient,
  { topic, cluster }: MessageQuery,
): Promise<string[]> {
  const isLight = isLmq(topic)
  const route = await admin
    .examineTopicRouteInfo(isLight ? (cluster ?? topic) : topic)
    .catch(() => undefined)
  const addresses = (route?.brokerDatas ?? [])
    .filter((broker) => isLight || cluster === undefined || broker.cluster === cluster)
    .flatMap((broker) => selectBrokerAddr(broker) ?? [])
  if (addresses.length > 0) return addresses
  const remark = `The topic[${topic}] not matched route info`
  throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, remark)
}

/** Brokers of 5.5.0 are told what kind of key it is; others look for all but unique ids in the same index. */
async function queryBroker(
  admin: MqAdminClient,
  address: string,
  { topic, key, maxNum, begin, end, kind, cluster, lastKey }: MessageQuery,
): Promise<FetchedMessage[]> {
  const fields = QueryMessageRequestHeader.encode({
    topic: isLmq(topic) ? (cluster ?? topic) : topic,
    key,
    maxNum,
    beginTimestamp: begin,
    endTimestamp: end,
  })
  const header = {
    ...fields,
    ...(kind === 'unique' ? { _UNIQUE_KEY_QUERY: 'true' } : {}),
    indexType: { unique: 'U', key: 'K', tag: 'T' }[kind],
    ...(lastKey === undefined ? {} : { lastKey }),
  }
  const { body } = await admin.invoke(address, { code: RequestCode.QUERY_MESSAGE, header })
  return decodeMessages(body)
}

/** Keys are found by their hash codes: others may have the same. */
function matches(message: FetchedMessage, { topic, key, kind }: MessageQuery): boolean {
  if (kind === 'unique') return message.msgId === key
  const isOfTopic = isLmq(topic) || message.topic === topic
  if (kind === 'tag') return isOfTopic && tagsOf(message) === key
  const keys = keysOf(message)?.split(KEY_SEPARATOR) ?? []
  return isOfTopic && keys.includes(key)
}

/** A message by its offset id, or else by its unique id. @throws (rejects) RemotingError NO_MESSAGE */
export async function queryMessageById(
  admin: MqAdminClient,
  clock: Clock,
  { topic, msgId, cluster }: { topic: string; msgId: string; cluster: string | undefined },
): Promise<FetchedMessage> {
  const place = placeOf(msgId)
  const viewed = place && (await viewMessage(admin, place, topic).catch(() => undefined))
  if (viewed !== undefined) return viewed
  const [message] = await queryMessages(admin, {
    topic,
    key: msgId,
    maxNum: UNIQUE_KEY_MAX_NUM,
    begin: clock.now() - UNIQUE_KEY_DAYS * MS_PER_DAY,
    end: END_OF_TIME,
    kind: 'unique',
    cluster,
  })
  return message as FetchedMessage
}

function placeOf(msgId: string): MessageId | undefined {
  try {
    return decodeOffsetMsgId(msgId)
  } catch {
    return undefined
  }
}

async function viewMessage(
  admin: MqAdminClient,
  { host, commitLogOffset: offset }: MessageId,
  topic: string,
): Promise<FetchedMessage | undefined> {
  const header = ViewMessageRequestHeader.encode({ topic, offset })
  const { body } = await admin.invoke(host.toString(), {
    code: RequestCode.VIEW_MESSAGE_BY_ID,
    header,
  })
  return decodeMessages(body)[0]
}

/** Lets a consumer consume a message now, whatever its offsets are. */
export async function consumeMessageDirectly(
  admin: MqAdminClient,
  consumerGroup: string,
  clientId: string,
  { topic, offsetMsgId, storeHost }: FetchedMessage,
): Promise<ConsumeMessageDirectlyResult> {
  const request = { consumerGroup, clientId, msgId: offsetMsgId, topic }
  const header = ConsumeMessageDirectlyResultRequestHeader.encode(request)
  const call = { code: RequestCode.CONSUME_MESSAGE_DIRECTLY, header }
  const { body } = await admin.invoke(storeHost.toString(), call)
  return ConsumeMessageDirectlyResult.decode(body)
}

/** Apache: client.consumer.PullStatus */
const PULL_STATUS = new Map<number, PullStatus>([
  [ResponseCode.SUCCESS, 'FOUND'],
  [ResponseCode.PULL_NOT_FOUND, 'NO_NEW_MSG'],
  [ResponseCode.PULL_RETRY_IMMEDIATELY, 'NO_MATCHED_MSG'],
  [ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_ILLEGAL'],
])
const PULL_ANSWERS = [...PULL_STATUS.keys()]

export type PullStatus = 'FOUND' | 'NO_NEW_MSG' | 'NO_MATCHED_MSG' | 'OFFSET_ILLEGAL'

export interface PullResult {
  readonly status: PullStatus
  readonly nextBeginOffset: number
  readonly messages: readonly FetchedMessage[]
}

export interface Pull {
  readonly offset: number
  readonly maxNum: number
  /** Tags with `||` between them, or `*`. */
  readonly expression: string
  readonly group: string
}

/** The pull brings its own subscription; it commits nothing and does not wait. */
const FLAG_SUBSCRIPTION = 4

/** Messages of one queue, without a trace of it at the broker. */
export async function pullMessages(
  admin: MqAdminClient,
  address: string,
  { topic, queueId, brokerName }: MessageQueue,
  { offset, maxNum, expression, group }: Pull,
): Promise<PullResult> {
  const header = PullMessageRequestHeader.encode({
    consumerGroup: group,
    topic,
    queueId,
    queueOffset: offset,
    maxMsgNums: maxNum,
    sysFlag: FLAG_SUBSCRIPTION,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: expression,
    subVersion: 0,
    expressionType: 'TAG',
    bname: brokerName,
  })
  const call = { code: RequestCode.PULL_MESSAGE, header }
  const { code, extFields, body } = await admin.invoke(address, call, PULL_ANSWERS)
  const status = PULL_STATUS.get(code) as PullStatus
  const answer = PullMessageResponseHeader.decode(extFields)
  const messages = status === 'FOUND' ? decodeMessages(body) : []
  const pulled = messages.map((each): FetchedMessage => {
    const properties = new Map(each.properties)
      .set(MessageConst.PROPERTY_MIN_OFFSET, String(answer.minOffset))
      .set(MessageConst.PROPERTY_MAX_OFFSET, String(answer.maxOffset))
    const queueOffset = each.queueOffset + (answer.offsetDelta ?? 0)
    return { ...each, brokerName, queueId, queueOffset, properties }
  })
  const wanted = pulled.filter((each) => isWanted(each, expression))
  return { status, nextBeginOffset: answer.nextBeginOffset, messages: wanted }
}

/** Brokers compare hash codes of tags only. */
function isWanted(message: FetchedMessage, expression: string): boolean {
  if (expression === '*') return true
  const tags = expression.split('||').map((each) => each.trim())
  return tags.includes(tagsOf(message) ?? '')
}
