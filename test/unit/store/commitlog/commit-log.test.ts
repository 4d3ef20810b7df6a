import { expect } from 'chai'
import type { MessageExtBrokerInner } from '../../../../codec/message/message.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { CommitLog } from '../../../../lib/store/commitlog/commit-log.ts'
import {
  DEFAULT_MESSAGE_STORE_CONFIG,
  DEFAULT_STORE_LIMITS,
  type MessageStoreConfig,
  type StoreLimits,
} from '../../../../lib/store/config.ts'
import { LogFileQueue } from '../../../../lib/store/logfile/log-file-queue.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import type { HAService } from '../../../../lib/store/replication.ts'
import type { PutMessageResult } from '../../../../lib/store/types.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem, simError } from '../../../helpers/sim-file-system.ts'
import { makeMessage } from '../../../helpers/store.ts'

const FILE_SIZE = 16 * 1024

/** A disk whose writes take time, and whose flushes wait until they are let go. */
class SlowFileSystem extends SimFileSystem {
  readonly clock = new SimClock()
  writeMs = 0
  flushes = 0
  #held: (() => void)[] | undefined

  constructor() {
    super()
    this.fault = (operation) => {
      if (operation === 'write') this.clock.advance(this.writeMs)
      return undefined
    }
  }

  holdFlushes(): void {
    this.#held = []
  }

  releaseFlushes(): void {
    for (const resolve of this.#held?.splice(0) ?? []) resolve()
    this.#held = undefined
  }

  override open(...args: Parameters<SimFileSystem['open']>) {
    const handle = super.open(...args)
    const datasync = handle.datasync.bind(handle)
    handle.datasync = async () => {
      this.flushes++
      if (this.#held !== undefined) {
        await new Promise<void>((resolve) => this.#held?.push(resolve))
      }
      await datasync()
    }
    return handle
  }
}

describe('CommitLog', () => {
  let disk: SlowFileSystem
  let log: CommitLog
  let results: PutMessageResult[]
  let haService: Pick<HAService, 'needAckNums'> | undefined

  beforeEach(() => {
    disk = new SlowFileSystem()
    results = []
    haService = undefined
  })
  afterEach(async () => {
    disk.releaseFlushes()
    await log.stop().catch(() => undefined)
  })

  function open(config: Partial<MessageStoreConfig> = {}, limits: Partial<StoreLimits> = {}): void {
    log = new CommitLog({
      config: { ...DEFAULT_MESSAGE_STORE_CONFIG, storePathRootDir: '/store', ...config },
      limits: { ...DEFAULT_STORE_LIMITS, ...limits },
      clock: disk.clock,
      logger: SILENT_LOGGER,
      files: new LogFileQueue({
        directories: ['/store/commitlog'],
        fileSize: FILE_SIZE,
        fileSystem: disk,
        openFiles: new OpenFiles(10),
        syncDirectories: true,
      }),
      onConfirmed: () => undefined,
      haService: () => haService as HAService | undefined,
    })
    log.start()
  }

  function append(overrides: Partial<MessageExtBrokerInner> = {}): void {
    log.append(makeMessage(overrides), (result) => results.push(result))
  }

  const statuses = () => results.map(({ status }) => status)
  const isStored = () => disk.readFile('/store/commitlog/00000000000000000000').readInt32BE(0) > 0

  describe('writing', () => {
    it('answers all puts of a turn after one write', async () => {
      open()
      let writes = 0
      append()
      disk.fault = (operation) => {
        if (operation === 'write') writes++
        return undefined
      }
      append()
      append()
      expect(statuses()).to.deep.equal([])
      await settle()
      expect(statuses()).to.deep.equal(['PUT_OK', 'PUT_OK', 'PUT_OK'])
      expect(writes).to.equal(1)
    })

    it('takes offsets back when a write fails, and goes on without a gap', async () => {
      open()
      append()
      await settle()
      const end = log.maxOffset
      disk.fault = (operation) => (operation === 'write' ? simError('EIO') : undefined)
      append()
      append({ queueId: 1 })
      await settle()
      disk.fault = () => undefined
      expect(statuses()).to.deep.equal(['PUT_OK', 'UNKNOWN_ERROR', 'UNKNOWN_ERROR'])
      expect(log.maxOffset).to.equal(end)
      append()
      append({ queueId: 1 })
      await settle()
      const [first, second] = results.slice(3)
      expect(first?.appended).to.deep.include({ commitLogOffset: end, queueOffset: 1 })
      expect(second?.appended).to.deep.include({ queueOffset: 0 })
    })

    it('answers a full disk as not available, until what was written in part can be removed', async () => {
      open()
      append()
      await settle()
      disk.fault = (operation) => (operation === 'write' ? simError('ENOSPC') : undefined)
      append()
      await settle()
      append()
      await settle()
      disk.fault = () => undefined
      append()
      await settle()
      const unavailable = 'SERVICE_NOT_AVAILABLE'
      expect(statuses()).to.deep.equal(['PUT_OK', unavailable, unavailable, 'PUT_OK'])
    })

    it('writes through the thread pool after a stall, and is busy meanwhile', async () => {
      open({ osPageCacheBusyTimeOutMills: 100 })
      disk.writeMs = 60
      append()
      await settle()
      append() // written asynchronously: the last write took more than 50 ms
      await settle()
      expect(statuses()).to.deep.equal(['PUT_OK'])
      disk.clock.advance(50)
      expect(log.isStalled).to.equal(false)
      disk.clock.advance(51)
      expect(log.isStalled).to.equal(true)
      expect(log.isBusy).to.equal(true)
      append()
      expect(statuses()).to.deep.equal(['PUT_OK', 'OS_PAGE_CACHE_BUSY'])
      disk.writeMs = 0
      for (let i = 0; i < 3; i++) await settle()
      expect(statuses()).to.deep.equal(['PUT_OK', 'OS_PAGE_CACHE_BUSY', 'PUT_OK'])
      expect([log.isBusy, log.isStalled]).to.deep.equal([false, false])
    })

    describe('much at once, through the thread pool', () => {
      const BODY_BYTES = 6_000
      const COUNT = 200
      const commitLog = () =>
        Buffer.concat(
          disk.list('/store/commitlog').map((f) => disk.readFile(`/store/commitlog/${f}`)),
        )

      function appendMany(): void {
        for (let i = 0; i < COUNT; i++) append({ body: Buffer.alloc(BODY_BYTES, i) })
      }

      it('writes file by file, and skips what is behind a blank', async () => {
        open()
        const written: number[] = []
        log.onWritten((offset) => written.push(offset))
        appendMany()
        await log.idle()
        expect(statuses()).to.deep.equal(Array(COUNT).fill('PUT_OK'))
        // A file has room for two of them.
        expect(written.slice(0, 3)).to.deep.equal([FILE_SIZE, 2 * FILE_SIZE, 3 * FILE_SIZE])
        const bytes = commitLog()
        for (const [i, { appended }] of results.entries()) {
          const { commitLogOffset = 0, size = 0 } = appended ?? {}
          const record = bytes.subarray(commitLogOffset, commitLogOffset + size)
          expect(record.readInt32BE(0)).to.equal(size)
          expect(record.includes(Buffer.alloc(BODY_BYTES, i))).to.equal(true)
        }
      })

      it('keeps what was written before a write failed, and takes the rest back', async () => {
        open()
        appendMany()
        let writes = 0
        disk.fault = (operation) =>
          operation === 'write' && ++writes === 4 ? simError('EIO') : undefined
        await log.idle()
        const expected = Array.from({ length: COUNT }, (_, i) =>
          i < 6 ? 'PUT_OK' : 'UNKNOWN_ERROR',
        )
        expect(statuses()).to.deep.equal(expected)
        expect(log.maxOffset).to.equal(3 * FILE_SIZE)
        append()
        await log.idle()
        expect(results.at(-1)?.appended).to.deep.include({
          commitLogOffset: 3 * FILE_SIZE,
          queueOffset: 6,
        })
      })
    })

    it('leaves no blank for a batch that is refused because too few replicas are in sync', async () => {
      open()
      append({ body: Buffer.alloc(FILE_SIZE / 2) })
      const end = log.maxOffset
      haService = { needAckNums: () => undefined }
      const batch = [makeMessage({ body: Buffer.alloc(FILE_SIZE / 2) })]
      log.appendBatch(batch, (result) => results.push(result))
      expect(log.maxOffset).to.equal(end)
      await settle()
      expect(statuses()).to.deep.equal(['IN_SYNC_REPLICAS_NOT_ENOUGH', 'PUT_OK'])
    })

    it('refuses what the append buffer has no room for', async () => {
      open({}, { appendBufferBytes: 1000 })
      append({ body: Buffer.alloc(700) })
      append({ body: Buffer.alloc(700) })
      await settle()
      append({ body: Buffer.alloc(700) })
      await settle()
      expect(statuses()).to.deep.equal(['OS_PAGE_CACHE_BUSY', 'PUT_OK', 'PUT_OK'])
    })

    it('goes on in the next file where a record has no room, behind a blank', async () => {
      open()
      append({ body: Buffer.alloc(10_000) })
      append({ body: Buffer.alloc(10_000) })
      await settle()
      expect(results[1]?.appended?.commitLogOffset).to.equal(FILE_SIZE)
      const end = results[0]?.appended?.size ?? 0
      const blank = disk.readFile('/store/commitlog/00000000000000000000').subarray(end, end + 8)
      expect([blank.readInt32BE(0), blank.readInt32BE(4)]).to.deep.equal([
        FILE_SIZE - end,
        -875286124,
      ])
    })

    it('refuses a record that no file has room for', () => {
      open()
      append({ body: Buffer.alloc(FILE_SIZE) })
      expect(statuses()).to.deep.equal(['MESSAGE_ILLEGAL'])
    })
  })

  describe('SYNC_FLUSH', () => {
    const SYNC = { flushDiskType: 'SYNC_FLUSH', syncFlushTimeout: 5_000 } as const

    async function turns(): Promise<void> {
      for (let i = 0; i < 4; i++) await settle()
    }

    it('answers after the flush, one for all that wait', async () => {
      open(SYNC)
      disk.holdFlushes()
      append()
      await settle()
      append()
      append()
      await settle()
      expect(statuses()).to.deep.equal([])
      expect(log.confirmOffset).to.equal(0)
      disk.releaseFlushes()
      await turns()
      expect(statuses()).to.deep.equal(['PUT_OK', 'PUT_OK', 'PUT_OK'])
      expect(disk.flushes).to.equal(2)
      expect(log.confirmOffset).to.equal(log.maxOffset)
    })

    it('answers FLUSH_DISK_TIMEOUT after syncFlushTimeout, with the place of the message', async () => {
      open(SYNC)
      disk.holdFlushes()
      append()
      await settle()
      disk.clock.advance(1_000)
      append()
      await settle()
      disk.clock.advance(3_999)
      expect(statuses()).to.deep.equal([])
      disk.clock.advance(1)
      expect(statuses()).to.deep.equal(['FLUSH_DISK_TIMEOUT'])
      expect(results[0]?.appended).to.deep.include({ commitLogOffset: 0, queueOffset: 0 })
      disk.releaseFlushes()
      await turns()
      expect(statuses()).to.deep.equal(['FLUSH_DISK_TIMEOUT', 'PUT_OK'])
    })

    it('does not let a producer wait that does not want to', async () => {
      open(SYNC)
      disk.holdFlushes()
      append({ properties: 'WAIT\x01false\x02' })
      await settle()
      expect(statuses()).to.deep.equal(['PUT_OK'])
    })

    it('takes no more puts after a failed flush', async () => {
      open(SYNC)
      disk.fault = (operation) => (operation === 'datasync' ? simError('EIO') : undefined)
      append()
      await turns()
      append()
      expect(statuses()).to.deep.equal(['FLUSH_DISK_TIMEOUT', 'SERVICE_NOT_AVAILABLE'])
      expect(log.confirmOffset).to.equal(0)
    })
  })

  describe('ASYNC_FLUSH', () => {
    async function put(bytes: number): Promise<void> {
      append({ body: Buffer.alloc(bytes) })
      await settle()
    }

    it('flushes at the interval when enough pages have gathered, else at the thorough one', async () => {
      open({ flushCommitLogLeastPages: 2 })
      disk.clock.advance(500) // the first tick is a thorough one; there is nothing yet
      await put(100)
      disk.clock.advance(500)
      await settle()
      await settle()
      const flushed = disk.flushes
      await put(100)
      disk.clock.advance(500)
      await settle()
      expect(disk.flushes).to.equal(flushed)
      await put(9_000)
      disk.clock.advance(500)
      await settle()
      expect(disk.flushes).to.equal(flushed + 1)
      await put(100)
      disk.clock.advance(10_000)
      await settle()
      expect(disk.flushes).to.equal(flushed + 2)
      expect(isStored()).to.equal(true)
    })
  })
})
