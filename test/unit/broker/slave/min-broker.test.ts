import { expect } from 'chai'
import type { MasterAddresses } from '../../../../lib/broker/slave/group-master.ts'
import { MinBroker } from '../../../../lib/broker/slave/min-broker.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const MASTER = { minBrokerId: 0, minBrokerAddr: 'm:1' }
const ITSELF = { minBrokerId: 1, minBrokerAddr: 's:1' }
const ADDRESSES = { masterAddr: 'm:1', haServerAddr: 'm:2' }

describe('MinBroker', () => {
  let clock: SimClock
  let isRunning: boolean
  let master: MasterAddresses | undefined
  let events: string[]

  beforeEach(() => {
    clock = new SimClock()
    isRunning = false
    master = ADDRESSES
    events = []
  })

  function create({ brokerId = 1, isIsolated = false, enableSlaveActingMaster = true } = {}) {
    const deps = {
      brokerConfig: { brokerId, enableSlaveActingMaster },
      groupMaster: {
        update: (addresses: MasterAddresses) => (master = addresses),
        clear: () => (master = undefined),
      },
      specialServices: {
        get isRunning() {
          return isRunning
        },
        changeStatus: (shouldRun: boolean) => {
          isRunning = shouldRun
          return Promise.resolve()
        },
      },
      register: () => Promise.resolve(void events.push('registered')),
      retrieveBrokerHaInfo: (masterAddr: string) =>
        Promise.resolve({ masterAddr, haServerAddr: 'm:2' }),
      onActing: () => void events.push('acting'),
      onMasterOnline: () => void events.push('master online'),
    }
    return new MinBroker({ ...deps, clock, logger: SILENT_LOGGER }, isIsolated)
  }

  it('acts when the master has gone, and follows it when it is back', async () => {
    const broker = create()
    await broker.updateMinBroker(ITSELF)
    expect({ isRunning, master, events }).to.deep.equal({
      ...{ isRunning: true, master: undefined, events: ['acting'] },
    })
    await broker.updateMinBroker(ITSELF)
    expect(events).to.deep.equal(['acting'])
    await broker.updateMinBroker(MASTER)
    expect({ isRunning, master }).to.deep.equal({ isRunning: false, master: ADDRESSES })
    expect(events).to.deep.equal(['acting', 'master online'])
    expect(broker.minBrokerIdInGroup).to.equal(0)
  })

  it('takes the address of the replication from the name server where that tells it', async () => {
    const broker = create()
    await broker.updateMinBroker(ITSELF)
    await broker.updateMinBroker({ ...MASTER, haBrokerAddr: 'h:9' })
    expect(master).to.deep.equal({ masterAddr: 'm:1', haServerAddr: 'h:9' })
  })

  it('does nothing as long as another slave has a smaller id', async () => {
    const broker = create({ brokerId: 2 })
    await broker.updateMinBroker(ITSELF)
    expect({ isRunning, master }).to.deep.equal({ isRunning: false, master: undefined })
    await broker.updateMinBroker({ minBrokerId: 2, minBrokerAddr: 't:1' })
    expect(isRunning).to.equal(true)
  })

  it('leaves masters, isolated brokers, and slaves that may not act as they are', async () => {
    for (const options of [
      { brokerId: 0 },
      { isIsolated: true },
      { enableSlaveActingMaster: false },
    ]) {
      await create(options).updateMinBroker(ITSELF)
      expect({ isRunning, master, events }).to.deep.equal({
        ...{ isRunning: false, master: ADDRESSES, events: [] },
      })
    }
  })

  it('goes online with the services of a master, or of a slave that acts', async () => {
    const broker = create({ brokerId: 0, isIsolated: true })
    expect(broker.isIsolated).to.equal(true)
    await broker.startService(0)
    expect({ isRunning, isIsolated: broker.isIsolated, events }).to.deep.equal({
      ...{ isRunning: true, isIsolated: false, events: ['registered'] },
    })
    const slave = create({ isIsolated: true })
    await slave.startService(0)
    expect(isRunning).to.equal(false)
  })

  it('hands over to a master that is about to come back, and goes on when it does not', async () => {
    const broker = create()
    await broker.updateMinBroker(ITSELF)
    await broker.handOver()
    await broker.updateMinBroker(MASTER)
    clock.advance(10_000)
    expect(isRunning).to.equal(false)
    await broker.updateMinBroker(ITSELF)
    await broker.handOver()
    expect(isRunning).to.equal(false)
    clock.advance(9_999)
    expect(isRunning).to.equal(false)
    clock.advance(1)
    expect(isRunning).to.equal(true)
    await broker.stop()
    expect(clock.pendingTimers).to.equal(0)
  })

  it('goes on for a minute after it has handed over in vain, however often it is asked', async () => {
    const broker = create()
    await broker.updateMinBroker(ITSELF)
    let deliveringMs = 0
    for (let ms = 0; ms < 140_000; ms += 200) {
      await broker.handOver()
      if (isRunning) deliveringMs += 200
      clock.advance(200)
    }
    // For 10 s not, for a minute, and that again.
    expect(deliveringMs).to.equal(120_000)
    await broker.handOver()
    expect(isRunning).to.equal(false)
    await broker.stop()
  })

  it('has nothing to hand over when the master is there, or another slave acts', async () => {
    isRunning = true
    for (const [brokerId, change] of [
      [1, MASTER],
      [2, ITSELF],
      [0, MASTER],
    ] as const) {
      const broker = create({ brokerId })
      await broker.updateMinBroker(change)
      isRunning = true
      await broker.handOver()
      expect(isRunning).to.equal(true)
    }
    expect(clock.pendingTimers).to.equal(0)
  })
})
