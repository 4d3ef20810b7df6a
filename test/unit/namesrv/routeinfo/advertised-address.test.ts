import { expect } from 'chai'
import { Host } from '../../../../codec/message/host.ts'
import {
  AdvertisedAddress,
  isOnThisMachine,
} from '../../../../lib/namesrv/routeinfo/advertised-address.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { RouteFixture } from '../../../helpers/namesrv.ts'

describe('isOnThisMachine', () => {
  const cases: [string, string, boolean][] = [
    ['127.0.0.1', '127.0.0.1', true],
    ['127.1.2.3', '127.0.0.1', true],
    ['::1', '::1', true],
    ['::ffff:127.0.0.1', '127.0.0.1', true],
    ['192.168.1.5', '192.168.1.5', true],
    ['fe80::5', 'fe80::5', true],
    ['192.168.1.6', '192.168.1.5', false],
    ['fe80::6', 'fe80::5', false],
  ]
  for (const [remote, local, expected] of cases) {
    it(`says ${expected} of a peer at ${remote} that reached us at ${local}`, () => {
      const channel = new FakeChannel({
        remoteHost: Host.of(remote, 40000),
        localHost: Host.of(local, 9876),
      })
      expect(isOnThisMachine(channel)).to.equal(expected)
    })
  }
})

describe('AdvertisedAddress', () => {
  function route(ownHost: Host, addrFollowsClient: boolean) {
    const fixture = new RouteFixture()
    fixture.register({ addrFollowsClient, filterServers: ['f:1'] })
    fixture.registerSlave(1)
    const found = fixture.routeInfo.pickupTopicRouteData('T1')
    if (found === undefined) throw new Error('no route')
    return new AdvertisedAddress(fixture.tables.brokerLives).ofRoute(found, ownHost)
  }

  it('replaces the IP and keeps the port, of brokers that follow the client only', () => {
    const { brokerDatas, filterServerTable } = route(Host.of('192.168.1.5', 9876), true)
    expect(brokerDatas[0]?.brokerAddrs).to.deep.equal(
      new Map([
        [0, '192.168.1.5:10911'],
        [1, '10.0.0.2:10911'],
      ]),
    )
    expect(filterServerTable).to.deep.equal(new Map([['192.168.1.5:10911', ['f:1']]]))
  })

  it('puts IPv6 addresses into brackets', () => {
    const { brokerDatas } = route(Host.of('fd00::5', 9876), true)
    expect(brokerDatas[0]?.brokerAddrs.get(0)).to.equal('[fd00:0:0:0:0:0:0:5]:10911')
  })

  it('leaves other addresses as they were registered', () => {
    const { brokerDatas, filterServerTable } = route(Host.of('192.168.1.5', 9876), false)
    expect(brokerDatas[0]?.brokerAddrs.get(0)).to.equal('10.0.0.1:10911')
    expect([...filterServerTable.keys()]).to.deep.equal(['10.0.0.1:10911'])
  })
})
