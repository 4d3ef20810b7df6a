import {
  batchUnitBaseOffset,
  batchUnitStoreTimestamp,
} from '../../../codec/store/batch-consume-queue-unit.ts'
import type { BoundaryType } from '../types.ts'
import type { UnitSeries } from './unit-series.ts'

/**
 * Queue offset of the first message of a batch, by the time at which the batch was stored; -1 when none is found. `lower`: the
 * first batch stored at `timestampMs` or later, but the last batch when there is none. `upper` finds the last of several that
 * were stored at that time, but between two batches it may find the later one or none.
 *
 * Source: store.queue.BatchConsumeQueue#getOffsetInQueueByTime; one unit at least is there
 */
export async function findOffsetByTime(
  units: UnitSeries,
  timestampMs: number,
  boundary: BoundaryType,
): Promise<number> {
  const first = await firstUnitOfFile(units, timestampMs)
  const last = Math.min(units.fileEnd(first), units.end) - 1
  const lastUnit = await units.read(last, last + 1)
  if (lastUnit === undefined) return -1
  if (timestampMs >= batchUnitStoreTimestamp(lastUnit, 0)) return batchUnitBaseOffset(lastUnit, 0)
  const found = await binarySearchRight(units, first, last, timestampMs, boundary)
  const unit = found < 0 ? undefined : await units.read(found, found + 1)
  return unit === undefined ? -1 : batchUnitBaseOffset(unit, 0)
}

/** Of the last file that begins at `timestampMs` or before; otherwise of the first file. */
async function firstUnitOfFile(units: UnitSeries, timestampMs: number): Promise<number> {
  const start = Math.min(units.start, units.memoryStart)
  const perFile = units.fileEnd(0)
  let first = Math.floor((units.end - 1) / perFile) * perFile
  while (first > start) {
    const unit = await units.read(first, first + 1)
    if (unit !== undefined && batchUnitStoreTimestamp(unit, 0) <= timestampMs) return first
    first -= perFile
  }
  return start
}

/** Decides as Apache's search does, step by step, so that it finds the same unit where `upper` has no clear answer. */
async function binarySearchRight(
  units: UnitSeries,
  first: number,
  last: number,
  timestampMs: number,
  boundary: BoundaryType,
): Promise<number> {
  let left = first
  let right = last
  while (left <= right) {
    const middle = Math.floor((left + right) / 2)
    const unit = await units.read(middle, middle + 1)
    if (unit === undefined) return -1
    const storeTimestamp = batchUnitStoreTimestamp(unit, 0)
    if (middle === left) {
      if (storeTimestamp >= timestampMs) return middle
      left = middle + 1
    } else if (boundary === 'lower') {
      if (storeTimestamp < timestampMs) left = middle + 1
      else right = middle
    } else if (storeTimestamp <= timestampMs) left = middle
    else right = middle - 1
  }
  return -1
}
