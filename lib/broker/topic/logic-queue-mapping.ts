import type {
  LogicQueueMappingItem,
  TopicQueueMappingDetail,
} from '../../../codec/body/topic-queue-mapping.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { RemotingError } from '../../remoting/index.ts'

/*
 * A logical queue is a chain of parts, each on a queue of some broker:
 *
 *   logical offsets   0 ......... 57 | 10000 ..... 10031 | 20000 ...
 *   part              gen 0            gen 1               gen 2 (the leader: messages go here)
 *   queue             broker-a-0       broker-b-2          broker-a-3
 *   its offsets       0 ......... 57   0 ......... 31      0 ...
 *
 * Between parts there is a gap: a part begins at a round offset. The last part has logicOffset -1 for a moment while a queue moves:
 * messages go there already, but it is not known yet where the part before ended.
 *
 * Apache: remoting.protocol.statictopic.LogicQueueMappingItem, TopicQueueMappingUtils
 */

type Items = readonly LogicQueueMappingItem[]

/** -1 while the part's place is not known. For a message that was stored, and for the least offset. */
export function computeStaticQueueOffsetLoosely(
  { logicOffset, startOffset, endOffset }: LogicQueueMappingItem,
  physicalQueueOffset: number,
): number {
  if (logicOffset < 0) return -1
  if (physicalQueueOffset < startOffset) return logicOffset
  const isBehindEnd = endOffset >= startOffset && endOffset < physicalQueueOffset
  return logicOffset + (isBehindEnd ? endOffset : physicalQueueOffset) - startOffset
}

export function computeStaticQueueOffsetStrictly(
  { logicOffset, startOffset }: LogicQueueMappingItem,
  physicalQueueOffset: number,
): number {
  return logicOffset + Math.max(physicalQueueOffset - startOffset, 0)
}

export function computePhysicalQueueOffset(
  { logicOffset, startOffset }: LogicQueueMappingItem,
  staticQueueOffset: number,
): number {
  return staticQueueOffset - logicOffset + startOffset
}

/** The logical offset behind the last part's end, or of its beginning while it has none; -1 without parts. */
export function computeMaxOffsetFromMapping(items: Items): number {
  const last = items.at(-1)
  return last === undefined ? -1 : computeMaxStaticQueueOffset(last)
}

function computeMaxStaticQueueOffset({
  logicOffset,
  startOffset,
  endOffset,
}: LogicQueueMappingItem): number {
  return endOffset >= startOffset ? logicOffset + endOffset - startOffset : logicOffset
}

export function isEndOffsetDecided({ endOffset, startOffset }: LogicQueueMappingItem): boolean {
  return endOffset > startOffset
}

export function isLogicOffsetDecided({ logicOffset }: LogicQueueMappingItem): boolean {
  return logicOffset >= 0
}

/** The part that holds an offset, or the first one when it lies before all; undefined when no part's place is known. */
export function findLogicQueueMappingItem(
  items: Items,
  logicOffset: number,
): LogicQueueMappingItem | undefined {
  const decided = items.filter(isLogicOffsetDecided)
  return decided.findLast((item) => logicOffset >= item.logicOffset) ?? decided[0]
}

/** The part behind `current`, if its place is known. */
export function findNext(
  items: Items,
  current: LogicQueueMappingItem,
): LogicQueueMappingItem | undefined {
  const next = items[items.findIndex(({ gen }) => gen === current.gen) + 1]
  return next !== undefined && isLogicOffsetDecided(next) ? next : undefined
}

/** Logical queue id to queue id, of the queues whose last part this broker has. Source: TopicQueueMappingDetail#buildIdMap */
export function buildIdMap({ bname, hostedQueues }: TopicQueueMappingDetail): Map<number, number> {
  const idMap = new Map<number, number>()
  for (const [globalId, items] of hostedQueues) {
    const leader = items.at(-1)
    if (leader?.bname === bname) idMap.set(globalId, leader.queueId)
  }
  return idMap
}

/** Whether parts follow each other as they should. @throws RemotingError */
export function checkLogicQueueMappingItemOffset(items: Items): void {
  let next: LogicQueueMappingItem | undefined
  for (const item of items.toReversed()) {
    if (item.startOffset < 0 || item.gen < 0 || item.queueId < 0) {
      throw refused('The field is illegal, should not be negative')
    }
    if (item.endOffset !== -1 && item.endOffset < item.startOffset) {
      throw refused('The endOffset is smaller than the start offset')
    }
    if (next !== undefined) checkBefore(item, next)
    next = item
  }
}

function checkBefore(item: LogicQueueMappingItem, next: LogicQueueMappingItem): void {
  if (item.logicOffset < 0) throw refused('The non-latest item has negative logic offset')
  if (item.gen >= next.gen) throw refused('The gen does not increase monotonically')
  if (next.logicOffset === -1) return
  if (item.logicOffset >= next.logicOffset) {
    throw refused('The base logic offset does not increase monotonically')
  }
  if (computeMaxStaticQueueOffset(item) >= next.logicOffset) {
    throw refused('The max logic offset does not increase monotonically')
  }
}

/**
 * Whether `newItems` may replace `oldItems`: parts stay as they are, though early ones may be missing; within an epoch the leader
 * stays. @throws RemotingError
 */
export function makeSureLogicQueueMappingItemImmutable(
  oldItems: Items,
  newItems: Items,
  isEpochEqual: boolean,
): void {
  const oldLeader = oldItems.at(-1)
  if (oldLeader === undefined) return
  const newLeader = newItems.at(-1)
  if (newLeader === undefined) throw refused('The new item list is null or empty')
  for (const old of oldItems) {
    const same = newItems.find(({ gen }) => gen === old.gen)
    if (same !== undefined) checkUnchanged(old, same)
  }
  if (isEpochEqual && (newLeader.gen !== oldLeader.gen || !isSamePlace(newLeader, oldLeader))) {
    throw refused('The new leader is different but epoch equal')
  }
}

/** Apache asserts this, which its broker is not started for. */
function checkUnchanged(old: LogicQueueMappingItem, item: LogicQueueMappingItem): void {
  const isMoved = old.logicOffset !== -1 && item.logicOffset !== old.logicOffset
  if (isSamePlace(old, item) && !isMoved) return
  throw refused(`The item of gen ${item.gen} is immutable`)
}

function isSamePlace(a: LogicQueueMappingItem, b: LogicQueueMappingItem): boolean {
  return a.bname === b.bname && a.queueId === b.queueId && a.startOffset === b.startOffset
}

function refused(remark: string): RemotingError {
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
