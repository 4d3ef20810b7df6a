import type { MessageQueue } from '../../codec/body/message-queue.ts'

/** Entries by topic, broker name and queue id. Source: common.message.MessageQueue#compareTo */
export function sortedByQueue<T>(
  entries: readonly (readonly [MessageQueue, T])[],
): [MessageQueue, T][] {
  return entries
    .map(([queue, value]): [MessageQueue, T] => [queue, value])
    .sort(([a], [b]) => compare(a, b))
}

function compare(a: MessageQueue, b: MessageQueue): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  if (a.brokerName !== b.brokerName) return a.brokerName < b.brokerName ? -1 : 1
  return a.queueId - b.queueId
}

/** A queue as the key of a Map. */
export function keyOf({ topic, brokerName, queueId }: MessageQueue): string {
  return `${topic}@${brokerName}@${queueId}`
}
