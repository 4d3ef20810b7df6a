import { expect } from 'chai'
import { parseAddress } from '../../../lib/common/address.ts'
import { ConnectAttempt } from '../../../lib/remoting/connect-attempt.ts'
import { RemotingError } from '../../../lib/remoting/index.ts'

describe('addresses of peers', () => {
  const valid: [string, { host: string; port: number }][] = [
    ['127.0.0.1:9876', { host: '127.0.0.1', port: 9876 }],
    ['broker-a.example:10911', { host: 'broker-a.example', port: 10911 }],
    ['[::1]:9876', { host: '::1', port: 9876 }],
    ['fe80:0:0:0:0:0:0:1:9876', { host: 'fe80:0:0:0:0:0:0:1', port: 9876 }],
  ]
  for (const [address, parts] of valid) {
    it(`takes ${address}`, () => {
      expect(parseAddress(address)).to.deep.equal(parts)
    })
  }

  for (const address of ['', 'host', 'host:', ':9876', 'host:0', 'host:65536', 'host:x']) {
    it(`refuses ${JSON.stringify(address)} with RPC_ADDR_IS_NULL`, () => {
      expect(() => new ConnectAttempt(address, 0))
        .to.throw(RemotingError, `${JSON.stringify(address)} is not an address`)
        .with.property('code', -1002)
    })
  }
})
