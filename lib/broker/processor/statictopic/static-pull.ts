import type { LogicQueueMappingItem } from '../../../../codec/body/topic-queue-mapping.ts'
import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import type { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { GetMessageStatus } from '../../../store/types.ts'
import {
  computeMaxOffsetFromMapping,
  computePhysicalQueueOffset,
  computeStaticQueueOffsetStrictly,
  findNext,
  isEndOffsetDecided,
} from '../../topic/logic-queue-mapping.ts'
import type { TopicQueueMappingContext } from '../../topic/topic-queue-mapping-manager.ts'
import { withoutCommitOffsetFlag } from '../pull/pull-sys-flag.ts'
import { isLocal, partAt } from './static-queue-offsets.ts'

/** A pull of a logical queue, and the part that it reads. */
export interface StaticPull {
  readonly context: TopicQueueMappingContext
  readonly item: LogicQueueMappingItem
  readonly isLocal: boolean
  /** The request, as it reads the part's queue. */
  readonly header: PullMessageRequestHeader
}

/** Where a pull found itself; `offset` is what it asked for. All are offsets of the part's queue. */
export interface PulledOffsets {
  readonly offset: number
  readonly nextBeginOffset: number
  readonly minOffset: number
  readonly maxOffset: number
}

/** What a pull's answer means for the logical queue; the offsets are still those of `item`'s queue. */
interface Revised {
  readonly code: number
  readonly item: LogicQueueMappingItem
  readonly nextBeginOffset: number
  readonly minOffset: number
  readonly maxOffset: number
}

/**
 * Turns a pull of a logical queue to the queue of a part. An offset to be stored by the way is one of the logical queue too: it goes
 * along if it lies in the same part, otherwise the client will store it with code 15. (Apache stores it as it is.)
 *
 * Source: broker.processor.PullMessageProcessor#rewriteRequestForStaticTopic
 */
export function toStaticPull(
  context: TopicQueueMappingContext,
  asked: PullMessageRequestHeader,
): StaticPull {
  const item = partAt(context, asked.queueOffset)
  const queueOffset = computePhysicalQueueOffset(item, asked.queueOffset)
  const isCommitHere = partAt(context, asked.commitOffset) === item
  const header = {
    ...asked,
    queueId: item.queueId,
    queueOffset,
    maxMsgNums: Math.min(asked.maxMsgNums, endOfRead(context, item, queueOffset) - queueOffset),
    commitOffset: isCommitHere ? computePhysicalQueueOffset(item, asked.commitOffset) : 0,
    sysFlag: isCommitHere ? asked.sysFlag : withoutCommitOffsetFlag(asked.sysFlag),
  }
  return { context, item, isLocal: isLocal(context, item), header }
}

/**
 * Where a read that begins at `queueOffset` ends at the latest. Behind the end of a part lies what came late: delayed messages, and those
 * of transactions, that were sent before the queue moved. They have their offsets in the gap before the next part.
 */
function endOfRead(
  context: TopicQueueMappingContext,
  item: LogicQueueMappingItem,
  queueOffset: number,
): number {
  const isBeforeEnd = isEndOffsetDecided(item) && queueOffset < item.endOffset
  return isBeforeEnd ? item.endOffset : endOfGap(context, item)
}

/** Where the next part would begin in a part's queue. */
function endOfGap(
  { mappingItemList }: TopicQueueMappingContext,
  item: LogicQueueMappingItem,
): number {
  const next = findNext(mappingItemList, item)
  return next === undefined
    ? Number.MAX_SAFE_INTEGER
    : computePhysicalQueueOffset(item, next.logicOffset)
}

/**
 * Turns the answer of a part's queue into that of the logical one. The end of a part is not the end of the queue: the reader is
 * sent to the next part.
 *
 * Source: broker.processor.PullMessageProcessor#rewriteResponseForStaticTopic
 */
export function toStaticResponse(
  { context, item, header }: StaticPull,
  response: RemotingCommand,
  pulled: Omit<PulledOffsets, 'offset'>,
): RemotingCommand {
  const offsets = { ...pulled, offset: header.queueOffset }
  const isDecided =
    response.code === ResponseCode.SUCCESS || response.remark === GetMessageStatus.OFFSET_RESET
  const revised = isDecided
    ? { ...offsets, item, code: response.code }
    : revise(context, item, response.code, offsets)
  const { nextBeginOffset, minOffset, maxOffset } = logicalOffsets(context, revised)
  if (response.code !== ResponseCode.SUCCESS) response.remark = undefined
  response.code = revised.code
  response.extFields = {
    ...response.extFields,
    nextBeginOffset: `${nextBeginOffset}`,
    minOffset: `${minOffset}`,
    maxOffset: `${maxOffset}`,
    offsetDelta: `${revised.item.logicOffset - revised.item.startOffset}`,
  }
  return response
}

function logicalOffsets(
  context: TopicQueueMappingContext,
  { item, nextBeginOffset, minOffset, maxOffset }: Revised,
): Omit<PulledOffsets, 'offset'> {
  const next = Math.min(nextBeginOffset, endOfGap(context, item))
  const knownMax = computeMaxOffsetFromMapping(context.mappingItemList)
  return {
    nextBeginOffset: computeStaticQueueOffsetStrictly(item, next),
    minOffset: computeStaticQueueOffsetStrictly(item, Math.max(item.startOffset, minOffset)),
    maxOffset: Math.max(computeStaticQueueOffsetStrictly(item, maxOffset), knownMax),
  }
}

/** For an answer without messages. A part may be the first one, the last one, both, or neither. */
function revise(
  context: TopicQueueMappingContext,
  item: LogicQueueMappingItem,
  code: number,
  pulled: PulledOffsets,
): Revised {
  const isEarliest = partAt(context, 0) === item
  const isLeader = context.leaderItem === item
  const { offset, minOffset, maxOffset } = pulled
  if (offset < minOffset) {
    const moved = isEarliest ? ResponseCode.PULL_OFFSET_MOVED : ResponseCode.PULL_RETRY_IMMEDIATELY
    return { ...pulled, item, code: moved, nextBeginOffset: minOffset }
  }
  if (offset >= maxOffset && (isEarliest || !isLeader)) return goOn(context, item, pulled)
  return { ...pulled, item, code }
}

/** Behind the end of a part: at the beginning of the next one, when its place is known. */
function goOn(
  { mappingItemList }: TopicQueueMappingContext,
  item: LogicQueueMappingItem,
  pulled: PulledOffsets,
): Revised {
  const next = findNext(mappingItemList, item)
  if (next === undefined) return { ...pulled, item, code: ResponseCode.PULL_NOT_FOUND }
  const { startOffset } = next
  return {
    code: ResponseCode.PULL_RETRY_IMMEDIATELY,
    item: next,
    nextBeginOffset: startOffset,
    minOffset: startOffset,
    maxOffset: startOffset,
  }
}
