import { findProperty } from '../../codec/message/properties.ts'
import { MessageConst } from '../../codec/message/property-names.ts'
import { isLmq, LMQ_QUEUE_ID } from '../common/light-message-queue.ts'

const SEPARATOR = ','
/** What the name of a directory may have. */
const NAME_BYTES_MAX = 255

/** Source: common.MixAll#topicAllowsLMQ */
export function topicAllowsLmq(topic: string): boolean {
  return (
    !topic.startsWith('%RETRY%') && !topic.startsWith('rmq_sys_') && topic !== 'SCHEDULE_TOPIC_XXXX'
  )
}

/** Cuts a list as Java does: without what is empty at its end. */
export function multiDispatchNames(list: string): string[] {
  const names = list.split(SEPARATOR)
  while (names.at(-1) === '') names.pop()
  return names
}

/** A place in a further queue that a message has beside its own. */
export interface MultiDispatchTarget {
  readonly topic: string
  readonly queueId: number
  readonly queueOffset: number
}

/**
 * The further queues of a stored message, as its properties tell. Names that no queue can have, and those without an offset, are
 * left out; when there are more names than offsets, all are.
 *
 * Source: store.ConsumeQueue#multiDispatchLmqQueue, store.queue.MultiDispatchUtils
 */
export function multiDispatchTargets(
  { properties, queueId }: { readonly properties: string; readonly queueId: number },
  enableLmq: boolean,
): MultiDispatchTarget[] {
  const names = findProperty(properties, MessageConst.PROPERTY_INNER_MULTI_DISPATCH)
  const offsets = findProperty(properties, MessageConst.PROPERTY_INNER_MULTI_QUEUE_OFFSET)
  if (names === undefined || offsets === undefined) return []
  const topics = multiDispatchNames(names)
  const queueOffsets = multiDispatchNames(offsets)
  if (topics.length !== queueOffsets.length) return []
  return topics.flatMap((topic, index) => {
    const text = queueOffsets[index] as string
    if (!isQueueName(topic) || !/^\d+$/.test(text)) return []
    const isOfLmq = enableLmq && isLmq(topic)
    return [{ topic, queueId: isOfLmq ? LMQ_QUEUE_ID : queueId, queueOffset: Number(text) }]
  })
}

/** It becomes the name of a directory. */
function isQueueName(topic: string): boolean {
  return (
    topic !== '' &&
    topic !== '.' &&
    topic !== '..' &&
    !/[/\0]/.test(topic) &&
    Buffer.byteLength(topic) <= NAME_BYTES_MAX
  )
}
