import { expect } from 'chai'
import type { Chunk } from '../../../../lib/store/commitlog/tail-cache.ts'
import { BLOCK_BYTES, BlockCache } from '../../../../lib/store/read/block-cache.ts'

describe('BlockCache', () => {
  const loads: number[] = []
  const loader = (start: number) => async (): Promise<Chunk | undefined> => {
    loads.push(start)
    return { startOffset: start, buffer: Buffer.alloc(1), length: 1 }
  }

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
    const cache = new BlockCache(2 * BLOCK_BYTES)
    for (const start of [0, BLOCK_BYTES]) await cache.getOrLoad(start, loader(start))
    cache.get(0)
    await cache.getOrLoad(2 * BLOCK_BYTES, loader(2 * BLOCK_BYTES))
    expect(cache.get(BLOCK_BYTES)).to.equal(undefined)
    expect(cache.get(0)?.startOffset).to.equal(0)
    expect(cache.get(2 * BLOCK_BYTES)?.startOffset).to.equal(2 * BLOCK_BYTES)
  })

  it('tries again after a load that found nothing or failed', async () => {
    const cache = new BlockCache(BLOCK_BYTES)
    expect(await cache.getOrLoad(0, async () => undefined)).to.equal(undefined)
    const failing = cache.getOrLoad(0, () => Promise.reject(new Error('EIO')))
    expect(await failing.catch((error: Error) => error.message)).to.equal('EIO')
    expect((await cache.getOrLoad(0, loader(0)))?.startOffset).to.equal(0)
  })
})
