import { expect } from 'chai'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { registration, RouteFixture } from '../../../helpers/namesrv.ts'

const OTHER = { brokerName: 'broker-b', brokerAddr: '10.0.0.5:10911' }

describe('RouteInfoManager#submitUnRegisterBrokerRequest', () => {
  it('removes a broker, its name, its cluster and the topics that nobody else has', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.register({ ...OTHER, clusterName: 'D', channel: new FakeChannel() })
    fixture.unregister()
    expect([...fixture.tables.brokerAddrs.all.keys()]).to.deep.equal(['broker-b'])
    expect([...fixture.tables.clusterAddrs.all.keys()]).to.deep.equal(['D'])
    expect([...(fixture.tables.topicQueues.queuesOf('T1')?.keys() ?? [])]).to.deep.equal([
      'broker-b',
    ])
    fixture.unregister({ ...OTHER, clusterName: 'D' })
    expect(fixture.tables.topicQueues.topics).to.deep.equal([])
    expect(fixture.tables.brokerLives.size).to.equal(0)
  })

  it('removes its filter servers', () => {
    const fixture = new RouteFixture()
    fixture.register({ filterServers: ['f:1'] })
    fixture.unregister()
    expect(fixture.tables.filterServers.get(registration())).to.equal(undefined)
  })

  it('keeps write permission while the master is there', () => {
    const fixture = new RouteFixture()
    fixture.register({ enableActingMaster: true })
    fixture.registerSlave(1, { enableActingMaster: true })
    fixture.unregister({ brokerId: 1, brokerAddr: '10.0.0.2:10911' })
    expect(fixture.perm('T1')).to.equal(6)
  })

  it('keeps the name while a slave is left', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.registerSlave(1)
    fixture.unregister()
    expect(fixture.addrs()).to.deep.equal({ 1: '10.0.0.2:10911' })
    expect(fixture.perm('T1')).to.equal(6)
  })

  it('takes write permission from queues that have lost their master, with acting masters', () => {
    const fixture = new RouteFixture()
    fixture.register({ enableActingMaster: true })
    fixture.registerSlave(1, { enableActingMaster: true })
    fixture.unregister()
    expect(fixture.perm('T1')).to.equal(4)
  })

  it('does nothing for a broker that it does not know', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.unregister({ brokerName: 'nobody', brokerAddr: '10.9.9.9:1' })
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
    expect(fixture.perm('T1')).to.equal(6)
  })

  it('refuses more than unRegisterBrokerQueueCapacity in a batch', () => {
    const { routeInfo, clock } = new RouteFixture({ unRegisterBrokerQueueCapacity: '2' })
    expect(routeInfo.submitUnRegisterBrokerRequest(registration())).to.equal(true)
    expect(routeInfo.submitUnRegisterBrokerRequest(registration())).to.equal(true)
    expect(routeInfo.submitUnRegisterBrokerRequest(registration())).to.equal(false)
    clock.advance(0)
    expect(routeInfo.submitUnRegisterBrokerRequest(registration())).to.equal(true)
  })

  it('does not undo the registration of a broker that comes straight back', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.routeInfo.submitUnRegisterBrokerRequest(registration())
    fixture.register()
    fixture.clock.advance(0)
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
  })
})

describe('RouteInfoManager, liveness', () => {
  it('drops a broker at once when its connection closes', () => {
    const fixture = new RouteFixture()
    const channel = new FakeChannel()
    fixture.register({ channel })
    fixture.routeInfo.onChannelDestroy(new FakeChannel({ id: 2 }))
    fixture.clock.advance(0)
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
    fixture.routeInfo.onChannelDestroy(channel)
    fixture.clock.advance(0)
    expect(fixture.addrs()).to.deep.equal({})
    expect(fixture.tables.topicQueues.topics).to.deep.equal([])
  })

  it('tells brokers of two clusters with the same address apart', () => {
    const fixture = new RouteFixture()
    const channel = new FakeChannel()
    fixture.register()
    fixture.register({ clusterName: 'D', brokerName: 'broker-d', channel })
    fixture.routeInfo.onChannelDestroy(channel)
    fixture.clock.advance(0)
    expect([...fixture.tables.brokerAddrs.all.keys()]).to.deep.equal(['broker-a'])
  })

  it('drops all brokers of a container when their connection closes', () => {
    const fixture = new RouteFixture()
    const channel = new FakeChannel()
    fixture.register({ channel })
    fixture.register({ ...OTHER, channel })
    fixture.routeInfo.onChannelDestroy(channel)
    fixture.clock.advance(0)
    expect(fixture.tables.brokerAddrs.all.size).to.equal(0)
  })

  it('keeps a broker that has registered over a new connection', () => {
    const fixture = new RouteFixture()
    const old = new FakeChannel()
    fixture.register({ channel: old })
    fixture.register({ channel: new FakeChannel({ id: 2 }) })
    fixture.routeInfo.onChannelDestroy(old)
    fixture.clock.advance(0)
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
  })

  it('drops a broker that was silent for more than 120 s, and closes its connection', () => {
    const fixture = new RouteFixture()
    const channel = new FakeChannel()
    fixture.routeInfo.start()
    fixture.register({ channel })
    fixture.clock.advance(120_000)
    expect(channel.isOpen).to.equal(true)
    fixture.clock.advance(5_000)
    expect(channel.isOpen).to.equal(false)
    expect(fixture.addrs()).to.deep.equal({})
    fixture.routeInfo.stop()
    expect(fixture.clock.pendingTimers).to.equal(0)
  })

  it('obeys the time-out that a broker names, and its heartbeats', () => {
    const fixture = new RouteFixture({ scanNotActiveBrokerInterval: '1000' })
    fixture.routeInfo.start()
    fixture.register({ heartbeatTimeoutMs: 10_000 })
    fixture.clock.advance(8_000)
    fixture.routeInfo.updateBrokerInfoUpdateTimestamp(registration())
    fixture.clock.advance(10_000)
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
    fixture.clock.advance(1_000)
    expect(fixture.addrs()).to.deep.equal({})
    fixture.routeInfo.stop()
  })

  it('forgets an expired process whose id another one has taken over', () => {
    const fixture = new RouteFixture()
    fixture.routeInfo.start()
    fixture.register({ filterServers: ['f:1'] })
    fixture.clock.advance(100_000)
    fixture.register({ brokerAddr: '10.0.0.9:10911', channel: new FakeChannel() })
    fixture.clock.advance(25_000)
    expect(fixture.tables.brokerLives.get(registration())).to.equal(undefined)
    expect(fixture.tables.filterServers.get(registration())).to.equal(undefined)
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.9:10911' })
    fixture.routeInfo.stop()
  })
})

describe('RouteInfoManager, notification of the smallest broker id', () => {
  const fields = (fixture: RouteFixture) =>
    fixture.sent.map(({ address, request }) => [address, request.code, request.extFields])

  it('tells the others when a broker with a smaller id registers', () => {
    const fixture = new RouteFixture({ notifyMinBrokerIdChanged: 'true' })
    fixture.registerSlave(1)
    fixture.registerSlave(2)
    expect(fixture.sent).to.deep.equal([])
    fixture.register()
    const change = {
      minBrokerId: '0',
      minBrokerAddr: '10.0.0.1:10911',
      haBrokerAddr: '10.0.0.1:10912',
    }
    expect(fields(fixture)).to.deep.equal([
      ['10.0.0.2:10911', 905, change],
      ['10.0.0.3:10911', 905, change],
    ])
    expect(fixture.sent[0]?.request.isOneway).to.equal(true)
  })

  it('tells a broker that is alone of its own smaller id', () => {
    const fixture = new RouteFixture({ notifyMinBrokerIdChanged: 'true' })
    const brokerAddr = '10.0.0.3:10911'
    fixture.registerSlave(2, { brokerAddr })
    fixture.registerSlave(1, { brokerAddr })
    expect(fixture.sent.map(({ address }) => address)).to.deep.equal([brokerAddr])
  })

  it('tells nobody when a broker registers again', () => {
    const fixture = new RouteFixture({ notifyMinBrokerIdChanged: 'true' })
    fixture.register()
    fixture.registerSlave(1)
    fixture.register()
    expect(fixture.sent).to.deep.equal([])
  })

  it('tells those that are left when the smallest id goes, with acting masters', () => {
    const fixture = new RouteFixture({ notifyMinBrokerIdChanged: 'true' })
    fixture.register({ enableActingMaster: true })
    fixture.registerSlave(1, { enableActingMaster: true })
    fixture.unregister()
    const change = {
      minBrokerId: '1',
      minBrokerAddr: '10.0.0.2:10911',
      offlineBrokerAddr: '10.0.0.1:10911',
    }
    expect(fields(fixture)).to.deep.equal([['10.0.0.2:10911', 905, change]])
  })

  it('tells nobody without acting masters, without the option, or when a greater id goes', () => {
    const plain = new RouteFixture({ notifyMinBrokerIdChanged: 'true' })
    plain.register()
    plain.registerSlave(1)
    plain.unregister()
    const off = new RouteFixture()
    off.registerSlave(1, { enableActingMaster: true })
    off.register({ enableActingMaster: true })
    const greater = new RouteFixture({ notifyMinBrokerIdChanged: 'true' })
    greater.register({ enableActingMaster: true })
    greater.registerSlave(1, { enableActingMaster: true })
    greater.unregister({ brokerId: 1, brokerAddr: '10.0.0.2:10911' })
    expect([...plain.sent, ...off.sent, ...greater.sent]).to.deep.equal([])
  })
})
