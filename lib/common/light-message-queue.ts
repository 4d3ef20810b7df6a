/**
 * Topics and groups of light message queues begin so. Such a topic has no settings and one queue.
 * Source: common.MixAll#LMQ_PREFIX, #LMQ_QUEUE_ID
 */
export const LMQ_PREFIX = '%LMQ%'
export const LMQ_QUEUE_ID = 0

/** Source: common.MixAll#isLmq */
export function isLmq(name: string): boolean {
  return name.startsWith(LMQ_PREFIX)
}
