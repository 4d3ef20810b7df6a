import {
  CQ_STORE_UNIT_SIZE,
  unitCommitLogOffset,
  unitSize,
  unitTagsCode,
} from '../../../codec/store/consume-queue-unit.ts'
import type { ConsumeQueue } from '../consumequeue/consume-queue.ts'
import type { CqUnit } from '../types.ts'

/**
 * Up to `maxUnits` units of a queue, the first that of `offset`; fewer at the end of a file. At once when they are in memory.
 * Apache: store.queue.ConsumeQueueInterface#iterateFrom
 */
export function iterateUnits(
  queue: ConsumeQueue,
  offset: number,
  maxUnits: number,
): CqUnit[] | Promise<CqUnit[]> {
  const end = Math.min(offset + maxUnits, queue.fileEnd(offset), queue.maxOffset)
  if (offset < queue.minOffset || end <= offset) return []
  const units = queue.unitsInMemory(offset, end)
  if (units !== undefined) return decodeUnits(units, offset)
  return queue.readUnits(offset, end).then((read) => (read ? decodeUnits(read, offset) : []))
}

function decodeUnits(units: Buffer, firstOffset: number): CqUnit[] {
  const decoded: CqUnit[] = []
  for (let at = 0; at < units.length; at += CQ_STORE_UNIT_SIZE) {
    decoded.push({
      queueOffset: firstOffset + decoded.length,
      commitLogOffset: unitCommitLogOffset(units, at),
      size: unitSize(units, at),
      tagsCode: unitTagsCode(units, at) ?? 0,
    })
  }
  return decoded
}
