import { expect } from 'chai'
import type { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import { filterByZone } from '../../../../lib/namesrv/routeinfo/zone-route.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { RouteFixture, topics } from '../../../helpers/namesrv.ts'

const SUPPORT = { supportActingMaster: 'true' }
const ACTING = { enableActingMaster: true }
const OTHER = { brokerName: 'broker-b', brokerAddr: '10.0.0.5:10911' }

function addrs(route: TopicRouteData | undefined): Record<string, string>[] {
  return route?.brokerDatas.map((broker) => Object.fromEntries(broker.brokerAddrs)) ?? []
}

describe('RouteInfoManager#pickupTopicRouteData', () => {
  it('gives brokers, queues and the filter servers of their addresses', () => {
    const fixture = new RouteFixture()
    fixture.register({ filterServers: ['f:1', 'f:2'] })
    fixture.registerSlave(1)
    fixture.register({ ...OTHER, channel: new FakeChannel() })
    const route = fixture.routeInfo.pickupTopicRouteData('T1')
    expect(addrs(route)).to.deep.equal([
      { 0: '10.0.0.1:10911', 1: '10.0.0.2:10911' },
      { 0: '10.0.0.5:10911' },
    ])
    expect(route?.queueDatas.map((queues) => queues.brokerName)).to.deep.equal([
      'broker-a',
      'broker-b',
    ])
    expect(route?.filterServerTable).to.deep.equal(new Map([['10.0.0.1:10911', ['f:1', 'f:2']]]))
    expect(route?.topicQueueMappingByBroker).to.equal(undefined)
  })

  it('gives a copy', () => {
    const fixture = new RouteFixture()
    fixture.register()
    fixture.routeInfo.pickupTopicRouteData('T1')?.brokerDatas[0]?.brokerAddrs.clear()
    expect(fixture.addrs()).to.deep.equal({ 0: '10.0.0.1:10911' })
  })

  it('knows nothing of topics that nobody has', () => {
    expect(new RouteFixture().routeInfo.pickupTopicRouteData('T1')).to.equal(undefined)
  })

  describe('without a master', () => {
    function withoutMaster(entries: Record<string, string>, topic = 'T1', acting = ACTING) {
      const fixture = new RouteFixture(entries)
      fixture.register({ ...acting, topicConfigs: topics(topic, 'T2') })
      fixture.registerSlave(2, acting)
      fixture.registerSlave(3, acting)
      fixture.unregister()
      return addrs(fixture.routeInfo.pickupTopicRouteData(topic))
    }
    const asTheyAre = [{ 2: '10.0.0.3:10911', 3: '10.0.0.4:10911' }]

    it('shows the smallest slave as master of queues that cannot be written to', () => {
      expect(withoutMaster(SUPPORT)).to.deep.equal([{ 0: '10.0.0.3:10911', 3: '10.0.0.4:10911' }])
    })

    it('shows slaves as they are without supportActingMaster or enableActingMaster', () => {
      expect(withoutMaster({})).to.deep.equal(asTheyAre)
      expect(withoutMaster(SUPPORT, 'T1', { enableActingMaster: false })).to.deep.equal(asTheyAre)
    })

    it('shows slaves as they are to brokers that look for their group', () => {
      const topic = 'rmq_sys_SYNC_BROKER_MEMBER_broker-a'
      expect(withoutMaster(SUPPORT, topic)).to.deep.equal(asTheyAre)
    })

    it('shows slaves as they are while the queues can be written to', () => {
      const fixture = new RouteFixture(SUPPORT)
      fixture.registerSlave(2, ACTING)
      fixture.routeInfo.addWritePermOfBroker('broker-a')
      const route = fixture.routeInfo.pickupTopicRouteData('T1')
      expect(addrs(route)).to.deep.equal([{ 2: '10.0.0.3:10911' }])
    })
  })
})

describe('filterByZone', () => {
  const inZone = { __ZONE_MODE: 'true', __ZONE_NAME: 'Z1' }

  function names(extFields: Record<string, string>): string[][] {
    const fixture = new RouteFixture()
    fixture.register({ zoneName: 'z1', filterServers: ['f:1'] })
    fixture.register({
      ...OTHER,
      zoneName: 'z2',
      filterServers: ['f:2'],
      channel: new FakeChannel(),
    })
    fixture.registerSlave(1, { brokerName: 'broker-c', zoneName: 'z2' })
    const found = fixture.routeInfo.pickupTopicRouteData('T1')
    if (found === undefined) throw new Error('no route')
    const route = filterByZone(found, extFields)
    return [
      route.brokerDatas.map((broker) => broker.brokerName),
      route.queueDatas.map((queues) => queues.brokerName),
      [...route.filterServerTable.keys()],
    ]
  }

  it('keeps the brokers of the zone and those without a master', () => {
    const near = ['broker-a', 'broker-c']
    expect(names(inZone)).to.deep.equal([near, near, ['10.0.0.1:10911']])
  })

  it('keeps all for clients that are not in zone mode or name no zone', () => {
    const all = ['broker-a', 'broker-b', 'broker-c']
    for (const extFields of [
      {},
      { __ZONE_NAME: 'Z1' },
      { __ZONE_MODE: 'true', __ZONE_NAME: ' ' },
    ]) {
      expect(names(extFields)[0]).to.deep.equal(all)
    }
  })
})
