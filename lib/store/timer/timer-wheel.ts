import {
  slotFirstPos,
  slotLastPos,
  slotNum,
  slotTime,
  TIMER_SLOT_SIZE,
  TIMER_WHEEL_SLOTS,
  writeSlot,
  type TimerSlot,
} from '../../../codec/store/timer-slot.ts'
import type { FileHandle, FileSystem } from '../../common/file-system.ts'
import { StoreError } from '../errors.ts'

/** What is kept in memory, and written, in one piece. */
const SLOTS_PER_PAGE = 128
const PAGE_BYTES = SLOTS_PER_PAGE * TIMER_SLOT_SIZE
const PAGES_PER_READ = 256
const EMPTY_PAGE = Buffer.alloc(PAGE_BYTES)

/**
 * Slots by time of delivery, each with the end of a chain of units in the timer log. Only the parts of the wheel that are
 * in use are in memory, and only those that have changed are written.
 *
 * Apache: store.timer.TimerWheel, which compares and writes the whole wheel of 37 MiB at each flush
 */
export class TimerWheel {
  readonly precisionMs: number
  readonly #fileSystem: FileSystem
  readonly #path: string
  readonly #slots: number
  /** undefined where no slot has ever been used. */
  #pages: (Buffer | undefined)[] = []
  #dirty = new Set<number>()
  #handle: FileHandle | undefined

  /** `slots` is a multiple of 128; Apache's wheel has no other number than the default. */
  constructor(
    fileSystem: FileSystem,
    path: string,
    precisionMs: number,
    slots = TIMER_WHEEL_SLOTS,
  ) {
    this.#slots = slots
    this.#fileSystem = fileSystem
    this.#path = path
    this.precisionMs = precisionMs
  }

  get #fileSize(): number {
    return this.#slots * TIMER_SLOT_SIZE
  }

  /** Reads the file. False when there is none. @throws StoreError when it has another size */
  load(): boolean {
    const size = this.#fileSystem.stat(this.#path)?.size ?? 0
    if (size === 0) return false
    if (size !== this.#fileSize) {
      throw new StoreError(
        `${this.#path} has ${size} bytes instead of ${this.#fileSize}: ` +
          'remove it, and it is made again from the timer log',
      )
    }
    const handle = this.#open()
    for (let first = 0; first < this.#slots / SLOTS_PER_PAGE; first += PAGES_PER_READ)
      this.#readPages(handle, first)
    return true
  }

  #readPages(handle: FileHandle, first: number): void {
    const bytes = Buffer.allocUnsafe(
      Math.min(PAGES_PER_READ, this.#slots / SLOTS_PER_PAGE - first) * PAGE_BYTES,
    )
    handle.readSync(bytes, first * PAGE_BYTES)
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
      const page = bytes.subarray(at, at + PAGE_BYTES)
      if (!page.equals(EMPTY_PAGE)) this.#pages[first + at / PAGE_BYTES] = Buffer.from(page)
    }
  }

  /** The slot of a time; undefined when it is empty. */
  getSlot(timeMs: number): TimerSlot | undefined {
    const time = Math.floor(timeMs / this.precisionMs)
    const index = time % this.#slots
    const page = this.#pages[Math.floor(index / SLOTS_PER_PAGE)]
    if (page === undefined) return undefined
    const at = (index % SLOTS_PER_PAGE) * TIMER_SLOT_SIZE
    return slotTime(page, at) === time ? readSlot(page, at) : undefined
  }

  putSlot(timeMs: number, slot: TimerSlot): void {
    const time = Math.floor(timeMs / this.precisionMs)
    const index = time % this.#slots
    const pageIndex = Math.floor(index / SLOTS_PER_PAGE)
    const page = (this.#pages[pageIndex] ??= Buffer.alloc(PAGE_BYTES))
    writeSlot(page, (index % SLOTS_PER_PAGE) * TIMER_SLOT_SIZE, time, slot)
    this.#dirty.add(pageIndex)
  }

  /** Adds the unit at `position`, which is a timer more or, with -1, one less; returns the position of the one before, -1 if none. */
  link(timeMs: number, position: number, change: 1 | -1): number {
    const slot = this.getSlot(timeMs)
    const firstPos = slot?.firstPos ?? position
    this.putSlot(timeMs, { firstPos, lastPos: position, num: (slot?.num ?? 0) + change })
    return slot?.lastPos ?? -1
  }

  /** The first slot with a time from `fromMs` on, before `toMs`, that is not empty; `toMs` when there is none. */
  nextUsed(fromMs: number, toMs: number): number {
    const to = Math.floor(toMs / this.precisionMs)
    let time = Math.floor(fromMs / this.precisionMs)
    while (time < to) {
      const index = time % this.#slots
      const page = this.#pages[Math.floor(index / SLOTS_PER_PAGE)]
      if (page === undefined) {
        time += SLOTS_PER_PAGE - (index % SLOTS_PER_PAGE)
      } else if (slotTime(page, (index % SLOTS_PER_PAGE) * TIMER_SLOT_SIZE) === time) {
        return time * this.precisionMs
      } else {
        time++
      }
    }
    return to * this.precisionMs
  }

  /** All slots in use from `fromMs` on: their times and what they hold. */
  *slots(fromMs: number): Generator<readonly [number, TimerSlot]> {
    const from = Math.floor(fromMs / this.precisionMs)
    for (const page of this.#pages) {
      if (page === undefined) continue
      for (let at = 0; at < PAGE_BYTES; at += TIMER_SLOT_SIZE) {
        const time = slotTime(page, at)
        if (time >= from && time > 0) yield [time * this.precisionMs, readSlot(page, at)]
      }
    }
  }

  /** Timers less those that are recalled, in a slot. */
  getNum(timeMs: number): number {
    return this.getSlot(timeMs)?.num ?? 0
  }

  /** The same for all slots from a time on. */
  getAllNum(fromMs: number): number {
    let sum = 0
    for (const [, { num }] of this.slots(fromMs)) sum += num
    return sum
  }

  /** Empties all slots. */
  clear(): void {
    this.#pages.forEach((page, index) => {
      page?.fill(0)
      this.#dirty.add(index)
    })
  }

  /** Empties the slot of a time. */
  remove(timeMs: number): void {
    if (this.getSlot(timeMs) === undefined) return
    const index = Math.floor(timeMs / this.precisionMs) % this.#slots
    const pageIndex = Math.floor(index / SLOTS_PER_PAGE)
    const at = (index % SLOTS_PER_PAGE) * TIMER_SLOT_SIZE
    this.#pages[pageIndex]?.fill(0, at, at + TIMER_SLOT_SIZE)
    this.#dirty.add(pageIndex)
  }

  get needsFlush(): boolean {
    return this.#dirty.size > 0
  }

  /** Brings the slots that have changed to the disk. @throws (rejects) what the file system says */
  async flush(): Promise<void> {
    if (this.#dirty.size === 0) return
    const dirty = [...this.#dirty].sort((a, b) => a - b)
    this.#dirty = new Set()
    try {
      const handle = this.#open()
      for (const run of runs(dirty)) {
        const pages = run.map((index) => this.#pages[index] as Buffer)
        await handle.write(Buffer.concat(pages), (run[0] as number) * PAGE_BYTES)
      }
      await handle.datasync()
    } catch (error) {
      for (const index of dirty) this.#dirty.add(index)
      throw error
    }
  }

  #open(): FileHandle {
    this.#handle ??= this.#fileSystem.exists(this.#path)
      ? this.#fileSystem.open(this.#path, 'r+')
      : this.#fileSystem.createSparse(this.#path, this.#fileSize)
    return this.#handle
  }

  close(): void {
    this.#handle?.close()
    this.#handle = undefined
  }
}

function readSlot(page: Buffer, at: number): TimerSlot {
  return {
    firstPos: slotFirstPos(page, at),
    lastPos: slotLastPos(page, at),
    num: slotNum(page, at),
  }
}

/** Ascending numbers in groups that follow each other without a gap, at most a megabyte of pages each. */
function runs(indexes: readonly number[]): number[][] {
  const groups: number[][] = []
  for (const index of indexes) {
    const last = groups.at(-1)
    if (last?.at(-1) === index - 1 && last.length < PAGES_PER_READ) last.push(index)
    else groups.push([index])
  }
  return groups
}
