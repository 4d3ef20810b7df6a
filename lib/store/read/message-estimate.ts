import { batchUnitNum } from '../../../codec/store/batch-consume-queue-unit.ts'
import { unitExtOffset, unitTagsCode } from '../../../codec/store/consume-queue-unit.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { ConsumeQueueInterface } from '../consumequeue/consume-queue-interface.ts'
import type { ExtWindow } from '../consumequeue/ext-window.ts'
import type { MessageFilter } from '../types.ts'

/** Looked at in one go. */
const STEP_UNITS = 4096

type SampleConfig = Pick<MessageStoreConfig, 'maxConsumeQueueScan' | 'sampleCountThreshold'>

/**
 * How many messages between two offsets of a queue a filter lets pass, as far as units tell. After `maxConsumeQueueScan` units, or
 * `sampleCountThreshold` that pass, the rest is taken to be like those.
 *
 * Apache: store.DefaultMessageStore#estimateMessageCount, store.ConsumeQueue#estimateMessageCount
 */
export async function estimateMessageCount(
  queue: ConsumeQueueInterface,
  fromOffset: number,
  toOffset: number,
  filter: MessageFilter,
  config: SampleConfig,
): Promise<number> {
  const from = Math.max(fromOffset, queue.minOffset, 0)
  const to = Math.min(toOffset, queue.maxOffset)
  if (from >= to) return 0
  const first = await queue.unitOf(from)
  const end = (await queue.unitOf(to - 1)) + 1
  const sample = new Sample(queue, filter)
  for (let unit = first; unit < end;) {
    const left = config.maxConsumeQueueScan - sample.units
    if (left <= 0 || sample.matchedUnits > config.sampleCountThreshold) break
    const stepEnd = Math.min(end, queue.fileEnd(unit), unit + Math.min(STEP_UNITS, left))
    await sample.scan(unit, stepEnd)
    unit = stepEnd
  }
  return sample.share(to - from)
}

class Sample {
  readonly #queue: ConsumeQueueInterface
  readonly #filter: MessageFilter
  units = 0
  matchedUnits = 0
  #messages = 0
  #matched = 0

  constructor(queue: ConsumeQueueInterface, filter: MessageFilter) {
    this.#queue = queue
    this.#filter = filter
  }

  /** The units from `from` to `to`, which lie in one file. */
  async scan(from: number, to: number): Promise<void> {
    const queue = this.#queue
    const units = queue.unitsInMemory(from, to) ?? (await queue.readUnits(from, to))
    if (units === undefined) return
    // What is in memory is valid in this turn.
    const ext = queue.extOf(units)
    if (ext instanceof Promise) this.#count(Buffer.from(units), await ext)
    else this.#count(units, ext)
  }

  #count(units: Buffer, ext: ExtWindow | undefined): void {
    const { unitSize, cqType } = this.#queue
    for (let at = 0; at < units.length; at += unitSize) {
      const messages = cqType === 'BatchCQ' ? batchUnitNum(units, at) : 1
      this.units++
      this.#messages += messages
      if (!this.#isMatched(units, at, ext)) continue
      this.matchedUnits++
      this.#matched += messages
    }
  }

  #isMatched(units: Buffer, at: number, ext: ExtWindow | undefined): boolean {
    const extOffset = ext && unitExtOffset(units, at)
    if (extOffset === undefined)
      return this.#filter.isMatchedByConsumeQueue(unitTagsCode(units, at))
    const unit = ext?.get(extOffset)
    return this.#filter.isMatchedByConsumeQueue(unit?.tagsCode, unit)
  }

  /** As many of `count` messages as passed of those that were looked at; all where none could be. */
  share(count: number): number {
    return this.#messages === 0 ? count : Math.floor((this.#matched * count) / this.#messages)
  }
}
