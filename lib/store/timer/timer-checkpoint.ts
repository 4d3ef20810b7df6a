import { join } from 'node:path'
import {
  decodeTimerCheckpoint,
  encodeTimerCheckpoint,
  TIMER_CHECKPOINT_FILE_SIZE,
  type TimerCheckpointValues,
} from '../../../codec/store/timer-checkpoint.ts'
import type { Clock } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'

/** The file config/timercheck: where timers go on after a restart. Apache: store.timer.TimerCheckpoint */
export class TimerCheckpoint {
  lastReadTimeMs = 0
  lastTimerLogFlushPos = 0
  lastTimerQueueOffset = 0
  /** On a slave: how far its master has come. */
  masterTimerQueueOffset = 0
  readonly dataVersion: DataVersion
  readonly #fileSystem: FileSystem
  readonly #path: string

  constructor(fileSystem: FileSystem, clock: Clock, rootDirectory: string) {
    this.#fileSystem = fileSystem
    this.#path = join(rootDirectory, 'config', 'timercheck')
    this.dataVersion = new DataVersion(clock)
  }

  /** Reads the file. False when there is none. */
  load(): boolean {
    if ((this.#fileSystem.stat(this.#path)?.size ?? 0) === 0) return false
    this.assign(decodeTimerCheckpoint(this.#fileSystem.readFile(this.#path)))
    return true
  }

  assign(values: TimerCheckpointValues): void {
    this.lastReadTimeMs = values.lastReadTimeMs
    this.lastTimerLogFlushPos = values.lastTimerLogFlushPos
    this.lastTimerQueueOffset = values.lastTimerQueueOffset
    this.masterTimerQueueOffset = values.masterTimerQueueOffset
    this.dataVersion.assignNewOne(values.dataVersion)
  }

  /** What the file begins with. */
  encode(masterTimerQueueOffset = this.masterTimerQueueOffset): Buffer {
    return encodeTimerCheckpoint({
      lastReadTimeMs: this.lastReadTimeMs,
      lastTimerLogFlushPos: this.lastTimerLogFlushPos,
      lastTimerQueueOffset: this.lastTimerQueueOffset,
      masterTimerQueueOffset,
      dataVersion: this.dataVersion.toJSON(),
    })
  }

  /** Writes the values to the disk. They lie in one sector, so that they change together. */
  async flush(): Promise<void> {
    this.#fileSystem.makeDirectory(join(this.#path, '..'))
    const handle = this.#fileSystem.open(this.#path, 'a+')
    try {
      if (handle.sizeSync() !== TIMER_CHECKPOINT_FILE_SIZE) {
        handle.truncateSync(TIMER_CHECKPOINT_FILE_SIZE)
      }
      handle.writeSync(this.encode(), 0)
      await handle.datasync()
    } finally {
      handle.close()
    }
  }
}
