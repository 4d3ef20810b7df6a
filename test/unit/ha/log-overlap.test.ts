import { expect } from 'chai'
import { LogOverlap } from '../../../lib/ha/log-overlap.ts'
import type { ReplicationError } from '../../../lib/ha/replication-error.ts'
import type { ReplicatedLog } from '../../../lib/store/types.ts'

const FILE_BYTES = 1_000

type TestLog = ReplicatedLog & { readonly bytes: Buffer }

describe('LogOverlap', () => {
  /** A log of records of 100 bytes, each filled with its number behind its size. */
  function logOf(records: number, fill = (n: number) => n): TestLog {
    const bytes = Buffer.concat(
      Array.from({ length: records }, (_, n) => {
        const record = Buffer.alloc(100, fill(n))
        record.writeInt32BE(100)
        return record
      }),
    )
    const maxOffset = bytes.length
    const log: Partial<ReplicatedLog> = {
      fileSize: FILE_BYTES,
      minOffset: 0,
      maxOffset,
      lastRecordOffset: records === 0 ? undefined : maxOffset - 100,
      fileEnd: (offset) => (Math.floor(offset / FILE_BYTES) + 1) * FILE_BYTES,
      readData: (offset, into) => {
        const fileEnd = (Math.floor(offset / FILE_BYTES) + 1) * FILE_BYTES
        const count = bytes.copy(into, 0, offset, fileEnd)
        return Promise.resolve(into.subarray(0, count))
      },
    }
    return { ...log, bytes } as TestLog
  }

  const bytesOf = (log: TestLog, offset: number): Buffer => log.bytes.subarray(offset)

  it('is the last record, and returns what lies behind it', async () => {
    const overlap = (await LogOverlap.of(logOf(4), false)) as LogOverlap
    expect(overlap.offset).to.equal(300)
    const masters = bytesOf(logOf(6), 300)
    expect(overlap.compare(masters.subarray(0, 50)).length).to.equal(0)
    expect(overlap).to.include({ isComplete: false, nextOffset: 350 })
    expect(overlap.compare(masters.subarray(50)).length).to.equal(200)
    expect(overlap.isComplete).to.equal(true)
  })

  it('does not exist where nothing can be compared', async () => {
    for (const records of [0, 1, 10]) {
      expect(await LogOverlap.of(logOf(records), false), `${records}`).to.equal(undefined)
    }
    expect(await LogOverlap.of(logOf(1), true)).to.equal(undefined)
  })

  it('compares the last record where more is asked for and cannot be found', async () => {
    // The first record of its only file is damaged: nobody knows where the next ones begin.
    const log = logOf(4)
    log.bytes.writeInt32BE(0)
    expect(await LogOverlap.of(log, true)).to.include({ offset: 300 })
  })

  it('is refused where the end of the log cannot be read: what is not compared is not continued', async () => {
    for (const isWide of [false, true]) {
      const log = { ...logOf(4), maxOffset: 450 }
      const failure = await LogOverlap.of(log, isWide).then(
        () => undefined,
        (error: unknown) => error as ReplicationError,
      )
      expect(failure?.code).to.equal('UNREADABLE')
      expect(failure?.message).to.match(/nothing at offset 400, though it ends at 450/)
    }
  })

  it('finds out where logs part, over files', async () => {
    for (const [records, parted, commonEnd] of [
      [6, 3, 300],
      [6, 5, 500],
      [6, 1, undefined],
      [16, 13, 1_300],
      [16, 7, 700],
      [20, 10, 1_000],
    ] as const) {
      const overlap = (await LogOverlap.of(logOf(records), true)) as LogOverlap
      expect(overlap.offset).to.equal(100)
      const master = logOf(20, (n) => (n < parted ? n : 77))
      const masters = bytesOf(master, overlap.offset)
      const compare = () => {
        for (let at = 0; at < masters.length; at += 30)
          overlap.compare(masters.subarray(at, at + 30))
      }
      expect(compare).to.throw('different histories')
      expect(overlap.commonEnd).to.equal(commonEnd)
    }
  })
})
