import { expect } from 'chai'
import { AbortFile } from '../../../lib/store/abort-file.ts'
import { StoreCheckpoint } from '../../../lib/store/store-checkpoint.ts'
import { Random } from '../../helpers/random.ts'
import { SimFileSystem } from '../../helpers/sim-file-system.ts'

describe('StoreCheckpoint', () => {
  it('counts as the beginning of time when there is none, or a short one', () => {
    const disk = new SimFileSystem()
    expect(new StoreCheckpoint(disk, '/store').minTimestamp).to.equal(0)
    disk.open('/store/checkpoint', 'w').writeSync(Buffer.alloc(5, 1), 0)
    expect(new StoreCheckpoint(disk, '/store').minTimestamp).to.equal(0)
  })

  it('is read as it was flushed, after a power loss too', async () => {
    const disk = new SimFileSystem()
    const checkpoint = new StoreCheckpoint(disk, '/store')
    checkpoint.values.physicMsgTimestamp = 50_000
    checkpoint.values.logicsMsgTimestamp = 40_000
    checkpoint.values.indexMsgTimestamp = 7
    await checkpoint.flush()
    const again = new StoreCheckpoint(disk.restart('power loss', new Random(1)), '/store')
    expect(again.values).to.deep.equal(checkpoint.values)
    expect(again.minTimestamp).to.equal(37_000)
    expect(disk.stat('/store/checkpoint')?.size).to.equal(4096)
  })
})

describe('AbortFile', () => {
  it('is there from the start to the stop, and holds the process id', () => {
    const disk = new SimFileSystem()
    const file = new AbortFile(disk, '/store')
    expect(file.exists).to.equal(false)
    file.create(4711)
    const crashed = disk.restart('power loss', new Random(1))
    expect(new AbortFile(crashed, '/store').exists).to.equal(true)
    expect(crashed.readFile('/store/abort').toString()).to.equal('4711')
    new AbortFile(crashed, '/store').remove()
    for (let seed = 1; seed <= 10; seed++) {
      const stopped = crashed.restart('power loss', new Random(seed))
      expect(new AbortFile(stopped, '/store').exists).to.equal(false)
    }
  })
})
