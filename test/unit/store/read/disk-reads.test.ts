import { expect } from 'chai'
import { BusyError, UnreadableError } from '../../../../lib/common/errors.ts'
import { DiskReads } from '../../../../lib/store/read/disk-reads.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { settle } from '../../../helpers/settle.ts'
import { simError } from '../../../helpers/sim-file-system.ts'

describe('DiskReads', () => {
  let logger: RecordingLogger
  let reads: DiskReads
  let started: string[]
  let ends: Map<string, () => void>

  beforeEach(() => {
    logger = new RecordingLogger()
    reads = new DiskReads({ logger, concurrency: 2, waitingMax: 1 })
    started = []
    ends = new Map()
  })

  function read(name: string): Promise<string> {
    return reads.run(name, () => {
      started.push(name)
      return new Promise((resolve) => ends.set(name, () => resolve(name)))
    })
  }

  const refusal = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

  it('begins so many at a time, the next when one has ended', async () => {
    const all = Promise.all(['a', 'b', 'c'].map(read))
    await settle()
    expect(started).to.deep.equal(['a', 'b'])
    ends.get('b')?.()
    await settle()
    expect(started).to.deep.equal(['a', 'b', 'c'])
    for (const end of ends.values()) end()
    expect(await all).to.deep.equal(['a', 'b', 'c'])
  })

  it('refuses what too many wait before', async () => {
    const three = ['a', 'b', 'c'].map(read)
    expect(await refusal(read('d'))).to.be.instanceOf(BusyError)
    ends.get('a')?.()
    await settle()
    const last = read('e')
    for (const name of ['b', 'c', 'e']) {
      ends.get(name)?.()
      await settle()
    }
    expect(await Promise.all([...three, last])).to.deep.equal(['a', 'b', 'c', 'e'])
  })

  it('tells once of each place that cannot be read, and goes on', async () => {
    const fail = (place: string) => reads.run(place, () => Promise.reject(simError('EIO')))
    for (const place of ['a', 'a', 'b', 'a']) {
      const error = await refusal(fail(place))
      expect(error).to.be.instanceOf(UnreadableError)
      expect(String(error)).to.contain('the store cannot be read: EIO')
    }
    expect(logger.atLeast('error').map(({ fields }) => fields)).to.have.length(2)
    expect(await reads.run('a', () => Promise.resolve(1))).to.equal(1)
  })
})
