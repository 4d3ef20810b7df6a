import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { BLANK_MAGIC } from '../../../../codec/message/record.ts'
import {
  recordCommitLogOffset,
  recordStoreTimestamp,
} from '../../../../codec/message/record-reader.ts'
import { writeInt64 } from '../../../../codec/java.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { LogWalker, type LogEnd, type LogGap } from '../../../../lib/store/tools/log-walker.ts'
import { readStoreVectors } from '../../../helpers/store-vectors.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

/** A record that an Apache broker wrote, moved to another place and time. */
function recordAt(offset: number, storeTimestamp = 1_000_000): Buffer {
  const vector = readStoreVectors().commitlog[0]
  const record = Buffer.from(vector?.hex ?? '', 'hex')
  writeInt64(record, offset, 28)
  writeInt64(record, storeTimestamp, 56)
  return record
}

describe('LogWalker', () => {
  let temp: ReturnType<typeof makeTempDirectory>
  beforeEach(() => (temp = makeTempDirectory()))
  afterEach(() => temp.remove())

  const size = recordAt(0).length
  const FILE_SIZE = size * 4 + 100

  /** Walks through files of the given contents. */
  async function walk(contents: readonly Buffer[], fileSize = FILE_SIZE) {
    const files = contents.map((content, index) => {
      const bytes = Buffer.alloc(fileSize)
      content.copy(bytes)
      const file = path.join(temp.path, String(index))
      fs.writeFileSync(file, bytes)
      return { path: file, startOffset: index * fileSize, size: fileSize }
    })
    const records: number[] = []
    const gaps: [LogGap, number][] = []
    const walker = new LogWalker(new NodeFileSystem(), {
      onRecord: (bytes, start) => records.push(recordCommitLogOffset(bytes, start)) > 0,
      onGap: (gap, endOffset) => void gaps.push([gap, endOffset]),
    })
    const end: LogEnd = await walker.walk(files, 0)
    return { records, gaps, end }
  }

  function filler(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    bytes.writeInt32BE(length, 0)
    bytes.writeInt32BE(BLANK_MAGIC, 4)
    return bytes
  }

  it('finds all kinds of records that an Apache broker writes, each by its own place', async () => {
    const vectors = readStoreVectors().commitlog
    const log = Buffer.alloc(64 * 1024)
    let fits = 0
    let newest = 0
    for (const { offset, hex } of [...vectors].sort((a, b) => a.offset - b.offset)) {
      const record = Buffer.from(hex, 'hex')
      const isRecord = record.readInt32BE(4) !== BLANK_MAGIC && offset + record.length <= log.length
      if (!isRecord || recordStoreTimestamp(record, 0) < newest) continue
      newest = recordStoreTimestamp(record, 0)
      record.copy(log, offset)
      fits++
    }
    const { records } = await walk([log], log.length)
    expect(fits).to.be.greaterThan(3)
    expect(records).to.have.length(fits)
  })

  it('goes on in the next file behind a filler', async () => {
    const first = Buffer.concat([recordAt(0), filler(FILE_SIZE - size)])
    const { records, gaps, end } = await walk([first, recordAt(FILE_SIZE)])
    expect(records).to.deep.equal([0, FILE_SIZE])
    expect(gaps).to.deep.equal([])
    expect(end.offset).to.equal(FILE_SIZE + size)
    expect(end.gap?.isZero).to.equal(true)
  })

  it('tells of damage between records, over the end of a file', async () => {
    const first = Buffer.concat([recordAt(0), Buffer.from('no record at all')])
    const { records, gaps } = await walk([first, recordAt(FILE_SIZE)])
    expect(records).to.deep.equal([0, FILE_SIZE])
    expect(gaps).to.have.length(1)
    expect(gaps[0]?.[0]).to.deep.include({ startOffset: size, reason: 'no magic', isZero: false })
    expect(gaps[0]?.[1]).to.equal(FILE_SIZE)
  })

  it('takes no record that has been cut off before for one of the log', async () => {
    const old = recordAt(size * 2, 999_999)
    const { records, end } = await walk([
      Buffer.concat([recordAt(0), Buffer.alloc(size, 'x'), old]),
      Buffer.alloc(0),
    ])
    expect(records).to.deep.equal([0])
    expect(end.offset).to.equal(size)
    expect(end.gap?.isZero).to.equal(false)
  })

  it('finds records over the borders of the pieces that it reads', async () => {
    const count = Math.ceil((9 * 1024 * 1024) / size)
    const log = Buffer.concat(Array.from({ length: count }, (_, i) => recordAt(i * size)))
    const { records, gaps } = await walk([log], log.length + 100)
    expect(records).to.have.length(count)
    expect(gaps).to.deep.equal([])
  })

  it('finds the record behind a damaged one over the border of a piece', async () => {
    const count = Math.ceil((5 * 1024 * 1024) / size)
    const log = Buffer.concat(Array.from({ length: count }, (_, i) => recordAt(i * size)))
    const damaged = Math.floor((4 * 1024 * 1024) / size)
    for (let i = damaged - 1; i <= damaged + 1; i++) log.fill('x', i * size, i * size + 8)
    const { records, gaps } = await walk([log], log.length + 100)
    expect(records).to.have.length(count - 3)
    expect(gaps.map(([gap, end]) => [gap.startOffset, end])).to.deep.equal([
      [(damaged - 1) * size, (damaged + 2) * size],
    ])
  })
})
