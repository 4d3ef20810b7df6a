import { SILENT_LOGGER } from '../../lib/common/logger.ts'
import { DiskReads } from '../../lib/store/read/disk-reads.ts'

/** A bound for reads of the disk that no test reaches. */
export function makeReads(): DiskReads {
  return new DiskReads({ logger: SILENT_LOGGER, concurrency: 3, waitingMax: 1_000 })
}
