import { readInt64, writeInt64 } from '../java.ts'

/**
 * The content of the `checkpoint` file: five int64, the rest of its 4096 bytes zero. Up to these store times
 * (milliseconds) everything is on the disk. Source: store.StoreCheckpoint
 */
export interface Checkpoint {
  /** Of the commit log. */
  physicMsgTimestamp: number
  /** Of the consume queues. */
  logicsMsgTimestamp: number
  /** Of the last full index file. */
  indexMsgTimestamp: number
  masterFlushedOffset: number
  confirmPhyOffset: number
}

export const CHECKPOINT_FILE_SIZE = 4096
const FIELDS = [
  'physicMsgTimestamp',
  'logicsMsgTimestamp',
  'indexMsgTimestamp',
  'masterFlushedOffset',
  'confirmPhyOffset',
] as const

export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const bytes = Buffer.alloc(CHECKPOINT_FILE_SIZE)
  FIELDS.forEach((field, index) => writeInt64(bytes, checkpoint[field], index * 8))
  return bytes
}

/** Fields that are cut off or cannot be a time or an offset are 0. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint {
  const checkpoint: Checkpoint = {
    physicMsgTimestamp: 0,
    logicsMsgTimestamp: 0,
    indexMsgTimestamp: 0,
    masterFlushedOffset: 0,
    confirmPhyOffset: 0,
  }
  FIELDS.forEach((field, index) => {
    if (bytes.length < index * 8 + 8) return
    const value = readInt64(bytes, index * 8)
    if (Number.isSafeInteger(value) && value > 0) checkpoint[field] = value
  })
  return checkpoint
}
