import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { HAStore, type HAStoreOptions } from '../../helpers/ha-store.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { put } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

/** Simulated time goes on faster than the network: nobody is silent for too long. */
const PATIENT = { haHousekeepingInterval: 1_000_000_000 }

describe('a slave with another history than its master', () => {
  let directory: { path: string; remove: () => void }
  let clock: SimClock
  let running: HAStore[]

  beforeEach(() => {
    directory = makeTempDirectory()
    clock = new SimClock()
    running = []
  })
  afterEach(async () => {
    for (const { store } of running.splice(0).reverse()) await store.stop()
    directory.remove()
  })

  async function start(
    name: string,
    config: object = {},
    more: Partial<HAStoreOptions> = {},
  ): Promise<HAStore> {
    const made = new HAStore({
      ...more,
      directory: path.join(directory.path, name),
      clock,
      config: { ...PATIENT, ...config },
    })
    running.push(made)
    await made.store.start()
    return made
  }

  async function stop(one: HAStore): Promise<void> {
    running = running.filter((other) => other !== one)
    await one.store.stop()
  }

  const startSlave = (master: HAStore, more: Partial<HAStoreOptions> = {}) =>
    start('slave', { brokerRole: 'SLAVE', haMasterAddress: master.address }, more)

  async function putMany(one: HAStore, texts: readonly string[]): Promise<void> {
    for (const text of texts) await put(one.store, { body: Buffer.from(text) })
  }

  /** Master and slave with these messages in common, and then each with its own. */
  async function diverge(common: string[], masters: string[], slaves: string[]): Promise<HAStore> {
    const origin = await start('master')
    await putMany(origin, common)
    await stop(origin)
    fs.cpSync(path.join(directory.path, 'master'), path.join(directory.path, 'slave'), {
      recursive: true,
    })
    const slave = await start('slave')
    await putMany(slave, slaves)
    await stop(slave)
    const master = await start('master')
    await putMany(master, masters)
    return master
  }

  async function refusalOf(slave: HAStore): Promise<Error & { code?: string }> {
    await until(() => {
      clock.advance(10)
      return slave.logger.atLeast('error').length > 0
    })
    return slave.logger.atLeast('error')[0]?.fields['err'] as Error
  }

  it('is refused when its last message is another, however long the logs are', async () => {
    for (const more of [[], ['and more']]) {
      fs.rmSync(path.join(directory.path, 'slave'), { recursive: true, force: true })
      fs.rmSync(path.join(directory.path, 'master'), { recursive: true, force: true })
      const master = await diverge(['one', 'two'], ['of master', ...more], ['of slave!'])
      const slave = await startSlave(master)
      const end = slave.log.maxOffset
      const error = await refusalOf(slave)
      expect(error.code).to.equal('DIVERGED')
      expect(error.message).to.match(
        new RegExp(`another message at offset ${slave.log.lastRecordOffset}.*ends at ${end}`),
      )
      await putMany(master, ['later'])
      clock.advance(29_000)
      expect(slave.logger.atLeast('error')).to.have.length(1)
      expect(slave.log.maxOffset).to.equal(end)
      expect(master.ha.getRuntimeInfo().connections).to.deep.equal([])
      await stop(slave)
      await stop(master)
    }
  })

  it('goes on when its last message is the same', async () => {
    const master = await diverge(['one', 'two'], ['three'], [])
    const slave = await startSlave(master)
    await until(() => slave.log.maxOffset === master.log.maxOffset)
    expect(slave.logger.atLeast('error')).to.deep.equal([])
    await stop(slave)
    const again = await startSlave(master)
    await putMany(master, ['four'])
    await until(() => again.log.maxOffset === master.log.maxOffset)
    expect(again.store.getMaxOffsetInQueue('TopicA', 0)).to.equal(4)
  })

  it('is told apart when it has one message more', async () => {
    const master = await diverge(['one', 'two'], [], ['three'])
    const slave = await startSlave(master)
    const error = await refusalOf(slave)
    expect(error.code).to.equal('UNCONFIRMED')
    expect(error.message).to.include(`${master.log.maxOffset}`)
    expect(master.ha.getRuntimeInfo().connections.map(({ inSync }) => inSync)).to.not.include(false)
  })

  it('is cut where its master says that its log ends, and only there', async () => {
    const master = await diverge(['one', 'two'], [], ['three'])
    const end = master.log.maxOffset
    const cuts: number[] = []
    let asked = 0
    for (const masterMaxOffset of [
      () => Promise.resolve(end),
      // It has more, and is slow to send it.
      () => Promise.resolve(end + 1),
      () => Promise.reject(new Error('no answer')),
    ]) {
      asked = 0
      const cutter = {
        masterMaxOffset: () => {
          asked++
          return masterMaxOffset()
        },
        cut: (commonEnd: number) => void cuts.push(commonEnd),
      }
      const slave = await startSlave(master, { cutter })
      await until(() => {
        clock.advance(10)
        return asked > 0
      })
      await stop(slave)
    }
    expect(cuts).to.deep.equal([end])
  })

  it('waits when its master has removed what it lacks, and both say so once', async () => {
    const large = ['x', 'y', 'z'].flatMap((text) => Array<string>(5).fill(text.repeat(4_000)))
    const first = await diverge(['one', 'two'], large, [])
    await stop(first)
    const logs = path.join(directory.path, 'master', 'commitlog')
    fs.rmSync(path.join(logs, fs.readdirSync(logs)[0] as string))
    const master = await start('master')
    expect(master.log.minOffset).to.equal(16 * 1024)
    const slave = await startSlave(master)
    const end = slave.log.maxOffset
    const error = await refusalOf(slave)
    expect(error.code).to.equal('UNCONFIRMED')
    expect(error.message).to.include('or has removed')
    const line = master.logger
      .atLeast('error')
      .map(({ event, fields }) => [event, fields['reason']])
    expect(line).to.have.length(1)
    expect(line[0]?.[0]).to.equal('the slave cannot be given the log')
    expect(line[0]?.[1]).to.match(/it begins at 16384$/)
    expect(slave.log.maxOffset).to.equal(end)
    await putMany(master, ['later'])
    expect(slave.log.maxOffset).to.equal(end)
  })
})
