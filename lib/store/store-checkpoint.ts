import { join } from 'node:path'
import {
  CHECKPOINT_FILE_SIZE,
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
} from '../../codec/store/checkpoint.ts'
import type { FileSystem } from '../common/file-system.ts'

/** Clocks and flushes are not in step: recovery begins this much earlier. Source: store.StoreCheckpoint#getMinTimestamp */
const MARGIN_MS = 3_000

/** The file that tells recovery after a crash from when on it has to look. Apache: store.StoreCheckpoint */
export class StoreCheckpoint {
  readonly values: Checkpoint
  readonly #fileSystem: FileSystem
  readonly #path: string

  /** A missing or short file counts as "nothing is on the disk yet". */
  constructor(fileSystem: FileSystem, rootDirectory: string) {
    this.#fileSystem = fileSystem
    this.#path = join(rootDirectory, 'checkpoint')
    const isThere = fileSystem.exists(this.#path)
    this.values = decodeCheckpoint(isThere ? fileSystem.readFile(this.#path) : Buffer.alloc(0))
  }

  /** All messages stored up to this time have been flushed, and dispatched to flushed consume queues. */
  get minTimestamp(): number {
    const { physicMsgTimestamp, logicsMsgTimestamp } = this.values
    return Math.max(Math.min(physicMsgTimestamp, logicsMsgTimestamp) - MARGIN_MS, 0)
  }

  /** Writes the values to the disk. The five numbers lie in one sector, so that they change together. */
  async flush(): Promise<void> {
    const handle = this.#fileSystem.open(this.#path, 'a+')
    try {
      if (handle.sizeSync() !== CHECKPOINT_FILE_SIZE) handle.truncateSync(CHECKPOINT_FILE_SIZE)
      handle.writeSync(encodeCheckpoint(this.values), 0)
      await handle.datasync()
    } finally {
      handle.close()
    }
  }
}
