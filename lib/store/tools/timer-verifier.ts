import {
  decodeTimerCheckpoint,
  type TimerCheckpointValues,
} from '../../../codec/store/timer-checkpoint.ts'
import {
  isTimerLogUnit,
  readTimerLogUnit,
  TIMER_LOG_UNIT_SIZE,
  unitDeliverMs,
  type TimerLogUnit,
} from '../../../codec/store/timer-log-unit.ts'
import {
  slotLastPos,
  slotTime,
  TIMER_SLOT_SIZE,
  TIMER_WHEEL_FILE_SIZE,
  TIMER_WHEEL_SLOTS,
} from '../../../codec/store/timer-slot.ts'
import { verifySeries } from './file-verifier.ts'
import type { FindingKind, FindingListener } from './finding.ts'
import type { SeriesFile, StoreDirectory } from './store-directory.ts'

/** What verification of timers has to know of the commit log. */
export interface TimerLogBounds {
  readonly startOffset: number
  readonly endOffset: number
  /** The last process did not stop cleanly, or still runs. */
  readonly wasKilled: boolean
}

const PIECE_BYTES = 20_000 * TIMER_LOG_UNIT_SIZE
/** Precisions of a wheel: which one it has does not stand in it. */
const PRECISIONS_MS = [1000, 500, 200, 100]

/** Compares what waits for its time in the timer log with the commit log, and the slots of the wheel with it. */
export class TimerVerifier {
  readonly #directory: StoreDirectory
  readonly #log: TimerLogBounds
  readonly #onFinding: FindingListener
  /** Where the chain of each slot that is not delivered ends, by its time. */
  readonly #lastPositions = new Map<number, number>()

  constructor(directory: StoreDirectory, log: TimerLogBounds, onFinding: FindingListener) {
    this.#directory = directory
    this.#log = log
    this.#onFinding = onFinding
  }

  run(): void {
    const files = this.#directory.timerLogFiles()
    verifySeries('timer-log', files, this.#onFinding)
    const { lastReadTimeMs = 0, lastTimerLogFlushPos = 0 } = this.#checkpoint() ?? {}
    for (const file of files) this.#checkFile(file, lastReadTimeMs)
    this.#checkWheel(lastTimerLogFlushPos)
  }

  #checkpoint(): TimerCheckpointValues | undefined {
    const { fileSystem } = this.#directory
    const path = this.#directory.path('config', 'timercheck')
    return fileSystem.exists(path) ? decodeTimerCheckpoint(fileSystem.readFile(path)) : undefined
  }

  #checkFile(file: SeriesFile, readTimeMs: number): void {
    const handle = this.#directory.fileSystem.open(file.path, 'r')
    const bytes = Buffer.alloc(PIECE_BYTES)
    try {
      for (let position = 0; position < file.size; position += PIECE_BYTES) {
        const piece = bytes.subarray(0, handle.readSync(bytes, position))
        for (let at = 0; isTimerLogUnit(piece, at); at += TIMER_LOG_UNIT_SIZE) {
          const unit = readTimerLogUnit(piece, at)
          if (unitDeliverMs(unit) >= readTimeMs) this.#checkUnit(unit, file, position + at)
        }
      }
    } finally {
      handle.close()
    }
  }

  #checkUnit(unit: TimerLogUnit, file: SeriesFile, position: number): void {
    const { startOffset, endOffset } = this.#log
    const { commitLogOffset, size, prevPos } = unit
    this.#lastPositions.set(unitDeliverMs(unit), file.startOffset + position)
    if (prevPos >= file.startOffset + position) {
      this.#report('timer-unit', file.path, position, `leads to ${prevPos}, which is not before it`)
    }
    if (commitLogOffset < startOffset || commitLogOffset + size > endOffset) {
      const text = `waits for a message at ${commitLogOffset}, but the log is ${startOffset} to ${endOffset}`
      this.#report('timer-unit', file.path, position, text)
    }
  }

  /** What is in the timer log from `flushedPosition` on, each start enters into the wheel again: Apache's stop may leave it out. */
  #checkWheel(flushedPosition: number): void {
    const { fileSystem } = this.#directory
    const path = this.#directory.path('timerwheel')
    if (this.#lastPositions.size === 0 && !fileSystem.exists(path)) return
    const wheel = fileSystem.exists(path) ? fileSystem.readFile(path) : Buffer.alloc(0)
    if (wheel.length !== TIMER_WHEEL_FILE_SIZE) {
      const severity = wheel.length === 0 ? 'repair' : 'damage'
      const text = `${wheel.length} bytes instead of ${TIMER_WHEEL_FILE_SIZE}`
      this.#onFinding({ severity, kind: 'timer-wheel', file: path, position: 0, text })
      return
    }
    for (const [timeMs, lastPosition] of this.#lastPositions) {
      if (PRECISIONS_MS.some((ms) => isSlotOf(wheel, timeMs, ms, lastPosition))) continue
      const text = `no slot leads to the unit at ${lastPosition}, which is due at ${timeMs}`
      if (lastPosition < flushedPosition) this.#report('timer-wheel', path, 0, text)
      else
        this.#onFinding({ severity: 'repair', kind: 'timer-wheel', file: path, position: 0, text })
    }
  }

  /** What a killed process left is mended by the next start. */
  #report(kind: FindingKind, file: string, position: number, text: string): void {
    const severity = this.#log.wasKilled ? 'repair' : 'damage'
    this.#onFinding({ severity, kind, file, position, text })
  }
}

function isSlotOf(
  wheel: Buffer,
  timeMs: number,
  precisionMs: number,
  lastPosition: number,
): boolean {
  const time = Math.floor(timeMs / precisionMs)
  const at = (time % TIMER_WHEEL_SLOTS) * TIMER_SLOT_SIZE
  return slotTime(wheel, at) === time && slotLastPos(wheel, at) === lastPosition
}
