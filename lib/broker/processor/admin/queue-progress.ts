import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'

export interface QueueProgressDeps {
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'queryPullOffset'>
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'>
}

/** How far a group has consumed a queue; what is not known is 0. */
export async function queueProgress(
  { consumerOffsetManager, messageStore }: QueueProgressDeps,
  group: string,
  topic: string,
  queueId: number,
): Promise<OffsetWrapper> {
  const consumerOffset = Math.max(consumerOffsetManager.queryOffset(group, topic, queueId), 0)
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
