import { expect } from 'chai'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { CommitLog } from '../../../../lib/store/commitlog/commit-log.ts'
import { DEFAULT_MESSAGE_STORE_CONFIG, DEFAULT_STORE_LIMITS } from '../../../../lib/store/config.ts'
import { LogFileQueue } from '../../../../lib/store/logfile/log-file-queue.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import type { HAService } from '../../../../lib/store/replication.ts'
import type { AppendResult } from '../../../../lib/store/types.ts'
import { Random } from '../../../helpers/random.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem, simError } from '../../../helpers/sim-file-system.ts'
import { makeMessage } from '../../../helpers/store.ts'

const SEEDS = Number(process.env['STORE_SEEDS'] ?? 5)
/** Large enough for several writes through the thread pool in one file. */
const FILE_SIZE = 2 * 1024 * 1024
/** In one file more than one write takes. */
const LARGE_FILE_SIZE = 32 * 1024 * 1024
const FOLDER = '/store/commitlog'

function newLog(
  disk: SimFileSystem,
  clock: SimClock,
  fileSize: number,
  haService?: HAService,
): CommitLog {
  return new CommitLog({
    config: { ...DEFAULT_MESSAGE_STORE_CONFIG, storePathRootDir: '/store' },
    limits: { ...DEFAULT_STORE_LIMITS, tailBytes: 2 * 1024 * 1024 },
    clock,
    logger: SILENT_LOGGER,
    files: new LogFileQueue({
      directories: [FOLDER],
      fileSize,
      fileSystem: disk,
      openFiles: new OpenFiles(10),
      syncDirectories: true,
    }),
    onConfirmed: () => undefined,
    haService: () => haService,
  })
}

/** A log on a disk that is slow, or fails, at random; a replication that refuses messages at random. */
class FailingLog {
  readonly log: CommitLog
  readonly stored: AppendResult[] = []
  readonly #disk = new SimFileSystem()
  readonly #random: Random
  #refuses = false
  failures = 0

  constructor(random: Random) {
    this.#random = random
    const clock = new SimClock()
    this.#disk.fault = (operation) => {
      if (operation !== 'write') return undefined
      clock.advance(random.pick([1, 1, 60]))
      if (!random.chance(0.1)) return undefined
      this.failures++
      return simError('EIO')
    }
    const needAckNums = () => (this.#refuses ? undefined : 1)
    const haService = { needAckNums } as unknown as HAService
    this.log = newLog(this.#disk, clock, FILE_SIZE, haService)
  }

  /** Some messages, single ones and batches, large and small. */
  appendSome(): void {
    const random = this.#random
    for (let count = random.below(12); count >= 0; count--) {
      this.#refuses = random.chance(0.1)
      const messages = Array.from({ length: 1 + random.below(3) }, () =>
        makeMessage({ body: Buffer.alloc(random.pick([10, 3_000, 400_000]), random.below(256)) }),
      )
      this.log.appendBatch(messages, ({ appended, status }) => {
        if (status === 'PUT_OK' && appended !== undefined) this.stored.push(appended)
      })
    }
  }

  /** Where each record begins that a reader finds from the log's beginning on. */
  readOffsets(): Set<number> {
    const bytes = Buffer.concat(
      this.#disk.list(FOLDER).map((name) => this.#disk.readFile(`${FOLDER}/${name}`)),
    )
    const offsets = new Set<number>()
    for (let at = 0; at < this.log.writtenOffset; at += bytes.readInt32BE(at)) {
      offsets.add(at)
      expect(bytes.readInt32BE(at), `size at ${at}`).to.be.above(0)
    }
    return offsets
  }
}

describe('LogWriter', () => {
  it('writes batches as a whole: of one that fails nothing stays in the log', async () => {
    const disk = new SimFileSystem()
    const log = newLog(disk, new SimClock(), LARGE_FILE_SIZE)
    disk.fault = (operation) =>
      operation === 'write' && log.writtenOffset > 0 ? simError('EIO') : undefined
    const statuses: string[] = []
    let storedEnd = 0
    const batch = Array.from({ length: 10 }, () => makeMessage({ body: Buffer.alloc(20_000) }))
    for (let count = 0; count < 100; count++) {
      log.appendBatch(batch, ({ status, appended }) => {
        statuses.push(status)
        if (appended !== undefined) storedEnd = appended.commitLogOffset + appended.size
      })
    }
    await log.idle()
    const stored = statuses.filter((status) => status === 'PUT_OK').length
    expect(stored).to.be.within(1, 99)
    expect(log.maxOffset).to.equal(storedEnd)
    expect(log.queueOffsets.get('TopicA', 0)).to.equal(stored * batch.length)
  })

  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`writes all that is answered, whatever fails meanwhile (seed ${seed})`, async () => {
      const random = new Random(seed)
      const failing = new FailingLog(random)
      for (let step = 0; step < 20; step++) {
        failing.appendSome()
        for (let turns = random.below(4); turns > 0; turns--) await settle()
      }
      await failing.log.idle()
      const offsets = failing.readOffsets()
      expect(failing.failures).to.be.above(0)
      expect(failing.stored.length).to.be.above(20)
      for (const { commitLogOffset } of failing.stored) {
        expect(offsets.has(commitLogOffset), `a record at ${commitLogOffset}`).to.equal(true)
      }
    })
  }
})
