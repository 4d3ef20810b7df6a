import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'

export interface QueueProgressDeps {
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'queryPullOffset'>
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'>
}

/**
 * How far a group has consumed a queue; what is not known is 0. An offset of -1 stays in a queue of a static topic: the group's is in
 * another part then.
 */
export async function queueProgress(
  { consumerOffsetManager, messageStore }: QueueProgressDeps,
  group: string,
  topic: string,
  queueId: number,
  isStatic = false,
): Promise<OffsetWrapper> {
  const stored = consumerOffsetManager.queryOffset(group, topic, queueId)
  const consumerOffset = isStatic ? stored : Math.max(stored, 0)
  const lastConsumed = consumerOffset - 1
  const lastTimestamp =
    lastConsumed < 0 ? 0 : await messageStore.getMessageStoreTimestamp(topic, queueId, lastConsumed)
  return {
    brokerOffset: messageStore.getMaxOffsetInQueue(topic, queueId),
    consumerOffset,
    lastTimestamp: Math.max(lastTimestamp, 0),
    pullOffset: Math.max(
      consumerOffset,
      consumerOffsetManager.queryPullOffset(group, topic, queueId),
    ),
  }
}
