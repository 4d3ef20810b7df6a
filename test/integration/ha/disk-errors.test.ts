import { expect } from 'chai'
import { FaultProxy } from '../../helpers/fault-proxy.ts'
import { HAStore } from '../../helpers/ha-store.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { simError, SimFileSystem } from '../../helpers/sim-file-system.ts'
import { put } from '../../helpers/store.ts'
import { until } from '../../helpers/until.ts'

describe('replication over disks that fail for a while', () => {
  let clock: SimClock
  let disks: { master: SimFileSystem; slave: SimFileSystem }
  let master: HAStore
  let slave: HAStore | undefined
  let proxy: FaultProxy

  beforeEach(async () => {
    clock = new SimClock()
    disks = { master: new SimFileSystem(), slave: new SimFileSystem() }
    slave = undefined
    master = await startMaster()
    proxy = new FaultProxy(() => master.ha.listenPort)
    await proxy.listen()
  })
  afterEach(async () => {
    await slave?.store.stop()
    await until(() => master.ha.connectionCount === 0)
    await master.store.stop()
    await proxy.close()
  })

  async function startMaster(): Promise<HAStore> {
    const started = new HAStore({ directory: '/master', clock, fileSystem: disks.master })
    await started.store.start()
    return started
  }

  async function startSlave(): Promise<HAStore> {
    slave = new HAStore({
      directory: '/slave',
      clock,
      fileSystem: disks.slave,
      config: { brokerRole: 'SLAVE', haMasterAddress: proxy.address },
    })
    await slave.store.start()
    return slave
  }

  async function putMany(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await put(master.store, { body: Buffer.alloc(3_000, 'x') })
  }

  const isCaughtUp = () => slave?.log.maxOffset === master.log.maxOffset

  it('goes on a second after a write of the slave failed', async () => {
    const { logger, log } = await startSlave()
    await putMany(2)
    await until(isCaughtUp)
    const end = log.maxOffset
    disks.slave.fault = (operation, path) =>
      operation === 'write' && path.includes('commitlog') ? simError('ENOSPC') : undefined
    await putMany(3)
    await until(() => master.ha.connectionCount === 0)
    await putMany(3)
    disks.slave.fault = () => undefined
    expect(log.maxOffset).to.equal(end)
    clock.advance(1_000)
    await until(isCaughtUp)
    const reasons = logger
      .atLeast('error')
      .filter(({ event }) => event === 'the log is not replicated from the master')
      .map(({ fields }) => (fields['err'] as Error).message)
    expect(reasons).to.deep.equal(['the log cannot be written: ENOSPC: simulated'])
  })

  it('goes on after the master could not read its log', async () => {
    await putMany(8)
    await master.store.stop()
    master = await startMaster()
    disks.master.fault = (operation, path) =>
      operation === 'read' && path.includes('commitlog') ? simError('EIO') : undefined
    const { log } = await startSlave()
    const ends = () =>
      master.logger.lines.filter(({ event }) => event === 'replication connection closed')
    await until(() => ends().length > 0)
    expect(ends()[0]?.fields['reason']).to.include('EIO')
    expect(log.maxOffset).to.be.below(master.log.maxOffset)
    disks.master.fault = () => undefined
    await until(() => {
      if (isCaughtUp()) return true
      clock.advance(1_000)
      return false
    })
  })
})
