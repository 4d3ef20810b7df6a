import { expect } from 'chai'
import { Host } from '../../../codec/message/host.ts'
import {
  hostAndPort,
  isLoopback,
  isWildcard,
  localAddresses,
  selectLocalAddress,
} from '../../../lib/common/local-address.ts'

function addresses(...texts: string[]) {
  return texts.map((address) => ({ address, isIPv6: address.includes(':') }))
}

describe("the machine's address", () => {
  const cases: [why: string, addresses: string[], chosen: string][] = [
    ['the first public IPv4', ['10.0.0.1', '198.51.100.1', '198.51.100.2'], '198.51.100.1'],
    ['the last private IPv4', ['fd00::1', '10.0.0.1', '172.16.0.1', '192.168.0.1'], '192.168.0.1'],
    ['a public IPv6 before a link-local one', ['fe80::1', '2001:db8::1'], '2001:db8::1'],
    ['a private IPv6 when there is no other', ['fe80::1'], 'fe80::1'],
    ['loopback when there is none', [], '127.0.0.1'],
  ]
  for (const [why, found, chosen] of cases) {
    it(`is ${why}`, () => {
      expect(selectLocalAddress(addresses(...found))).to.equal(chosen)
    })
  }

  it('is never one of a bridge', () => {
    expect(localAddresses({ exists: () => true })).to.deep.equal([])
  })
})

describe('addresses', () => {
  it('are told apart: loopback, every interface, others', () => {
    const kinds = (address: string) => {
      const host = Host.of(address, 1)
      return [isLoopback(host), isWildcard(host)]
    }
    for (const address of ['127.0.0.1', '127.1.2.3', '::1']) {
      expect(kinds(address), address).to.deep.equal([true, false])
    }
    for (const address of ['0.0.0.0', '::']) {
      expect(kinds(address), address).to.deep.equal([false, true])
    }
    for (const address of ['10.0.0.1', 'fe80::1']) {
      expect(kinds(address), address).to.deep.equal([false, false])
    }
  })

  it('are put before their port, IPv6 in brackets', () => {
    expect(hostAndPort('10.0.0.1', 80)).to.equal('10.0.0.1:80')
    expect(hostAndPort('::1', 80)).to.equal('[::1]:80')
    expect(hostAndPort('[::1]', 80)).to.equal('[::1]:80')
  })
})
