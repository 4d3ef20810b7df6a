import { batchUnitBaseOffset, batchUnitNum } from '../../../codec/store/batch-consume-queue-unit.ts'
import {
  unitCommitLogOffset,
  unitExtOffset,
  unitSize,
  unitTagsCode,
} from '../../../codec/store/consume-queue-unit.ts'
import type { CqExtUnit } from '../../../codec/store/consume-queue-ext-unit.ts'
import type { ConsumeQueueInterface } from '../consumequeue/consume-queue-interface.ts'
import type { ExtWindow } from '../consumequeue/ext-window.ts'
import type { CqUnit } from '../types.ts'

/**
 * Up to `maxUnits` units of a queue, the first that of `offset`; fewer at the end of a file. At once when they are in memory.
 * Apache: store.queue.ConsumeQueueInterface#iterateFrom
 */
export function iterateUnits(
  queue: ConsumeQueueInterface,
  offset: number,
  maxUnits: number,
): CqUnit[] | Promise<CqUnit[]> {
  if (offset < queue.minOffset || offset >= queue.maxOffset || maxUnits <= 0) return []
  const first = queue.unitOf(offset)
  if (typeof first === 'number') return iterateFrom(queue, first, maxUnits)
  return first.then((unit) => iterateFrom(queue, unit, maxUnits))
}

function iterateFrom(
  queue: ConsumeQueueInterface,
  first: number,
  maxUnits: number,
): CqUnit[] | Promise<CqUnit[]> {
  const end = Math.min(first + maxUnits, queue.fileEnd(first), queue.unitEnd)
  const units = queue.unitsInMemory(first, end)
  const ext = units && queue.extOf(units)
  if (units === undefined || ext instanceof Promise) return readUnits(queue, first, end)
  return decodeUnits(queue, units, ext, first)
}

async function readUnits(
  queue: ConsumeQueueInterface,
  first: number,
  end: number,
): Promise<CqUnit[]> {
  const units = await queue.readUnits(first, end)
  if (units === undefined) return []
  const ext = queue.extOf(units)
  // What is in memory is valid in this turn.
  return decodeUnits(queue, units, ext instanceof Promise ? await ext : ext, first)
}

function decodeUnits(
  { cqType, unitSize: step }: ConsumeQueueInterface,
  units: Buffer,
  ext: ExtWindow | undefined,
  first: number,
): CqUnit[] {
  const isBatch = cqType === 'BatchCQ'
  const decoded: CqUnit[] = []
  for (let at = 0; at < units.length; at += step) {
    const extUnit = extUnitOf(units, at, ext)
    decoded.push({
      queueOffset: isBatch ? batchUnitBaseOffset(units, at) : first + decoded.length,
      commitLogOffset: unitCommitLogOffset(units, at),
      size: unitSize(units, at),
      tagsCode: unitTagsCode(units, at) ?? extUnit?.tagsCode,
      batchNum: isBatch ? batchUnitNum(units, at) : 1,
      ...(extUnit && { ext: extUnit }),
    })
  }
  return decoded
}

function extUnitOf(units: Buffer, at: number, ext: ExtWindow | undefined): CqExtUnit | undefined {
  const offset = ext && unitExtOffset(units, at)
  return offset === undefined ? undefined : ext?.get(offset)
}
