import { expect } from 'chai'
import { BrokerPreOnlineService } from '../../../../lib/broker/slave/broker-pre-online-service.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('BrokerPreOnlineService', () => {
  let clock: SimClock
  let events: string[]
  let members: ReadonlyMap<number, string> | Error
  let connected: Set<string | undefined>
  let isIsolated: boolean
  let service: BrokerPreOnlineService

  beforeEach(() => {
    clock = new SimClock()
    events = []
    members = new Map()
    connected = new Set()
    isIsolated = true
  })
  afterEach(async () => {
    await service.stop()
    expect(clock.pendingTimers).to.equal(0)
  })

  async function start(brokerId: number): Promise<void> {
    service = new BrokerPreOnlineService({
      brokerConfig: { brokerId },
      minBroker: {
        get isIsolated() {
          return isIsolated
        },
        startService: (minBrokerId) => {
          isIsolated = false
          events.push(`online ${minBrokerId}`)
          return Promise.resolve()
        },
      },
      haService: () => ({
        isConnected: (ip) => connected.has(ip),
        updateHaMasterAddress: (address) => void events.push(`follow ${address}`),
      }),
      getBrokerMemberGroup: () =>
        members instanceof Error ? Promise.reject(members) : Promise.resolve(members),
      retrieveBrokerHaInfo: (masterAddr) => Promise.resolve({ masterAddr, haServerAddr: 'ha:1' }),
      sendBrokerHaInfo: (slaveAddr) => Promise.resolve(void events.push(`tell ${slaveAddr}`)),
      syncMetadataReverse: (slaveAddr) => Promise.resolve(void events.push(`take ${slaveAddr}`)),
      clock,
      logger: SILENT_LOGGER,
    })
    await service.start()
    await settle()
  }

  async function later(): Promise<void> {
    events = []
    clock.advance(200)
    await settle()
  }

  it('brings a broker online at once that is alone', async () => {
    members = new Map([[0, '10.0.0.1:1']])
    await start(0)
    expect(events).to.deep.equal(['online 0'])
  })

  it('does nothing for a broker that is not isolated', async () => {
    isIsolated = false
    await start(0)
    expect(events).to.deep.equal([])
  })

  it('waits for a name server', async () => {
    members = new Error('no name server')
    await start(1)
    await later()
    expect(events).to.deep.equal([])
    members = new Map()
    await later()
    expect(events).to.deep.equal(['online 1'])
  })

  it('lets a master take over from its slaves when each of them follows it', async () => {
    members = new Map([
      [2, 'slave-two:1'],
      [1, '10.0.0.2:1'],
    ])
    await start(0)
    const tell = ['tell slave-two:1', 'tell 10.0.0.2:1']
    expect(events).to.deep.equal(tell)
    connected.add('10.0.0.2')
    await later()
    expect(events).to.deep.equal(tell)
    // A name tells nothing of the address from which a slave connects.
    connected.add(undefined)
    await later()
    expect(events).to.deep.equal([...tell, 'take slave-two:1', 'take 10.0.0.2:1', 'online 0'])
  })

  it('lets a slave follow the master first', async () => {
    members = new Map([[0, '10.0.0.1:1']])
    await start(1)
    expect(events).to.deep.equal(['follow ha:1'])
    connected.add(undefined)
    await later()
    expect(events).to.deep.equal(['follow ha:1', 'online 0'])
  })

  it('lets a slave act whose group has no master', async () => {
    members = new Map([[2, '10.0.0.3:1']])
    await start(1)
    expect(events).to.deep.equal(['online 1'])
  })
})
