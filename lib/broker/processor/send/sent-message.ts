import type { SendMessageRequestHeader } from '../../../../codec/header/send-message.ts'
import type { Host } from '../../../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../../../codec/message/message.ts'
import {
  appendProperty,
  encodeProperties,
  findProperty,
} from '../../../../codec/message/properties.ts'
import { MessageConst } from '../../../../codec/message/property-names.ts'
import { hasFlag, MessageSysFlag } from '../../../../codec/message/sys-flag.ts'
import type { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { type Channel, RemotingError } from '../../../remoting/index.ts'
import { getDelayTimeLevel } from '../../schedule/delay-transform.ts'
import { cqTypeOf, type TopicConfig } from '../../topic/topic-config.ts'
import type { TopicQueueMappingContext } from '../../topic/topic-queue-mapping-manager.ts'
import { illegalMessage } from './put-status.ts'
import type { SentProperties } from './sent-properties.ts'

/** A message or a batch on its way into the store. */
export interface Send {
  readonly request: RemotingCommand
  readonly channel: Channel
  /** Of a static topic it names the queue, not the logical one. */
  readonly header: SendMessageRequestHeader
  readonly topicConfig: TopicConfig
  /** The queue that was asked for, or chosen. */
  readonly queueId: number
  /** Set for a static topic. */
  readonly mapping: TopicQueueMappingContext | undefined
}

/** The message that is to be stored for a send. @throws RemotingError MESSAGE_ILLEGAL, which names `maxMessageSize` */
export function newSentMessage(
  { request, channel, header, topicConfig, queueId }: Send,
  sent: SentProperties,
  storeHost: Host,
  maxMessageSize: number,
): MessageExtBrokerInner {
  const isMultiTag = topicConfig.topicFilterType === 'MULTI_TAG'
  const isInnerBatch = hasFlag(header.sysFlag, MessageSysFlag.INNER_BATCH_FLAG)
  const isRefused = isInnerBatch && cqTypeOf(topicConfig) !== 'BatchCQ'
  if (request.body === undefined || isRefused) throw illegalMessage(maxMessageSize)
  return {
    topic: header.topic,
    queueId,
    flag: header.flag,
    sysFlag: isMultiTag ? header.sysFlag | MessageSysFlag.MULTI_TAGS_FLAG : header.sysFlag,
    body: request.body,
    properties: sent.text,
    bornTimestamp: header.bornTimestamp,
    bornHost: channel.remoteHost,
    storeHost,
    reconsumeTimes: header.reconsumeTimes ?? 0,
    preparedTransactionOffset: 0,
  }
}

/** A topic that is compacted keeps the last message of each key. @throws RemotingError MESSAGE_ILLEGAL for one without */
export function checkKeys({ attributes }: TopicConfig, { text }: SentProperties): void {
  if (attributes.get('cleanup.policy') !== 'COMPACTION') return
  const keys = findProperty(text, MessageConst.PROPERTY_KEYS)
  if (keys !== undefined && keys.trim() !== '') return
  throw new RemotingError(ResponseCode.MESSAGE_ILLEGAL, 'Required message key is missing')
}

/** The message keeps no delay: DELAY=-1, as Apache stores it. */
export function redirectToDeadLetters(
  message: MessageExtBrokerInner,
  sent: SentProperties,
  topic: string,
): void {
  const name = MessageConst.PROPERTY_DELAY_TIME_LEVEL
  message.topic = topic
  message.queueId = 0
  if (sent.all === undefined) {
    message.properties = appendProperty(sent.text, name, '-1')
    return
  }
  sent.all.set(name, '-1')
  message.properties = encodeProperties(sent.all)
}

/** Retried messages of clients before 4.6.1 carry the flag without being transactional. */
export function isTransactional(
  { reconsumeTimes }: MessageExtBrokerInner,
  all: ReadonlyMap<string, string>,
): boolean {
  const flag = all.get(MessageConst.PROPERTY_TRANSACTION_PREPARED)
  if (flag?.toLowerCase() !== 'true') return false
  return !(reconsumeTimes > 0 && getDelayTimeLevel(all) > 0)
}
