/** Of one read: many pulls of 32 messages, or a few of those that a filter looks for. */
const WINDOW_BYTES = 64 * 1024
/** 8 MiB at most. */
const MAX_WINDOWS = 128

/** Units that were read from the disk, from number `from` on. */
export interface UnitWindow {
  readonly from: number
  readonly units: Buffer
}

/**
 * What was read from the disk of each series of units, the last used ones of a store: who reads old messages comes back for the next ones. A
 * window lasts as long as its series says: what units hold does not change otherwise.
 */
export class UnitWindows {
  /** In the order of their last use. */
  readonly #windows = new Map<object, UnitWindow>()

  /** How many units of this size to read at once. */
  static unitsOf(unitSize: number): number {
    return Math.floor(WINDOW_BYTES / unitSize)
  }

  /** A view of the units from `from` up to `to` or to the window's end; undefined when these are not `least` units. */
  view(
    series: object,
    unitSize: number,
    from: number,
    to: number,
    least: number,
  ): Buffer | undefined {
    const window = this.#windows.get(series)
    if (window === undefined || from < window.from) return undefined
    const start = (from - window.from) * unitSize
    const units = window.units.subarray(start, start + (to - from) * unitSize)
    if (units.length < least * unitSize) return undefined
    this.set(series, window)
    return units
  }

  /** Keeps it unless it is larger than others: who asks for thousands of messages gets few of them, and could fill the memory. */
  set(series: object, window: UnitWindow): void {
    if (window.units.length > WINDOW_BYTES) return
    this.#windows.delete(series)
    this.#windows.set(series, window)
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MAX_WINDOWS) break
      this.#windows.delete(oldest)
    }
  }

  /** The units of a series are other ones now. */
  forget(series: object): void {
    this.#windows.delete(series)
  }
}
