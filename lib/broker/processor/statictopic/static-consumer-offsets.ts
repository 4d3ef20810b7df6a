import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { RemoteQueues } from '../../out/remote-queues.ts'
import {
  computePhysicalQueueOffset,
  computeStaticQueueOffsetStrictly,
  isLogicOffsetDecided,
} from '../../topic/logic-queue-mapping.ts'
import type { TopicQueueMappingContext } from '../../topic/topic-queue-mapping-manager.ts'
import { isLocal, partAt, queueOf } from './static-queue-offsets.ts'

export interface StaticConsumerOffsetsDeps {
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset'>
  readonly remoteQueues: RemoteQueues
}

/**
 * Offsets of groups in logical queues: each is stored, as an offset in the queue, at the broker of the part that it lies in.
 *
 * Apache: broker.processor.ConsumerManageProcessor, rewriteRequestForStaticTopic
 */
export class StaticConsumerOffsets {
  readonly #deps: StaticConsumerOffsetsDeps

  constructor(deps: StaticConsumerOffsetsDeps) {
    this.#deps = deps
  }

  /** Where on this broker an offset is to be stored; undefined when it has been stored at another. */
  async place(
    context: TopicQueueMappingContext,
    consumerGroup: string,
    globalOffset: number,
  ): Promise<{ readonly queueId: number; readonly commitOffset: number } | undefined> {
    const item = partAt(context, globalOffset)
    const commitOffset = computePhysicalQueueOffset(item, globalOffset)
    if (isLocal(context, item)) return { queueId: item.queueId, commitOffset }
    const { remoteQueues } = this.#deps
    await remoteQueues.updateConsumerOffset(queueOf(context, item), consumerGroup, commitOffset)
    return undefined
  }

  /**
   * The offset in the newest part in which the group has one.
   * @throws (rejects) RemotingError QUERY_NOT_FOUND when it has none
   */
  async query(context: TopicQueueMappingContext, consumerGroup: string): Promise<number> {
    for (const item of context.mappingItemList.toReversed()) {
      if (!isLogicOffsetDecided(item)) continue
      const offset = isLocal(context, item)
        ? this.#queryHere(context.topic, item.queueId, consumerGroup)
        : await this.#deps.remoteQueues.queryConsumerOffset(queueOf(context, item), consumerGroup)
      if (offset !== undefined) return computeStaticQueueOffsetStrictly(item, offset)
    }
    throw new RemotingError(
      ResponseCode.QUERY_NOT_FOUND,
      'Not found, maybe this group consumer boot first',
    )
  }

  #queryHere(topic: string, queueId: number, consumerGroup: string): number | undefined {
    const offset = this.#deps.consumerOffsetManager.queryOffset(consumerGroup, topic, queueId)
    return offset < 0 ? undefined : offset
  }
}

/** A queue that has never been anywhere else is served as any other. */
export function isPhysical({ mappingItemList }: TopicQueueMappingContext): boolean {
  return mappingItemList.length === 1 && mappingItemList[0]?.logicOffset === 0
}
