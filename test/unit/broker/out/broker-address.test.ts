import { expect } from 'chai'
import { Host } from '../../../../codec/message/host.ts'
import { BrokerAddress } from '../../../../lib/broker/out/broker-address.ts'

function create(settings: { brokerIP1?: string; brokerIP2?: string; bound?: string }) {
  return new BrokerAddress({
    config: { brokerIP1: settings.brokerIP1, brokerIP2: settings.brokerIP2 },
    listenAddress: () => Host.of(settings.bound ?? '0.0.0.0', 10911),
    haListenPort: () => 10912,
    machineAddress: () => '192.0.2.7',
  })
}

const LOOPBACK = Host.of('127.0.0.1', 40000)
const LAN = Host.of('10.0.0.5', 40000)

describe('BrokerAddress', () => {
  it('is brokerIP1 and brokerIP2 where they are set', () => {
    expect(create({ brokerIP1: 'mq.example', brokerIP2: '10.1.1.1' }).towards(LAN)).to.deep.equal({
      brokerAddr: 'mq.example:10911',
      haServerAddr: '10.1.1.1:10912',
      isAuto: false,
    })
  })

  it('is the local end of the connection to a name server elsewhere', () => {
    expect(create({}).towards(LAN)).to.deep.equal({
      brokerAddr: '10.0.0.5:10911',
      haServerAddr: '10.0.0.5:10912',
      isAuto: true,
    })
  })

  it("is the machine's own towards a name server on loopback", () => {
    expect(create({}).towards(LOOPBACK).brokerAddr).to.equal('192.0.2.7:10911')
  })

  it('is the address that the broker is bound to, which no name server may replace', () => {
    const address = create({ bound: '127.0.0.1' }).towards(LOOPBACK)
    expect(address.brokerAddr).to.equal('127.0.0.1:10911')
    expect(address.isAuto).to.equal(false)
  })

  it('follows the client when it is bound to every interface of both kinds', () => {
    const address = create({ bound: '::' }).towards(LAN)
    expect(address.brokerAddr).to.equal('10.0.0.5:10911')
    expect(address.isAuto).to.equal(true)
  })

  it('has IPv6 hosts in brackets', () => {
    const address = create({}).towards(Host.of('2001:db8::5', 40000))
    expect(address.brokerAddr).to.equal('[2001:db8:0:0:0:0:0:5]:10911')
  })
})
