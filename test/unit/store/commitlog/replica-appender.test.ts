import { expect } from 'chai'
import fc from 'fast-check'
import { BLANK_MAGIC, encodeRecord, planRecord } from '../../../../codec/message/record.ts'
import { ReplicaAppender, type RawTail } from '../../../../lib/store/commitlog/replica-appender.ts'
import { StoreError } from '../../../../lib/store/message-store.ts'
import { makeMessage } from '../../../helpers/store.ts'

const FILE_SIZE = 2048

/** A log in memory that remembers in which pieces it was appended to. */
class Tail implements RawTail {
  readonly pieces: Buffer[] = []
  start = 0
  #next = Buffer.alloc(0)

  get endOffset(): number {
    return this.start + this.pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  fileEnd(offset: number): number {
    return (Math.floor(offset / FILE_SIZE) + 1) * FILE_SIZE
  }

  beginAt(offset: number): void {
    this.start = offset
  }

  reserve(size: number): Buffer {
    if (this.#next.length !== size) this.#next = Buffer.alloc(size)
    return this.#next
  }

  commit(size: number): void {
    expect(this.#next).to.have.length(size)
    this.pieces.push(this.#next)
    this.#next = Buffer.alloc(0)
  }
}

function record(commitLogOffset: number, bodySize: number): Buffer {
  const message = makeMessage({ body: Buffer.alloc(bodySize, 'b') })
  const plan = planRecord(message, false)
  const bytes = Buffer.alloc(plan.size)
  encodeRecord(bytes, 0, message, plan, { queueOffset: 0, commitLogOffset, storeTimestamp: 1 })
  return bytes
}

/** A master's log with records of these body sizes, and blanks at the ends of files with `rest` behind them. */
function masterLog(bodySizes: readonly number[], rest = 0): { bytes: Buffer; records: Buffer[] } {
  const parts: Buffer[] = []
  const records: Buffer[] = []
  let offset = 0
  for (const size of bodySizes) {
    let next = record(offset, size)
    const left = FILE_SIZE - (offset % FILE_SIZE)
    if (next.length + 8 > left) {
      const blank = Buffer.alloc(left, rest)
      blank.writeInt32BE(left, 0)
      blank.writeInt32BE(BLANK_MAGIC, 4)
      parts.push(blank)
      offset += left
      next = record(offset, size)
    }
    parts.push(next)
    records.push(next)
    offset += next.length
  }
  return { bytes: Buffer.concat(parts), records }
}

function feed(appender: ReplicaAppender, bytes: Buffer, size: number): void {
  for (let at = 0; at < bytes.length; at += size) appender.append(bytes.subarray(at, at + size))
}

describe('the replica of a log', () => {
  it('has the same bytes however they come, and each record in one piece', () => {
    const bodies = fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 12 })
    fc.assert(
      fc.property(bodies, fc.integer({ min: 1, max: 3000 }), (bodySizes, size) => {
        const { bytes, records } = masterLog(bodySizes, 0x5a)
        const tail = new Tail()
        feed(new ReplicaAppender(tail), bytes, size)
        expect(Buffer.concat(tail.pieces).equals(bytes)).to.equal(true)
        for (const each of records)
          expect(tail.pieces.some((piece) => piece.includes(each))).to.equal(true)
      }),
    )
  })

  it('ends behind a whole record; what has come of the next counts as received only', () => {
    const { bytes, records } = masterLog([10, 20])
    const tail = new Tail()
    const appender = new ReplicaAppender(tail)
    appender.append(bytes.subarray(0, bytes.length - 1))
    expect(tail.endOffset).to.equal(records[0]?.length)
    expect(appender.nextOffset).to.equal(bytes.length - 1)
    appender.reset()
    expect(appender.nextOffset).to.equal(tail.endOffset)
    appender.append(bytes.subarray(tail.endOffset))
    expect(Buffer.concat(tail.pieces).equals(bytes)).to.equal(true)
  })

  it('goes on inside a blank after a new connection', () => {
    const { bytes } = masterLog([1900, 500])
    const tail = new Tail()
    const appender = new ReplicaAppender(tail)
    appender.append(bytes.subarray(0, FILE_SIZE - 5))
    appender.reset()
    expect(appender.nextOffset).to.equal(FILE_SIZE - 5)
    appender.append(bytes.subarray(FILE_SIZE - 5))
    expect(Buffer.concat(tail.pieces).equals(bytes)).to.equal(true)
  })

  it('begins at the start of any file, and nowhere else', () => {
    const tail = new Tail()
    const appender = new ReplicaAppender(tail)
    expect(() => appender.beginAt(FILE_SIZE + 1)).to.throw(StoreError, 'no file begins there')
    appender.beginAt(3 * FILE_SIZE)
    appender.append(record(3 * FILE_SIZE, 5))
    expect(tail.endOffset).to.be.above(3 * FILE_SIZE)
  })

  it('refuses what is no record, or one of another place, and keeps what came before', () => {
    const refusals: [string, Buffer][] = [
      ['is no record', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      ['is no record', Buffer.alloc(100)],
      ['a record of offset 99', record(99, 5)],
    ]
    for (const [message, garbage] of refusals) {
      const { bytes } = masterLog([10])
      const tail = new Tail()
      const appender = new ReplicaAppender(tail)
      const all = Buffer.concat([bytes, garbage])
      expect(() => appender.append(all)).to.throw(StoreError, message)
      expect(tail.endOffset).to.equal(bytes.length)
    }
  })

  it('refuses sizes that no file could hold, before it takes memory for them', () => {
    const head = Buffer.from(record(0, 5).subarray(0, 8))
    head.writeInt32BE(FILE_SIZE + 1, 0)
    expect(() => new ReplicaAppender(new Tail()).append(head)).to.throw(StoreError, 'is no record')
    head.writeInt32BE(FILE_SIZE - 1, 0)
    head.writeInt32BE(BLANK_MAGIC, 4)
    expect(() => new ReplicaAppender(new Tail()).append(head)).to.throw(StoreError, 'is no record')
  })
})
