import { expect } from 'chai'
import { readProxyHeader } from '../../../lib/remoting/proxy-protocol.ts'

const V2 = '0d0a0d0a000d0a515549540a'

describe('readProxyHeader', () => {
  const frame = Buffer.from('000000160000001a', 'hex')

  it('finds none in front of a frame', () => {
    expect(readProxyHeader(frame)).to.equal('none')
  })

  for (const [line, source] of [
    ['PROXY TCP4 192.168.0.1 10.0.0.1 56324 9876\r\n', '192.168.0.1:56324'],
    ['PROXY TCP6 2001:db8::1 ::1 1 2\r\n', '2001:db8:0:0:0:0:0:1:1'],
    ['PROXY UNKNOWN whatever\r\n', undefined],
  ] as const) {
    it(`reads version 1: ${line.trim()}`, () => {
      const header = readProxyHeader(Buffer.concat([Buffer.from(line), frame]))
      if (typeof header === 'string') throw new Error(header)
      expect([header.source?.toString(), header.length]).to.deep.equal([source, line.length])
    })
  }

  it('waits for all of version 1', () => {
    const line = Buffer.from('PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n')
    for (let length = 1; length < line.length; length++) {
      expect(readProxyHeader(line.subarray(0, length)), `${length} bytes`).to.equal('partial')
    }
  })

  for (const [what, hex, source] of [
    ['TCP over IPv4', `${V2}2111000cc0a800010a000001dc042694`, '192.168.0.1:56324'],
    [
      'TCP over IPv6',
      `${V2}21210024${'20010db8000000000000000000000001'.repeat(2)}00010002`,
      '2001:db8:0:0:0:0:0:1:1',
    ],
    ['more fields', `${V2}2111000fc0a800010a000001dc042694040000`, '192.168.0.1:56324'],
    ['the proxy itself', `${V2}20000000`, undefined],
    ['a Unix socket', `${V2}21310002abcd`, undefined],
  ] as const) {
    it(`reads version 2: ${what}`, () => {
      const bytes = Buffer.from(hex, 'hex')
      const header = readProxyHeader(Buffer.concat([bytes, frame]))
      if (typeof header === 'string') throw new Error(header)
      expect([header.source?.toString(), header.length]).to.deep.equal([source, bytes.length])
      for (let length = 1; length < bytes.length; length++) {
        expect(readProxyHeader(bytes.subarray(0, length)), `${length} bytes`).to.equal('partial')
      }
    })
  }

  for (const [what, bytes, message] of [
    ['another protocol', Buffer.from('PROXY UDP4 a b 1 2\r\n'), 'PROXY header: PROXY UDP4'],
    ['no address', Buffer.from('PROXY TCP4 nowhere x 1 2\r\n'), '"nowhere" is not an IP address'],
    ['an absurd port', Buffer.from('PROXY TCP4 1.2.3.4 x 99999 2\r\n'), 'PROXY header: PROXY TCP4'],
    ['no end', Buffer.from(`PROXY ${'x'.repeat(200)}`), 'PROXY header of more than 107 bytes'],
    ['another version', Buffer.from(`${V2}3111000c`, 'hex'), 'version and command 0x31'],
    ['an absurd length', Buffer.from(`${V2}2111ffff`, 'hex'), 'PROXY header of 65551 bytes'],
    ['a length too short', Buffer.from(`${V2}21110004c0a80001`, 'hex'), 'without addresses'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => readProxyHeader(bytes)).to.throw(message)
    })
  }
})
