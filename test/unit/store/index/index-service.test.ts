import { expect } from 'chai'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { DEFAULT_MESSAGE_STORE_CONFIG } from '../../../../lib/store/config.ts'
import { IndexService } from '../../../../lib/store/index/index-service.ts'
import { StoreCheckpoint } from '../../../../lib/store/store-checkpoint.ts'
import { makeReads } from '../../../helpers/disk-reads.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

const ALL = [0, Number.MAX_SAFE_INTEGER] as const

const NO_RECORD = { buffer: Buffer.alloc(0), start: 0, end: 0 }

describe('IndexService', () => {
  let disk: SimFileSystem
  let clock: SimClock
  let index: IndexService

  beforeEach(async () => {
    disk = new SimFileSystem()
    clock = new SimClock()
    await open(3)
  })

  async function open(maxHashSlotNum: number): Promise<void> {
    const config = {
      ...DEFAULT_MESSAGE_STORE_CONFIG,
      storePathRootDir: '/store',
      maxHashSlotNum,
      maxIndexNum: 10,
    }
    index = new IndexService({
      config,
      clock,
      fileSystem: disk,
      reads: makeReads(),
      logger: SILENT_LOGGER,
    })
    await index.recover(true, new StoreCheckpoint(disk, '/store'), 0, 0)
  }

  /** A message at a log offset with words as keys. */
  function put(commitLogOffset: number, keys: string, sysFlag = 0): void {
    index.dispatch({
      topic: 'T',
      queueId: 0,
      commitLogOffset,
      size: 100,
      tagsCode: 0,
      storeTimestamp: clock.now(),
      queueOffset: 0,
      sysFlag,
      properties: `KEYS\x01${keys}\x02`,
      record: NO_RECORD,
      bitMap: undefined,
    })
  }

  const find = (key: string, maxNum = 64) => index.queryOffset('T', key, maxNum, ...ALL)

  it('finds messages by each of their keys, whatever slot these share', async () => {
    for (let i = 0; i < 4; i++) put(i * 100, `k${i} common`)
    expect(await find('k2')).to.deep.equal([200])
    expect(await find('common')).to.deep.equal([0, 100, 200, 300])
    expect(await find('common', 2), 'the newest').to.deep.equal([200, 300])
    expect(await find('unknown')).to.deep.equal([])
  })

  it('finds a key whose hash is the smallest int', async () => {
    const key = 'DWIECHC' // "T#" before it, hashCode() is Integer.MIN_VALUE, which Math.abs leaves negative
    put(0, key)
    expect(await find(key)).to.deep.equal([0])
  })

  it('does not index what was rolled back', async () => {
    put(0, 'k', 0x3 << 2)
    put(100, 'k')
    expect(await find('k')).to.deep.equal([100])
  })

  it('takes each message once', async () => {
    put(100, 'k')
    put(100, 'k')
    put(0, 'k')
    expect(await find('k')).to.deep.equal([100])
  })

  it('goes on in a new file when one is full, and searches all of them', async () => {
    for (let i = 0; i < 25; i++) {
      put(i * 100, 'k')
      clock.advance(1_000)
    }
    expect(disk.list('/store/index')).to.have.length(3)
    expect(await find('k')).to.have.length(25)
    expect(await find('k', 12)).to.deep.equal(Array.from({ length: 12 }, (_, i) => (13 + i) * 100))
    const startMs = 1_700_000_000_000
    const between = await index.queryOffset('T', 'k', 64, startMs + 7_000, startMs + 11_000)
    expect(between).to.deep.equal([700, 800, 900, 1000, 1100])
  })

  it('notes in the checkpoint up to when files are full and flushed', async () => {
    const checkpoint = new StoreCheckpoint(disk, '/store')
    for (let i = 0; i < 12; i++) {
      put(i * 100, 'k')
      clock.advance(1_000)
    }
    await index.flush(checkpoint, Number.MAX_SAFE_INTEGER)
    expect(checkpoint.values.indexMsgTimestamp).to.equal(1_700_000_008_000)
  })

  it('finds everything again after it was written', async () => {
    for (let i = 0; i < 12; i++) put(i * 100, `k${i}`)
    await index.flush(new StoreCheckpoint(disk, '/store'), Number.MAX_SAFE_INTEGER)
    index.close()
    await open(3)
    for (let i = 0; i < 12; i++) expect(await find(`k${i}`)).to.deep.equal([i * 100])
    put(1200, 'k12')
    expect(await find('k12')).to.deep.equal([1200])
  })

  it('brings a full file to the disk though the log has not been flushed to its end, and notes it later', async () => {
    const checkpoint = new StoreCheckpoint(disk, '/store')
    put(0, 'k')
    const flushedMs = clock.now()
    clock.advance(1_000)
    for (let i = 1; i <= 10; i++) put(i * 100, 'k')
    const [full = ''] = disk.list('/store/index')
    const synced: string[] = []
    disk.fault = (operation, path) => {
      if (operation === 'datasync') synced.push(path)
      return undefined
    }
    await index.flush(checkpoint, flushedMs)
    expect(synced).to.include(`/store/index/${full}`)
    expect(checkpoint.values.indexMsgTimestamp).to.equal(0)
    await index.flush(checkpoint, clock.now())
    expect(checkpoint.values.indexMsgTimestamp).to.equal(clock.now())
  })

  it('leaves files of another size alone', async () => {
    put(0, 'k')
    await index.flush(new StoreCheckpoint(disk, '/store'), Number.MAX_SAFE_INTEGER)
    await open(4)
    expect(await find('k')).to.deep.equal([])
    expect(disk.list('/store/index')).to.have.length(1)
  })

  it('removes files whose messages are all gone from the log, but not the last', async () => {
    for (let i = 0; i < 25; i++) {
      put(i * 100, 'k')
      clock.advance(1_000)
    }
    await index.deleteExpiredFiles(900)
    expect(disk.list('/store/index')).to.have.length(2)
    await index.deleteExpiredFiles(1_000_000)
    expect(disk.list('/store/index')).to.have.length(1)
  })

  it('forgets messages beyond the end of the log', async () => {
    for (let i = 0; i < 25; i++) {
      put(i * 100, 'k')
      clock.advance(1_000)
    }
    await index.truncate(500)
    expect(await find('k')).to.deep.equal([0, 100, 200, 300, 400])
    put(500, 'k')
    expect(await find('k')).to.deep.equal([0, 100, 200, 300, 400, 500])
  })
})
