import { expect } from 'chai'
import { unitCommitLogOffset, unitSize } from '../../../../codec/store/consume-queue-unit.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { ConsumeQueue } from '../../../../lib/store/consumequeue/consume-queue.ts'
import { UnitWindows } from '../../../../lib/store/consumequeue/unit-windows.ts'
import { LogFileQueue } from '../../../../lib/store/logfile/log-file-queue.ts'
import { OpenFiles } from '../../../../lib/store/logfile/open-files.ts'
import { makeReads } from '../../../helpers/disk-reads.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

const DIRECTORY = '/store/consumequeue/T/0'
const UNITS_PER_FILE = 10
const RECORD = 100

const NO_RECORD = { buffer: Buffer.alloc(0), start: 0, end: 0 }

describe('ConsumeQueue', () => {
  let disk: SimFileSystem
  let queue: ConsumeQueue
  let tailLimit: number

  beforeEach(() => {
    disk = new SimFileSystem()
    tailLimit = 1_000
    queue = open()
  })

  function open(unitsPerFile = UNITS_PER_FILE): ConsumeQueue {
    const files = new LogFileQueue({
      directories: [DIRECTORY],
      fileSize: 20 * unitsPerFile,
      fileSystem: disk,
      openFiles: new OpenFiles(10),
      syncDirectories: false,
    })
    return new ConsumeQueue('T', 0, {
      files,
      reads: makeReads(),
      windows: new UnitWindows(),
      logger: SILENT_LOGGER,
      tailLimit: () => tailLimit,
    })
  }

  /** Message number `queueOffset` of a log of records of one size. */
  function put(queueOffset: number, commitLogOffset = queueOffset * RECORD): void {
    queue.put({
      topic: 'T',
      queueId: 0,
      commitLogOffset,
      size: RECORD,
      tagsCode: 7,
      storeTimestamp: 1,
      queueOffset,
      sysFlag: 0,
      properties: '',
      record: NO_RECORD,
      bitMap: undefined,
    })
  }

  function putAll(from: number, to: number): void {
    for (let offset = from; offset < to; offset++) put(offset)
  }

  function reopen(): void {
    queue = open()
    queue.load(true)
    queue.recover(Number.MAX_SAFE_INTEGER, false)
  }

  async function logOffsets(from: number, to: number): Promise<number[]> {
    const units = await queue.readUnits(from, to)
    return Array.from({ length: to - from }, (_, i) => unitCommitLogOffset(units as Buffer, i * 20))
  }

  it('has units in memory first, and all of them on the disk after a flush', async () => {
    putAll(0, 5)
    expect(disk.list(DIRECTORY)).to.deep.equal([])
    expect([queue.maxOffset, queue.unwrittenBytes, queue.needsFlush]).to.deep.equal([5, 100, true])
    await queue.flush()
    expect([queue.unwrittenBytes, queue.needsFlush]).to.deep.equal([0, false])
    reopen()
    expect([queue.minOffset, queue.maxOffset, queue.maxPhysicOffset]).to.deep.equal([0, 5, 500])
    expect(await logOffsets(0, 5)).to.deep.equal([0, 100, 200, 300, 400])
  })

  it('rolls its files', async () => {
    putAll(0, 25)
    await queue.flush()
    expect(disk.list(DIRECTORY)).to.deep.equal([
      '00000000000000000000',
      '00000000000000000200',
      '00000000000000000400',
    ])
    expect([queue.fileEnd(9), queue.fileEnd(10)]).to.deep.equal([10, 20])
    reopen()
    expect(queue.maxOffset).to.equal(25)
    expect(await logOffsets(19, 20)).to.deep.equal([1900])
  })

  it('ignores a message that comes again', () => {
    putAll(0, 3)
    put(1)
    expect([queue.maxOffset, queue.maxPhysicOffset]).to.deep.equal([3, 300])
  })

  it('ignores a message further on in the log with an offset that is taken', () => {
    putAll(0, 3)
    put(1, 900)
    expect([queue.maxOffset, queue.maxPhysicOffset]).to.deep.equal([3, 300])
  })

  it('writes what its share of memory has no room for, and reads it from there', async () => {
    tailLimit = 16
    putAll(0, 100)
    expect(queue.unitsInMemory(0, 1)).to.equal(undefined)
    expect(await logOffsets(40, 50)).to.deep.equal(
      Array.from({ length: 10 }, (_, i) => (40 + i) * RECORD),
    )
    expect(await logOffsets(90, 100)).to.deep.equal(
      Array.from({ length: 10 }, (_, i) => (90 + i) * RECORD),
    )
  })

  describe('reading from the disk', () => {
    /** undefined when they have to be read. */
    const wasRead = (from: number, to: number, least?: number) => {
      const units = queue.readUnits(from, to, least)
      if (units === undefined || units instanceof Promise) return undefined
      return Array.from({ length: units.length / 20 }, (_, i) => unitCommitLogOffset(units, i * 20))
    }
    const offsets = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => (from + i) * RECORD)

    beforeEach(() => {
      tailLimit = 16
      queue = open(1_000)
      putAll(0, 100)
    })

    it('reads ahead, once for all who come next', async () => {
      let reads = 0
      disk.fault = (operation) => {
        if (operation === 'read') reads++
        return undefined
      }
      await queue.readUnits(40, 50)
      expect(wasRead(50, 70)).to.deep.equal(offsets(50, 70))
      expect(await logOffsets(60, 70)).to.deep.equal(offsets(60, 70))
      expect(reads).to.equal(1)
    })

    it('gives fewer units where these are enough, and none from before what was read', async () => {
      await queue.readUnits(40, 50)
      const end = 40 + (wasRead(40, 100, 1)?.length ?? 0)
      expect(end).to.be.within(80, 99)
      expect(wasRead(end - 5, 100, 5)).to.deep.equal(offsets(end - 5, end))
      expect(wasRead(end - 5, 100, 6)).to.equal(undefined)
      expect(wasRead(39, 45)).to.equal(undefined)
    })

    it('reads a single unit alone', async () => {
      expect(await logOffsets(40, 41)).to.deep.equal(offsets(40, 41))
      expect(wasRead(40, 41)).to.equal(undefined)
    })

    it('forgets what was read, also by a read that runs, when units are removed', async () => {
      await queue.readUnits(40, 50)
      const running = queue.readUnits(30, 50)
      queue.truncateDirty(45 * RECORD)
      await running
      for (let offset = 45; offset < 100; offset++) put(offset, (offset + 1_000) * RECORD)
      expect(wasRead(44, 46)).to.equal(undefined)
      expect(await logOffsets(44, 46)).to.deep.equal([44 * RECORD, 1_045 * RECORD])
    })
  })

  it('begins at the first offset that it gets, behind blank units', async () => {
    putAll(13, 15)
    await queue.flush()
    expect(disk.list(DIRECTORY)).to.deep.equal(['00000000000000000200'])
    const file = disk.readFile(`${DIRECTORY}/00000000000000000200`)
    expect([unitCommitLogOffset(file, 40), unitSize(file, 40)]).to.deep.equal([0, 0x7fffffff])
    expect([unitCommitLogOffset(file, 60), unitSize(file, 60)]).to.deep.equal([1300, RECORD])
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([13, 15])
    reopen()
    queue.correctMinOffset(0)
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([13, 15])
  })

  it('follows the start of the log: whole files go, the minimum moves to the first message', async () => {
    putAll(0, 25)
    await queue.flush()
    queue.correctMinOffset(12 * RECORD)
    expect(queue.minOffset).to.equal(12)
    expect(disk.list(DIRECTORY)).to.deep.equal(['00000000000000000200', '00000000000000000400'])
    queue.correctMinOffset(12 * RECORD + 1)
    expect(queue.minOffset).to.equal(13)
    queue.correctMinOffset(99 * RECORD)
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([25, 25])
    put(25)
    expect([queue.minOffset, queue.maxOffset]).to.deep.equal([25, 26])
  })

  it('forgets units that point beyond the end of the log', () => {
    putAll(0, 25)
    queue.truncateDirty(8 * RECORD)
    expect([queue.maxOffset, queue.maxPhysicOffset]).to.deep.equal([8, 800])
    put(8)
    expect(queue.maxOffset).to.equal(9)
    queue.write()
    reopen()
    expect(queue.maxOffset).to.equal(9)
  })

  it('finds its end wherever it lies in the last file', () => {
    const perFile = 1_000
    for (const end of [1, 199, 200, 201, 999, 1_000, 1_001, 1_200, 1_999, 2_000]) {
      disk = new SimFileSystem()
      queue = open(perFile)
      putAll(0, end)
      queue.write()
      queue = open(perFile)
      queue.load(true)
      queue.recover(Number.MAX_SAFE_INTEGER, false)
      expect(queue.maxOffset).to.equal(end)
      for (const wanted of [0, 1, 150, 200, 999, 1_000, 1_150]) {
        queue.recover(wanted * RECORD, false)
        expect(queue.maxOffset, `${wanted} of ${end}`).to.equal(Math.min(wanted, end))
      }
    }
  })

  it('brings to the disk that it forgot units, though no unit follows', async () => {
    putAll(0, 5)
    await queue.flush()
    queue.recover(3 * RECORD, true)
    const synced: string[] = []
    disk.fault = (operation, path) => {
      if (operation === 'datasync') synced.push(path)
      return undefined
    }
    expect(queue.needsFlush).to.equal(true)
    await queue.flush()
    expect(synced).to.deep.equal([`${DIRECTORY}/00000000000000000000`])
    expect(queue.needsFlush).to.equal(false)
  })
})
