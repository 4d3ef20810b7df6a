import type { SendMessageRequestHeader } from '../../../../codec/header/send-message.ts'
import { computeStaticQueueOffsetLoosely } from '../../topic/logic-queue-mapping.ts'
import type { TopicQueueMappingContext } from '../../topic/topic-queue-mapping-manager.ts'

/* Sends to logical queues. Source: broker.processor.SendMessageProcessor#rewriteRequestForStaticTopic, #rewriteResponseForStaticTopic */

/** Turns a send to the queue of the last part. */
export function toStaticSend(
  { leaderItem }: TopicQueueMappingContext,
  asked: SendMessageRequestHeader,
): SendMessageRequestHeader {
  return { ...asked, queueId: leaderItem.queueId }
}

/** The logical offset of a message that was sent; -1 while the queue is moving here. */
export function logicalOffsetOf(
  { leaderItem }: TopicQueueMappingContext,
  queueOffset: number,
): number {
  return computeStaticQueueOffsetLoosely(leaderItem, queueOffset)
}
