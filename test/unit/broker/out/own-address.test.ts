import { expect } from 'chai'
import { Host } from '../../../../codec/message/host.ts'
import { OwnAddress } from '../../../../lib/broker/out/own-address.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'

describe('OwnAddress', () => {
  const channel = new FakeChannel({ localHost: Host.of('10.0.0.2', 10911) })

  function addresses(own: OwnAddress): string[] {
    const hosts = [own.storeHost(channel), own.brokerHost()].map((host) => host.toString())
    return [...hosts, own.brokerAddr(channel)]
  }

  function newOwnAddress(config: { brokerIP1: string | undefined }): OwnAddress {
    return new OwnAddress({ config, port: () => 10911, machineAddress: '10.0.0.9' })
  }

  it('is brokerIP1', () => {
    const own = newOwnAddress({ brokerIP1: '10.0.0.1' })
    expect(addresses(own)).to.deep.equal(['10.0.0.1:10911', '10.0.0.1:10911', '10.0.0.1:10911'])
  })

  it('is where the client reached us, or the machine, when brokerIP1 is not set', () => {
    const own = newOwnAddress({ brokerIP1: undefined })
    expect(addresses(own)).to.deep.equal(['10.0.0.2:10911', '10.0.0.9:10911', '10.0.0.2:10911'])
  })

  it('takes a name for brokerIP1 only where it is text', () => {
    const own = newOwnAddress({ brokerIP1: 'broker.test' })
    expect(addresses(own)).to.deep.equal(['10.0.0.2:10911', '10.0.0.9:10911', 'broker.test:10911'])
  })

  it('follows brokerIP1 when it is changed', () => {
    const config = { brokerIP1: '10.0.0.1' }
    const own = newOwnAddress(config)
    addresses(own)
    config.brokerIP1 = '10.0.0.5'
    expect(addresses(own)).to.deep.equal(['10.0.0.5:10911', '10.0.0.5:10911', '10.0.0.5:10911'])
  })
})
