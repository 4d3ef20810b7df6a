import { expect } from 'chai'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import {
  registration,
  RouteFixture,
  staticTopic,
  topicConfig,
  topics,
  version,
} from '../../../helpers/namesrv.ts'

describe('RouteInfoManager#registerBroker', () => {
  it('enters cluster, address and queues of a master', () => {
    const fixture = new RouteFixture()
    expect(fixture.register()).to.deep.equal({})
    const { brokerAddrs, clusterAddrs, topicQueues } = fixture.tables
    expect(brokerAddrs.get('broker-a')).to.deep.equal({
      cluster: 'C',
      brokerName: 'broker-a',
      brokerAddrs: new Map([[0, '10.0.0.1:10911']]),
      enableActingMaster: false,
      zoneName: undefined,
    })
    expect([...clusterAddrs.all]).to.deep.equal([['C', new Set(['broker-a'])]])
    expect(topicQueues.topics).to.deep.equal(['T1', 'T2'])
    expect(topicQueues.queuesOf('T1')?.get('broker-a')).to.deep.equal({
      brokerName: 'broker-a',
      perm: 6,
      readQueueNums: 4,
      writeQueueNums: 4,
      topicSysFlag: 0,
    })
  })

  it('refuses a single topic of a broker id that is not registered, and changes nothing', () => {
    const fixture = new RouteFixture()
    expect(fixture.register({ topicConfigs: topics('T1') })).to.equal(undefined)
    expect(fixture.tables.brokerAddrs.all.size).to.equal(0)
    expect(fixture.tables.clusterAddrs.all.size).to.equal(0)
    expect(fixture.tables.topicQueues.topics).to.deep.equal([])
    expect(fixture.tables.brokerLives.size).to.equal(0)
  })

  it('takes a single topic of a registered broker as an addition', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.register({ topicConfigs: topics('T3'), dataVersion: version(2) })
    expect(fixture.tables.topicQueues.topics).to.deep.equal(['T1', 'T2', 'T3'])
  })

  it('changes queues only when the data version differs, but adds topics it has not seen', () => {
    const fixture = new RouteFixture()
    fixture.register()
    const changed = new Map([
      ['T1', topicConfig('T1', { readQueueNums: 8 })],
      ['T3', topicConfig('T3')],
    ])
    fixture.register({ topicConfigs: changed })
    const queues = () => fixture.tables.topicQueues.queuesOf('T1')?.get('broker-a')
    expect(queues()?.readQueueNums).to.equal(4)
    expect(fixture.tables.topicQueues.has('T3', 'broker-a')).to.equal(true)
    fixture.register({ topicConfigs: changed, dataVersion: version(2) })
    expect(queues()?.readQueueNums).to.equal(8)
  })

  for (const dataVersion of [version(2), version(1, 1), { ...version(1), timestamp: 1001 }]) {
    it(`takes ${JSON.stringify(dataVersion)} for another version`, () => {
      const fixture = new RouteFixture()
      fixture.register()
      const { routeInfo } = fixture
      expect(routeInfo.isBrokerTopicConfigChanged(registration(), version(1))).to.equal(false)
      expect(routeInfo.isBrokerTopicConfigChanged(registration(), dataVersion)).to.equal(true)
    })
  }

  it('moves an address that comes under another id', () => {
    const fixture = new RouteFixture()
    fixture.registerSlave(1, { brokerAddr: '10.0.0.9:10911' })
    fixture.register({ brokerAddr: '10.0.0.9:10911' })
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.9:10911' })
  })

  it('gives an id to a new address when its state is as new as the known one', () => {
    const fixture = new RouteFixture()
    fixture.register({ dataVersion: version(1, 3) })
    expect(
      fixture.register({ brokerAddr: '10.0.0.9:10911', dataVersion: version(1, 3) }),
    ).to.deep.equal({})
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.9:10911' })
  })

  it('ignores a new address when the known one has a newer state', () => {
    const fixture = new RouteFixture()
    const late = '10.0.0.9:10911'
    fixture.register({ dataVersion: version(1, 3) })
    fixture.registerSlave(1, { brokerAddr: late })
    expect(fixture.register({ brokerAddr: late, dataVersion: version(1, 2) })).to.deep.equal({})
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
    expect(fixture.tables.brokerLives.get({ clusterName: 'C', brokerAddr: late })).to.equal(
      undefined,
    )
  })

  it('takes an older state from the same address', () => {
    const fixture = new RouteFixture()
    fixture.register({ dataVersion: version(1, 3) })
    fixture.register({ dataVersion: version(1, 2), topicConfigs: topics('T3', 'T4') })
    expect(fixture.tables.topicQueues.has('T3', 'broker-a')).to.equal(true)
  })

  it('tells a slave where its master is, once that is alive', () => {
    const fixture = new RouteFixture()
    expect(fixture.registerSlave(1)).to.deep.equal({})
    fixture.register()
    expect(fixture.registerSlave(1)).to.deep.equal({
      masterAddr: '10.0.0.1:10911',
      haServerAddr: '10.0.0.1:10912',
    })
  })

  it('takes queues from a master and from the prime slave, not from other slaves', () => {
    const fixture = new RouteFixture()
    fixture.registerSlave(2, { topicConfigs: topics('A', 'B') })
    fixture.registerSlave(3, { topicConfigs: topics('C', 'D') })
    expect(fixture.tables.topicQueues.topics).to.deep.equal(['A', 'B'])
  })

  it('takes no queues from a slave that is older than the acting master', () => {
    const fixture = new RouteFixture()
    fixture.registerSlave(1, { enableActingMaster: undefined })
    expect(fixture.tables.topicQueues.topics).to.deep.equal([])
  })

  it('takes write permission from the queues of an acting master only', () => {
    const plain = new RouteFixture()
    plain.registerSlave(1)
    expect(plain.perm('T1')).to.equal(6)
    const acting = new RouteFixture()
    acting.registerSlave(1, { enableActingMaster: true })
    expect(acting.perm('T1')).to.equal(4)
    acting.register({ enableActingMaster: true })
    expect(acting.perm('T1')).to.equal(6)
  })

  it('keeps filter servers until an empty list comes; a body without a list changes nothing', () => {
    const fixture = new RouteFixture()
    const filterServers = () => fixture.tables.filterServers.get(registration())
    fixture.register({ filterServers: ['10.0.0.1:30000'] })
    fixture.register({ filterServers: undefined })
    expect(filterServers()).to.deep.equal(['10.0.0.1:30000'])
    fixture.register({ filterServers: [] })
    expect(filterServers()).to.equal(undefined)
  })

  it('keeps the mapping of static topics when the version differs', () => {
    const fixture = new RouteFixture()
    const epochOf = () => fixture.tables.topicQueueMappings.mappingsOf('S')?.get('broker-a')?.epoch
    const mapped = (epoch: number) => new Map([['S', staticTopic('S', 'broker-a', epoch)]])
    fixture.register({ topicQueueMappings: mapped(1) })
    fixture.register({ topicQueueMappings: mapped(2) })
    expect(epochOf()).to.equal(1)
    fixture.register({ topicQueueMappings: mapped(2), dataVersion: version(2) })
    expect(epochOf()).to.equal(2)
  })

  it('keeps a mapping under the broker name that it says', () => {
    const fixture = new RouteFixture()
    fixture.register({ topicQueueMappings: new Map([['S', staticTopic('S', 'broker-x')]]) })
    const mappings = fixture.tables.topicQueueMappings.mappingsOf('S')
    expect([...(mappings?.keys() ?? [])]).to.deep.equal(['broker-x'])
  })

  it('keeps topics that are no longer registered', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.register({ topicConfigs: topics('T2', 'T3'), dataVersion: version(2) })
    expect(fixture.tables.topicQueues.topics).to.deep.equal(['T1', 'T2', 'T3'])
  })

  it('deletes them with deleteTopicWithBrokerRegistration, unless there are static topics', () => {
    const fixture = new RouteFixture({ deleteTopicWithBrokerRegistration: 'true' })
    fixture.register()
    fixture.register({
      brokerName: 'broker-b',
      brokerAddr: '10.0.0.5:10911',
      channel: new FakeChannel(),
    })
    const topicQueueMappings = new Map([['S', staticTopic('S', 'broker-a')]])
    fixture.register({ topicConfigs: topics('T2', 'T3'), topicQueueMappings })
    expect(fixture.tables.topicQueues.has('T1', 'broker-a')).to.equal(true)
    fixture.register({ topicConfigs: topics('T2', 'T3') })
    expect(fixture.tables.topicQueues.has('T1', 'broker-a')).to.equal(false)
    expect(fixture.tables.topicQueues.has('T1', 'broker-b')).to.equal(true)
  })
})
