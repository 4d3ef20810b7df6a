import type { LogicQueueMappingItem } from '../../../../codec/body/topic-queue-mapping.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { RemoteQueue, RemoteQueues } from '../../out/remote-queues.ts'
import {
  computeStaticQueueOffsetLoosely,
  computeStaticQueueOffsetStrictly,
  findLogicQueueMappingItem,
  isLogicOffsetDecided,
} from '../../topic/logic-queue-mapping.ts'
import type { TopicQueueMappingContext } from '../../topic/topic-queue-mapping-manager.ts'

export interface StaticQueueOffsetsDeps {
  readonly messageStore: Pick<
    MessageStore,
    | 'getEarliestMessageTime'
    | 'getMaxOffsetInQueue'
    | 'getMinOffsetInQueue'
    | 'getOffsetInQueueByTime'
  >
  readonly remoteQueues: RemoteQueues
}

/**
 * Where the logical queues of static topics begin and end. A part on another broker is asked for there.
 *
 * Apache: broker.processor.AdminBrokerProcessor, rewriteRequestForStaticTopic and handleGetMinOffsetForStaticTopic
 */
export class StaticQueueOffsets {
  readonly #deps: StaticQueueOffsetsDeps

  constructor(deps: StaticQueueOffsetsDeps) {
    this.#deps = deps
  }

  /** The end of the last part of which the place is known. */
  async getMaxOffset(context: TopicQueueMappingContext): Promise<number> {
    const { messageStore, remoteQueues } = this.#deps
    const item = partAt(context, Number.MAX_SAFE_INTEGER)
    const physicalOffset = isLocal(context, item)
      ? messageStore.getMaxOffsetInQueue(context.topic, item.queueId)
      : await remoteQueues.getMaxOffset(queueOf(context, item))
    return computeStaticQueueOffsetStrictly(item, physicalOffset)
  }

  async getMinOffset(context: TopicQueueMappingContext): Promise<number> {
    const { messageStore, remoteQueues } = this.#deps
    const item = partAt(context, 0)
    const physicalOffset = isLocal(context, item)
      ? messageStore.getMinOffsetInQueue(context.topic, item.queueId)
      : await remoteQueues.getMinOffset(queueOf(context, item))
    return computeStaticQueueOffsetLoosely(item, physicalOffset)
  }

  getEarliestMsgStoretime(context: TopicQueueMappingContext): Promise<number> {
    return this.#earliestTime(context, partAt(context, 0))
  }

  /** Searches the last part that begins no later than `timestamp`, or else the first one. */
  async searchOffset(
    context: TopicQueueMappingContext,
    timestamp: number,
    boundary: 'lower' | 'upper',
  ): Promise<number> {
    const { messageStore, remoteQueues } = this.#deps
    const item = await this.#partAtTime(context, timestamp)
    const offset = isLocal(context, item)
      ? await messageStore.getOffsetInQueueByTime(context.topic, item.queueId, timestamp, boundary)
      : await remoteQueues.searchOffset(queueOf(context, item), timestamp, boundary)
    return computeStaticQueueOffsetStrictly(item, offset)
  }

  async #partAtTime(
    context: TopicQueueMappingContext,
    timestamp: number,
  ): Promise<LogicQueueMappingItem> {
    const first = partAt(context, 0)
    const decided = context.mappingItemList.filter(isLogicOffsetDecided)
    for (const item of decided.toReversed()) {
      if (item === first) break
      const earliestMs = await this.#earliestTime(context, item)
      if (earliestMs >= 0 && earliestMs <= timestamp) return item
    }
    return first
  }

  /** -1: the part is empty. */
  async #earliestTime(
    context: TopicQueueMappingContext,
    item: LogicQueueMappingItem,
  ): Promise<number> {
    const { messageStore, remoteQueues } = this.#deps
    return isLocal(context, item)
      ? messageStore.getEarliestMessageTime(context.topic, item.queueId)
      : remoteQueues.getEarliestMsgStoretime(queueOf(context, item))
  }
}

/** The part that holds a logical offset. @throws RemotingError when no part's place is known */
export function partAt(
  { topic, globalId, mappingItemList }: TopicQueueMappingContext,
  offset: number,
): LogicQueueMappingItem {
  const item = findLogicQueueMappingItem(mappingItemList, offset)
  if (item !== undefined) return item
  const remark = `the place of ${topic}-${globalId} is not decided yet`
  throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}

export function isLocal(
  context: TopicQueueMappingContext,
  { bname }: LogicQueueMappingItem,
): boolean {
  return bname === context.bname
}

export function queueOf(
  { topic }: TopicQueueMappingContext,
  { bname, queueId }: LogicQueueMappingItem,
): RemoteQueue {
  return { bname, topic, queueId }
}
