import { expect } from 'chai'
import { unitCommitLogOffset } from '../../../../codec/store/consume-queue-unit.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { BatchConsumeQueue } from '../../../../lib/store/consumequeue/batch-consume-queue.ts'
import { UnitWindows } from '../../../../lib/store/consumequeue/unit-windows.ts'
import { LogFileQueue } from '../../../../lib/store/logfile/log-file-queue.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import { makeReads } from '../../../helpers/disk-reads.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

const DIRECTORY = '/store/batchconsumequeue/T/0'
const UNITS_PER_FILE = 4
const RECORD = 100
const NO_RECORD = { buffer: Buffer.alloc(0), start: 0, end: 0 }

describe('BatchConsumeQueue', () => {
  let disk: SimFileSystem
  let queue: BatchConsumeQueue
  let tailLimit: number

  beforeEach(() => {
    disk = new SimFileSystem()
    tailLimit = 1_000
    queue = open()
  })

  function open(): BatchConsumeQueue {
    const files = new LogFileQueue({
      directories: [DIRECTORY],
      fileSize: 46 * UNITS_PER_FILE,
      fileSystem: disk,
      openFiles: new OpenFiles(10),
      syncDirectories: false,
    })
    return new BatchConsumeQueue('T', 0, {
      files,
      reads: makeReads(),
      windows: new UnitWindows(),
      logger: SILENT_LOGGER,
      tailLimit: () => tailLimit,
    })
  }

  /** Record number `record` of a log of records of one size. */
  function put(record: number, baseOffset: number, batchNum: number, storeTimestamp = 1): void {
    queue.put({
      topic: 'T',
      queueId: 0,
      commitLogOffset: record * RECORD,
      size: RECORD,
      tagsCode: 7,
      storeTimestamp,
      queueOffset: baseOffset,
      sysFlag: 0,
      record: NO_RECORD,
      bitMap: undefined,
      properties: `INNER_NUM\x01${batchNum}\x02INNER_BASE\x01${baseOffset}\x02`,
    })
  }

  /** Batches of three messages each, stored at times 100, 110, ... */
  function putTriples(count: number): void {
    for (let i = 0; i < count; i++) put(i, 3 * i, 3, 100 + 10 * i)
  }

  function reopen(): void {
    queue = open()
    queue.load(true)
    queue.recover(Number.MAX_SAFE_INTEGER, false)
  }

  /** Records, by number, that hold the messages. */
  async function recordsOf(...offsets: number[]): Promise<number[]> {
    const records: number[] = []
    for (const offset of offsets) {
      const at = await queue.unitOf(offset)
      const unit = (await queue.readUnits(at, at + 1)) as Buffer
      expect(queue.readUnitSync(offset).equals(unit)).to.equal(true)
      records.push(unitCommitLogOffset(unit, 0) / RECORD)
    }
    return records
  }

  it('is empty at first', async () => {
    expect([queue.minOffset, queue.maxOffset, queue.maxPhysicOffset]).to.deep.equal([-1, 0, -1])
    expect(queue.lastMessage()).to.equal(undefined)
    expect(await queue.getOffsetInQueueByTime(5, 'lower')).to.equal(0)
  })

  it('counts messages, not batches', () => {
    put(0, 0, 2)
    put(1, 2, 3)
    expect([queue.minOffset, queue.maxOffset, queue.unitEnd]).to.deep.equal([0, 5, 2])
    expect(queue.lastMessage()).to.deep.equal({ offset: RECORD, size: RECORD })
  })

  it('takes a message that is no batch for one of itself alone', () => {
    put(0, 0, 2)
    const place = { commitLogOffset: RECORD, size: RECORD, queueOffset: 2 }
    const rest = {
      topic: 'T',
      queueId: 0,
      tagsCode: 0,
      storeTimestamp: 1,
      sysFlag: 0,
      record: NO_RECORD,
      bitMap: undefined,
    }
    queue.put({ ...place, ...rest, properties: 'TAGS\x01a\x02' })
    expect([queue.maxOffset, queue.unitEnd]).to.deep.equal([3, 2])
  })

  it('ignores what it has already, and batches of impossible numbers', () => {
    putTriples(3)
    put(1, 3, 3)
    put(7, 4, 3)
    put(8, 9, 0)
    put(9, -1, 2)
    expect([queue.maxOffset, queue.unitEnd]).to.deep.equal([9, 3])
  })

  it('finds messages in the middle of a batch, in memory and on the disk', async () => {
    tailLimit = 16
    putTriples(40)
    expect(await recordsOf(119, 118, 117, 116)).to.deep.equal([39, 39, 39, 38])
    expect(await recordsOf(0, 1, 2, 3, 14, 59)).to.deep.equal([0, 0, 0, 1, 4, 19])
    await queue.flush()
    reopen()
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([0, 120])
    expect(await recordsOf(0, 2, 3, 60, 119)).to.deep.equal([0, 0, 1, 20, 39])
  })

  it('is the same after a flush and a restart, and goes on', async () => {
    putTriples(6)
    await queue.flush()
    expect(disk.list(DIRECTORY)).to.have.lengthOf(2)
    reopen()
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([0, 18])
    expect(queue.lastMessage()).to.deep.equal({ offset: 5 * RECORD, size: RECORD })
    put(5, 15, 3)
    put(6, 18, 1)
    expect([queue.maxOffset, queue.unitEnd]).to.deep.equal([19, 7])
  })

  it('forgets batches beyond the end of the log', async () => {
    putTriples(6)
    await queue.flush()
    reopen()
    queue.truncateDirty(2 * RECORD)
    expect([queue.minOffset, queue.maxOffset, queue.unitEnd]).to.deep.equal([0, 6, 2])
    queue.truncateDirty(0)
    expect([queue.minOffset, queue.maxOffset, queue.maxPhysicOffset]).to.deep.equal([-1, 0, -1])
  })

  it('begins where the log begins', async () => {
    putTriples(10)
    await queue.flush()
    queue.correctMinOffset(6 * RECORD)
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([18, 30])
    expect(disk.list(DIRECTORY)).to.deep.equal(['00000000000000000184', '00000000000000000368'])
    reopen()
    queue.correctMinOffset(6 * RECORD)
    expect(queue.minOffset).to.equal(18)
    expect(await recordsOf(18, 29)).to.deep.equal([6, 9])
    queue.correctMinOffset(20 * RECORD)
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([30, 30])
  })

  describe('by time', () => {
    const search = (timestampMs: number, boundary: 'lower' | 'upper') =>
      queue.getOffsetInQueueByTime(timestampMs, boundary)

    for (const where of ['memory', 'files']) {
      it(`gives the first batch at a time or later, the last one when all are earlier: ${where}`, async () => {
        putTriples(10)
        if (where === 'files') {
          await queue.flush()
          reopen()
        }
        expect(await search(0, 'lower')).to.equal(0)
        expect(await search(100, 'lower')).to.equal(0)
        expect(await search(101, 'lower')).to.equal(3)
        expect(await search(150, 'lower')).to.equal(15)
        expect(await search(189, 'lower')).to.equal(27)
        expect(await search(1_000, 'lower')).to.equal(27)
      })
    }

    it('gives the last batch of a file when the time falls between two files', async () => {
      putTriples(10)
      expect(await search(135, 'lower')).to.equal(9)
      expect(await search(135, 'upper')).to.equal(9)
    })

    it('tells the first and the last of several of one time apart', async () => {
      for (let i = 0; i < 4; i++) put(i, i, 1, i === 0 ? 90 : i === 3 ? 110 : 100)
      expect(await search(100, 'lower')).to.equal(1)
      expect(await search(100, 'upper')).to.equal(2)
    })

    it('between two batches, `upper` finds what Apache finds', async () => {
      for (let i = 0; i < 3; i++) put(i, i, 1, 10 * (i + 1))
      expect(await search(25, 'upper')).to.equal(2)
      expect(await search(15, 'upper')).to.equal(0)
      expect(await search(5, 'upper')).to.equal(0)
    })
  })
})
