import { expect } from 'chai'
import type { Chunk } from '../../../../lib/store/commitlog/tail-cache.ts'
import { BLOCK_BYTES, BlockCache } from '../../../../lib/store/read/block-cache.ts'

describe('BlockCache', () => {
  const loads: number[] = []
  const loader =
    (start: number) =>
    async (into: Buffer): Promise<Buffer> => {
      loads.push(start)
      return into.fill(start / BLOCK_BYTES)
    }

  const load = (cache: BlockCache, block: number) =>
    cache.getOrLoad(block * BLOCK_BYTES, loader(block * BLOCK_BYTES))

  beforeEach(() => loads.splice(0))

  it('loads a block once for all who ask while it is being read, and keeps it', async () => {
    const cache = new BlockCache(2 * BLOCK_BYTES)
    const [first, second] = await Promise.all([
      cache.getOrLoad(0, loader(0)),
      cache.getOrLoad(0, loader(0)),
    ])
    expect(loads).to.deep.equal([0])
    expect(first).to.equal(second)
    expect(cache.get(0)).to.equal(first)
  })

  it('drops the block that was not used for longest', async () => {
    const cache = new BlockCache(8 * BLOCK_BYTES)
    for (let i = 0; i < 8; i++) await load(cache, i)
    cache.get(0)
    await load(cache, 8)
    expect(cache.get(BLOCK_BYTES)).to.equal(undefined)
    expect(cache.get(0)?.startOffset).to.equal(0)
    expect(cache.get(8 * BLOCK_BYTES)?.startOffset).to.equal(8 * BLOCK_BYTES)
  })

  it('uses the memory of a dropped block again, but not of one that was lent', async () => {
    const cache = new BlockCache(8 * BLOCK_BYTES)
    const blocks: (Chunk | undefined)[] = []
    for (let i = 0; i < 8; i++) blocks.push(await load(cache, i))
    const [lent, dropped] = blocks as [Chunk, Chunk]
    lent.isLent = true
    await load(cache, 8)
    await load(cache, 9)
    expect([lent.length, dropped.length]).to.deep.equal([0, 0])
    expect((await load(cache, 10))?.buffer).to.equal(dropped.buffer)
    expect((await load(cache, 11))?.buffer).not.to.equal(lent.buffer)
    expect(lent.buffer.every((byte) => byte === 0)).to.equal(true)
  })

  it('tries again after a load that found nothing or failed', async () => {
    const cache = new BlockCache(BLOCK_BYTES)
    expect(await cache.getOrLoad(0, async () => undefined)).to.equal(undefined)
    const failing = cache.getOrLoad(0, () => Promise.reject(new Error('EIO')))
    expect(await failing.catch((error: Error) => error.message)).to.equal('EIO')
    expect((await cache.getOrLoad(0, loader(0)))?.startOffset).to.equal(0)
  })
})
