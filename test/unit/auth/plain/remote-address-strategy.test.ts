import { expect } from 'chai'
import { AclError } from '../../../../lib/auth/plain/acl-error.ts'
import { remoteAddressStrategy } from '../../../../lib/auth/plain/remote-address-strategy.ts'

describe('white lists of addresses', () => {
  const cases: [text: string, matching: string[], others: string[]][] = [
    ['', [], ['127.0.0.1']],
    ['*', ['127.0.0.1', 'fe80::1'], []],
    ['*.*.*.*', ['10.0.0.1'], []],
    ['10.10.103.17', ['10.10.103.17'], ['10.10.103.18', 'fe80::1']],
    ['10.0.0.1,10.0.0.3', ['10.0.0.1', '10.0.0.3'], ['10.0.0.2']],
    ['10.0.0.{1,3}', ['10.0.0.1', '10.0.0.3'], ['10.0.0.2', '10.0.0.13']],
    ['192.168.0.*', ['192.168.0.0', '192.168.0.255'], ['192.168.1.1']],
    ['192.168.*.*', ['192.168.7.8'], ['192.169.7.8']],
    ['192.168.10-20.*', ['192.168.10.1', '192.168.20.9'], ['192.168.9.1', '192.168.21.1']],
    ['192.168.0.10-20', ['192.168.0.10', '192.168.0.20'], ['192.168.0.9', '192.168.0.21']],
    ['fe80::1', ['fe80::1', 'FE80:0:0:0:0:0:0:1'], ['fe80::2', '0.0.0.1']],
    ['fe80::{1,a}', ['fe80::1', 'fe80::A'], ['fe80::2']],
    ['fe80::5:*', ['fe80::5:7', 'fe80::5:ffff'], ['fe80::6:7']],
    ['fe80::5:1-20', ['fe80::5:1', 'fe80::5:20'], ['fe80::5:21', 'fe80::5:0']],
    ['fe80::5:1-20:*', ['fe80::5:1f:9'], ['fe80::5:21:9']],
  ]
  for (const [text, matching, others] of cases) {
    it(`${text || '(empty)'} matches ${matching.join(' ') || 'nobody'}`, () => {
      const isWhite = remoteAddressStrategy(text)
      expect(matching.filter((address) => !isWhite(address))).to.deep.equal([])
      expect(others.filter((address) => isWhite(address))).to.deep.equal([])
    })
  }

  for (const text of [
    ...['localhost', '10.0.0', '10.0.0.256', '10.0.0.{1', '10.0.{1,2}', '10.0.0.1,x', '1-2.0.0.1'],
    ...['10.0.0.20-10', '10.0.0.-5', '10.300.*.*', 'fe80:*:1', 'fe80::1-g', 'fe80::5:20-1'],
  ]) {
    it(`${text} is refused`, () => {
      expect(() => remoteAddressStrategy(text)).to.throw(AclError)
    })
  }
})
