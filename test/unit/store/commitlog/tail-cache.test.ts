import { expect } from 'chai'
import { TailCache } from '../../../../lib/store/commitlog/tail-cache.ts'

const CHUNK = 1024 * 1024

describe('TailCache', () => {
  function append(tail: TailCache, offset: number, bytes: Buffer): void {
    const chunk = tail.reserve(offset, bytes.length)
    bytes.copy(chunk.buffer, chunk.length)
    chunk.length += bytes.length
  }

  function filled(maxBytes: number, records: number): TailCache {
    const tail = new TailCache(maxBytes)
    for (let i = 0; i < records; i++) append(tail, i * 400_000, Buffer.alloc(400_000, i))
    return tail
  }

  it('gives views of what was appended, and none of what is not there', () => {
    const tail = new TailCache(CHUNK)
    append(tail, 100, Buffer.from('abc'))
    append(tail, 103, Buffer.from('def'))
    expect(tail.slice(102, 3)?.toString()).to.equal('cde')
    expect(tail.slice(99, 1)).to.equal(undefined)
    expect(tail.slice(104, 3)).to.equal(undefined)
    expect(tail.startOffset).to.equal(100)
  })

  it('never lays a record into two chunks', () => {
    const tail = filled(10 * CHUNK, 5)
    for (let i = 0; i < 5; i++) {
      expect(tail.slice(i * 400_000, 400_000)?.every((byte) => byte === i)).to.equal(true)
    }
    expect(tail.slice(400_000, 400_001)).to.equal(undefined)
  })

  it('makes a chunk of its own for a record that is larger than others', () => {
    const tail = new TailCache(CHUNK)
    append(tail, 0, Buffer.alloc(3 * CHUNK, 7))
    expect(tail.slice(0, 3 * CHUNK)?.length).to.equal(3 * CHUNK)
    expect(tail.bytes).to.equal(3 * CHUNK)
  })

  it('knows of the gap behind a sealed chunk', () => {
    const tail = new TailCache(CHUNK)
    append(tail, 0, Buffer.from('abc'))
    tail.seal()
    append(tail, 10, Buffer.from('def'))
    expect(tail.find(5)).to.equal(undefined)
    expect(tail.next(5)?.startOffset).to.equal(10)
    expect(tail.slice(10, 3)?.toString()).to.equal('def')
  })

  it('uses the memory of dropped chunks again, unless views of it were handed out', () => {
    const tail = new TailCache(CHUNK)
    const fill = (i: number): Buffer => {
      const chunk = tail.reserve(i * CHUNK, CHUNK, false)
      chunk.buffer.fill(i)
      chunk.length = CHUNK
      return chunk.buffer
    }
    const buffers = [0, 1, 2, 3].map(fill)
    const lent = tail.slice(CHUNK, CHUNK)
    const held = tail.findRange(0, CHUNK)
    tail.evict(4 * CHUNK)
    expect(held?.length).to.equal(0)
    const reused = [4, 5, 6].map(fill)
    expect(reused.map((buffer) => buffers.indexOf(buffer))).to.have.members([0, 2, -1])
    expect(lent?.every((byte) => byte === 1)).to.equal(true)
  })

  it('drops the oldest chunks beyond its bound, but none that has not been written', () => {
    const tail = filled(CHUNK, 6)
    const held = tail.slice(0, 3)
    tail.evict(800_000)
    expect(tail.startOffset).to.equal(800_000)
    tail.evict(2_400_000)
    expect(tail.startOffset).to.equal(1_600_000)
    expect(tail.bytes).to.equal(CHUNK)
    expect(held?.equals(Buffer.alloc(3, 0)), 'a view that a reader holds').to.equal(true)
  })

  it('forgets what is behind a cut and goes on from there', () => {
    const tail = new TailCache(CHUNK)
    append(tail, 0, Buffer.from('abcdef'))
    tail.truncate(4)
    expect(tail.slice(3, 1)?.toString()).to.equal('d')
    expect(tail.slice(3, 2)).to.equal(undefined)
    append(tail, 4, Buffer.from('xy'))
    expect(tail.slice(4, 2)?.toString()).to.equal('xy')
    tail.truncate(0)
    expect([tail.bytes, tail.startOffset]).to.deep.equal([0, undefined])
  })
})
