import { expect } from 'chai'
import { BrokerMemberGroup } from '../../../../lib/broker/slave/broker-member-group.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('the brokers of a group that are alive', () => {
  let clock: SimClock
  let members: ReadonlyMap<number, string> | Error
  let asked: number
  let told: number

  beforeEach(() => {
    clock = new SimClock()
    members = new Map()
    asked = 0
    told = 0
  })

  function create(enableSlaveActingMaster: boolean, lockInStrictMode = false): BrokerMemberGroup {
    const flags = { enableSlaveActingMaster, lockInStrictMode }
    return new BrokerMemberGroup({
      brokerConfig: { brokerId: 0, ...flags, syncBrokerMemberGroupPeriod: 1_000 },
      storeConfig: { totalReplicas: 3 },
      getBrokerMemberGroup: () => {
        asked++
        return members instanceof Error ? Promise.reject(members) : Promise.resolve(members)
      },
      onMembers: () => told++,
      clock,
      logger: new RecordingLogger(),
    })
  }

  it("are nobody's business unless slaves may act as masters", async () => {
    const group = create(false)
    await group.start()
    expect(group.aliveReplicas).to.equal(undefined)
    expect(clock.pendingTimers).to.equal(0)
  })

  it('are totalReplicas at first, then those that the name server names, this broker included', async () => {
    const group = create(true)
    expect(group.aliveReplicas).to.equal(3)
    await group.sync()
    expect(group.aliveReplicas).to.equal(3)
    members = new Map([
      [0, 'a:1'],
      [1, 'b:1'],
    ])
    await group.sync()
    expect(group.aliveReplicas).to.equal(2)
    members = new Map([[1, 'b:1']])
    await group.sync()
    expect(group.aliveReplicas).to.equal(2)
    members = new Map([[0, 'a:1']])
    await group.sync()
    expect(group.aliveReplicas).to.equal(1)
    members = new Error('no name server')
    await group.sync()
    expect(group.aliveReplicas).to.equal(1)
  })

  it('grant locks: then the addresses of the others are known, and nothing else follows', async () => {
    members = new Map([
      [0, 'a:1'],
      [1, 'b:1'],
      [2, 'c:1'],
    ])
    const group = create(false, true)
    await group.start()
    clock.advance(1_000)
    await group.stop()
    expect(group.otherAddresses).to.deep.equal(['b:1', 'c:1'])
    expect([group.aliveReplicas, told]).to.deep.equal([undefined, 0])
  })

  it('are asked for in each period until the broker stops', async () => {
    const group = create(true)
    await group.start()
    clock.advance(999)
    expect(asked).to.equal(0)
    clock.advance(1)
    expect(asked).to.equal(1)
    await group.stop()
    clock.advance(5_000)
    expect(asked).to.equal(1)
    expect(clock.pendingTimers).to.equal(0)
  })
})
