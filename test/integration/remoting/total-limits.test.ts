import { expect } from 'chai'
import { encodeFrame } from '../../../codec/frame.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Channel, RemotingServerConfig } from '../../../lib/remoting/index.ts'
import type { RawClient } from '../../helpers/remoting.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { until } from '../../helpers/until.ts'

const ECHO = 1
const LATER = 2
const MIB = 1024 * 1024

describe('limits of a server', () => {
  let fixture: ServerFixture
  let later: { request: RemotingCommand; channel: Channel }[]

  async function start(limits: Partial<RemotingServerConfig>): Promise<void> {
    fixture = new ServerFixture({ config: { listenPort: 0, bindAddress: '127.0.0.1', ...limits } })
    later = []
    fixture.dispatcher.registerProcessor(ECHO, {
      process: ({ body }) => RemotingCommand.response(0, undefined, undefined, body),
    })
    fixture.dispatcher.registerProcessor(LATER, {
      process: (request, channel) => void later.push({ request, channel }),
    })
    await fixture.start()
  }

  afterEach(() => fixture.stop())

  const bodyOf = (bytes: number) => Buffer.alloc(bytes, 'x')
  const request = (code: number, bytes: number) =>
    RemotingCommand.request(code, undefined, bodyOf(bytes))
  const warnings = () => fixture.logger.atLeast('warn').map(({ fields }) => fields['reason'])

  async function serves(client: RawClient): Promise<void> {
    expect((await client.invoke(RemotingCommand.request(ECHO))).code).to.equal(0)
  }

  it('closes connections above their number, with one log line, and takes new ones when others go', async () => {
    await start({ serverMaxConnections: 3 })
    const clients = [await fixture.connect(), await fixture.connect(), await fixture.connect()]
    for (const client of clients) await serves(client)
    for (let i = 0; i < 5; i++) await (await fixture.connect()).closed
    for (const client of clients) await serves(client)
    const lines = fixture.logger.atLeast('warn')
    expect(lines.map(({ event, fields }) => [event, fields['dropped']])).to.deep.equal([
      ['too many connections', 1],
    ])
    await clients[0]?.close()
    await until(() => fixture.server.channels.size === 2)
    await serves(await fixture.connect())
  })

  it('take other values while it runs, for the connections that there are, too', async () => {
    const config = { listenPort: 0, serverChannelMaxIdleTimeSeconds: 120 }
    await start({ ...config, serverMaxConnections: 1 })
    const idle = await fixture.connectChannel()
    await (
      await fixture.connect()
    ).closed
    fixture.server.setLimits({ ...config, serverMaxConnections: 2, serverMaxHeaderLength: 1024 })
    const second = await fixture.connect()
    await serves(second)
    second.send(RemotingCommand.request(ECHO, { filler: 'x'.repeat(1024) }))
    await second.closed
    fixture.clock.advance(10_000)
    fixture.server.setLimits({ ...config, serverChannelMaxIdleTimeSeconds: 5 })
    fixture.clock.advance(1_000)
    await idle.closed
    expect(warnings().slice(1)).to.deep.equal(['header length 1145 exceeds 1024', 'idle for 5 s'])
  })

  it('closes a connection that does not end its frame, however it drips', async () => {
    await start({ serverFrameTimeoutMillis: 10_000, serverChannelMaxIdleTimeSeconds: 120 })
    const client = await fixture.connectChannel()
    const good = await fixture.connectChannel()
    const bytes = encodeFrame(request(ECHO, 100))
    let isClosed = false
    void client.closed.then(() => (isClosed = true))
    for (let i = 0; i < bytes.length - 1 && !isClosed; i++) {
      client.sendBytes(bytes.subarray(i, i + 1))
      await serves(good)
      fixture.clock.advance(1_000)
    }
    await client.closed
    expect(warnings()).to.deep.equal(['a frame is not complete after 10 s'])
    await serves(good)
  })

  it('closes the connection with most bytes of incomplete frames, and takes no memory for what is only promised', async () => {
    await start({ serverMaxTotalPartialBytes: 3 * MIB })
    const half = encodeFrame(request(ECHO, 16 * MIB - 1000))
    const promising = await Promise.all(Array.from({ length: 40 }, () => fixture.connect()))
    for (const client of promising) client.sendBytes(half.subarray(0, 100))
    await until(() => fixture.server.channels.size === 40)
    expect(warnings()).to.deep.equal([])
    const sender = await fixture.connectChannel()
    sender.sendBytes(half.subarray(0, 8 * MIB))
    await sender.closed
    expect(warnings()).to.have.length(1)
    expect(warnings()[0]).to.match(
      /^all connections together hold \d+ bytes, \d+ of them are an incomplete frame of this peer$/,
    )
    expect(fixture.server.channels.size).to.equal(40)
  })

  it('closes the connection with most answers that are not read', async () => {
    await start({
      ...{ serverMaxTotalUnwrittenBytes: 24 * MIB },
      ...{ writeBufferHighWaterMark: 64 * MIB, writeBufferLowWaterMark: MIB },
    })
    const slow = await fixture.connectChannel()
    const slower = await fixture.connectChannel()
    const good = await fixture.connectChannel()
    slow.socket.pause()
    slower.socket.pause()
    for (let i = 0; i < 12; i++) slow.send(request(ECHO, MIB))
    for (let i = 0; i < 40; i++) slower.send(request(ECHO, MIB))
    await slower.closed
    expect(warnings()).to.have.length(1)
    expect(warnings()[0]).to.contain('of them are answers that this peer does not read')
    await serves(good)
    slow.socket.resume()
    await until(() => slow.received.length === 12)
  })

  it('counts what is answered later to peers that read nothing', async () => {
    await start({
      ...{ serverMaxTotalUnwrittenBytes: 24 * MIB },
      ...{ writeBufferHighWaterMark: 64 * MIB, writeBufferLowWaterMark: MIB },
    })
    const slow = await fixture.connectChannel()
    slow.socket.pause()
    for (let i = 0; i < 40; i++) slow.send(RemotingCommand.request(LATER))
    await until(() => later.length === 40)
    const [connection] = fixture.server.channels
    let sent = 0
    for (const { request, channel } of later) {
      if (connection?.isOpen !== true) break
      channel.respond(request, RemotingCommand.response(0, undefined, undefined, bodyOf(MIB)))
      await new Promise((resolve) => setImmediate(resolve))
      sent++
    }
    expect(sent).to.be.within(24, 39)
    expect(warnings()[0]).to.contain('of them are answers that this peer does not read')
  })

  it('refuses requests with a body while too many bytes of them wait, with SYSTEM_BUSY', async () => {
    await start({ serverMaxTotalRequestBytes: 2 * MIB })
    const clients = [await fixture.connectChannel(), await fixture.connectChannel()]
    for (const client of clients) client.send(request(LATER, MIB))
    await until(() => later.length === 2)
    const third = await fixture.connectChannel()
    const refused = await third.invoke(request(ECHO, 10))
    expect([refused.code, refused.remark]).to.deep.equal([
      ResponseCode.SYSTEM_BUSY,
      '[OVERLOAD]system busy, start flow control for a while',
    ])
    await serves(third)
    later[0]?.channel.respond(later[0].request, RemotingCommand.response(0))
    expect((await third.invoke(request(ECHO, 10))).code).to.equal(0)
    await clients[1]?.close()
    await until(() => fixture.server.channels.size === 2)
    expect(warnings()).to.deep.equal([])
  })

  it('reads a connection no further while too many bytes of its requests wait', async () => {
    await start({ serverMaxRequestBytesInFlight: 2 * MIB })
    const client = await fixture.connectChannel()
    const [connection] = fixture.server.channels
    for (let i = 0; i < 6; i++) client.send(request(LATER, MIB))
    await until(() => later.length === 2)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect([later.length, connection?.isReading]).to.deep.equal([2, false])
    for (let answered = 0; answered < 6; answered++) {
      await until(() => later.length > answered)
      const { request, channel } = later[answered] as (typeof later)[0]
      channel.respond(request, RemotingCommand.response(0))
    }
    await until(() => client.received.length === 6)
    expect(connection?.isReading).to.equal(true)
  })

  it('serves a peer with many large answers in turns with others', async () => {
    const order: string[] = []
    await start({})
    const [busy, other] = [await fixture.connectChannel(), await fixture.connectChannel()]
    const answer = RemotingCommand.response(0, undefined, undefined, bodyOf(256 * 1024))
    fixture.dispatcher.registerProcessor(3, {
      process: () => {
        order.push('busy')
        if (order.length === 1) other.send(RemotingCommand.request(4))
        return Object.assign(RemotingCommand.response(0), { bodySlices: [answer.body] })
      },
    })
    fixture.dispatcher.registerProcessor(4, { process: () => void order.push('other') })
    const frame = encodeFrame(RemotingCommand.request(3))
    busy.sendBytes(Buffer.concat(new Array<Buffer>(12).fill(frame)))
    await until(() => order.length === 13)
    expect(order.indexOf('other')).to.be.lessThan(12)
    expect(fixture.logger.atLeast('warn')).to.deep.equal([])
  })

  it('closes a connection with a header above the limit, or a frame', async () => {
    await start({ serverMaxHeaderLength: 2000, 'com.rocketmq.remoting.frameMaxLength': 4000 })
    const good = await fixture.connectChannel()
    expect((await good.invoke(request(ECHO, 3500))).body).to.have.length(3500)
    const long = await fixture.connect()
    long.send(RemotingCommand.request(ECHO, { name: 'x'.repeat(2000) }))
    await long.closed
    expect(warnings()[0]).to.match(/^header length 2\d\d\d exceeds 2000$/)
    const large = await fixture.connect()
    large.send(request(ECHO, 4000))
    await large.closed
    expect(warnings()[1]).to.match(/^frame length 4\d\d\d is not within 4\.\.4000$/)
    await serves(good)
  })
})
