import {
  CQ_STORE_UNIT_SIZE,
  unitCommitLogOffset,
  unitExtOffset,
  unitSize,
  unitTagsCode,
} from '../../../codec/store/consume-queue-unit.ts'
import type { ConsumeQueue } from '../consumequeue/consume-queue.ts'
import type { ExtWindow } from '../consumequeue/ext-window.ts'
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
  const ext = units && queue.extOf(units)
  if (units === undefined || ext instanceof Promise) return readUnits(queue, offset, end)
  return decodeUnits(units, ext, offset)
}

async function readUnits(queue: ConsumeQueue, offset: number, end: number): Promise<CqUnit[]> {
  const units = await queue.readUnits(offset, end)
  return units === undefined ? [] : decodeUnits(units, await queue.extOf(units), offset)
}

function decodeUnits(units: Buffer, ext: ExtWindow | undefined, firstOffset: number): CqUnit[] {
  const decoded: CqUnit[] = []
  for (let at = 0; at < units.length; at += CQ_STORE_UNIT_SIZE) {
    decoded.push({
      queueOffset: firstOffset + decoded.length,
      commitLogOffset: unitCommitLogOffset(units, at),
      size: unitSize(units, at),
      tagsCode: unitTagsCode(units, at) ?? extTagsCode(units, at, ext) ?? 0,
    })
  }
  return decoded
}

function extTagsCode(units: Buffer, at: number, ext: ExtWindow | undefined): number | undefined {
  const offset = unitExtOffset(units, at)
  return offset === undefined ? undefined : ext?.get(offset)?.tagsCode
}
