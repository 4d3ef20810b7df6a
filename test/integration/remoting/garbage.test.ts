import { expect } from 'chai'
import fc from 'fast-check'
import { encodeFrame } from '../../../codec/frame.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { RawClient } from '../../helpers/remoting.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { until } from '../../helpers/until.ts'

const ECHO = 1
const SEED = 20_250_101

describe('garbage on a connection', () => {
  let fixture: ServerFixture
  let good: RawClient

  beforeEach(async () => {
    fixture = new ServerFixture()
    fixture.dispatcher.registerProcessor(ECHO, { process: () => RemotingCommand.response(0) })
    await fixture.start()
    good = await fixture.connect()
  })

  afterEach(() => fixture.stop())

  const cases: [string, Buffer, string][] = [
    ['an absurd length', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'frame length 1195725856'],
    ['a negative length', Buffer.from('ffffffff00000000', 'hex'), 'frame length -1'],
    ['a length that holds no header', Buffer.from('0000000000000000', 'hex'), 'frame length 0'],
    ['a header beyond the frame', Buffer.from('0000000400ffffff', 'hex'), 'header length 16777215'],
    [
      'an unknown serialize type',
      Buffer.from('00000006070000027b7d', 'hex'),
      'unknown serialize type 7',
    ],
    ['truncated JSON', frameOf('{"code":1,"flag'), 'JSON'],
    ['a TLS hello', Buffer.from('16030100c8010000c4', 'hex'), 'the peer speaks TLS'],
  ]
  for (const [what, bytes, reason] of cases) {
    it(`closes the connection with one log line: ${what}`, async () => {
      const bad = await fixture.connect()
      bad.sendBytes(bytes)
      await bad.closed
      const warnings = fixture.logger.atLeast('warn')
      expect(warnings).to.have.length(1)
      expect(warnings[0]?.fields['reason']).to.contain(reason)
      expect(warnings[0]?.fields['remote']).to.match(/^127\.0\.0\.1:\d+$/)
      expect((await good.invoke(RemotingCommand.request(ECHO))).code).to.equal(0)
    })
  }

  it('answers the requests before it', async () => {
    const bad = await fixture.connect()
    const request = RemotingCommand.request(ECHO)
    request.opaque = 9
    bad.sendBytes(Buffer.concat([encodeFrame(request), Buffer.from('garbage!')]))
    expect((await bad.response(9)).code).to.equal(0)
    await bad.closed
  })

  it('disturbs nobody else, whatever hundreds of connections send', async () => {
    const inputs = fc.sample(damagedBytes(), { numRuns: 400, seed: SEED })
    while (inputs.length > 0) {
      const clients = await Promise.all(
        inputs.splice(0, 40).map(async (bytes) => {
          const client = await fixture.connect()
          client.sendBytes(bytes)
          return client
        }),
      )
      expect((await good.invoke(RemotingCommand.request(ECHO))).code).to.equal(0)
      await Promise.all(clients.map((client) => client.close()))
    }
    await until(() => fixture.server.channels.size === 1)
    expect(fixture.logger.atLeast('error')).to.deep.equal([])
    expect((await good.invoke(RemotingCommand.request(ECHO))).code).to.equal(0)
  })
})

function frameOf(header: string): Buffer {
  const frame = Buffer.alloc(8 + header.length)
  frame.writeInt32BE(4 + header.length, 0)
  frame.writeInt32BE(header.length, 4)
  frame.write(header, 8)
  return frame
}

/** Random bytes; or a frame that is cut, or has random bytes somewhere, or is followed by some. */
function damagedBytes(): fc.Arbitrary<Uint8Array> {
  const frame = encodeFrame(RemotingCommand.request(ECHO, { a: 'b' }, Buffer.alloc(50)))
  const noise = fc.uint8Array({ minLength: 1, maxLength: 40 })
  const position = fc.nat(frame.length - 1)
  return fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 5000 }),
    position.map((at) => frame.subarray(0, at)),
    fc
      .tuple(position, noise)
      .map(([at, bytes]) => Buffer.concat([frame.subarray(0, at), bytes, frame.subarray(at)])),
    noise.map((bytes) => Buffer.concat([frame, frame, bytes])),
  )
}
