import { expect } from 'chai'
import { encodeFrame } from '../../../codec/frame.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Channel, Limits } from '../../../lib/remoting/index.ts'
import { ProcessorGroup } from '../../../lib/remoting/index.ts'
import type { Connection } from '../../../lib/remoting/connection.ts'
import type { RawClient } from '../../helpers/remoting.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { until } from '../../helpers/until.ts'

const BIG = 1
const LATER = 2
const KIB = 1024
const BODY = Buffer.alloc(64 * KIB, 'x')

describe('limits of a connection', () => {
  let fixture: ServerFixture
  let client: RawClient
  let group: ProcessorGroup
  let later: { request: RemotingCommand; channel: Channel }[]

  async function start(limits: Partial<Limits>): Promise<void> {
    fixture = new ServerFixture({ limits })
    later = []
    group = new ProcessorGroup({ name: 'later', queueCapacity: 1000 })
    fixture.dispatcher.registerProcessor(BIG, {
      process: () => RemotingCommand.response(0, undefined, undefined, BODY),
    })
    fixture.dispatcher.registerProcessor(
      LATER,
      { process: (request, channel) => void later.push({ request, channel }) },
      group,
    )
    await fixture.start()
    client = await fixture.connectChannel()
  }

  afterEach(() => fixture.stop())

  function connection(): Connection {
    const [only] = fixture.server.channels
    if (only === undefined) throw new Error('there is no connection')
    return only
  }

  function requests(code: number, count: number): Buffer {
    return Buffer.concat(
      Array.from({ length: count }, (_, i) => encodeFrame(numbered(code, i + 1))),
    )
  }

  it('stops reading above the high-water mark and goes on when the peer reads', async () => {
    const highWaterMark = 256 * KIB
    await start({ writeBufferHighWaterMark: highWaterMark, writeBufferLowWaterMark: 64 * KIB })
    const count = 500
    client.socket.pause()
    client.sendBytes(requests(BIG, count))
    await until(() => !connection().isReading)
    expect(connection().unwrittenBytes).to.be.within(
      highWaterMark,
      highWaterMark + BODY.length + KIB,
    )
    client.socket.resume()
    const last = await client.response(count)
    expect(last.body?.length).to.equal(BODY.length)
    expect(client.received.map(({ opaque }) => opaque)).to.deep.equal(
      Array.from({ length: count - 1 }, (_, i) => i + 1),
    )
    await until(() => connection().isReading)
    expect((await client.invoke(numbered(BIG, count + 1))).code).to.equal(0)
  })

  it('leaves with the peer what it sends meanwhile', async () => {
    await start({ writeBufferHighWaterMark: 256 * KIB })
    client.socket.pause()
    client.sendBytes(requests(BIG, 500))
    await until(() => !connection().isReading)
    client.sendBytes(Buffer.alloc(64 * 1024 * KIB))
    const before = memoryOfBuffers()
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(client.socket.writableLength).to.be.greaterThan(48 * 1024 * KIB)
    expect(memoryOfBuffers() - before).to.be.lessThan(8 * 1024 * KIB)
  })

  it('writes an answer that is larger than what the kernel takes', async () => {
    await start({})
    const body = Buffer.alloc(15 * 1024 * KIB, 'y')
    client.send(numbered(LATER, 1))
    await until(() => later.length === 1)
    client.socket.pause()
    const { request, channel } = later[0] as (typeof later)[0]
    channel.respond(request, RemotingCommand.response(0, undefined, undefined, body))
    await until(() => connection().unwrittenBytes > 0)
    client.socket.resume()
    expect((await client.response(1)).body?.equals(body)).to.equal(true)
    await until(() => connection().unwrittenBytes === 0)
  })

  it('destroys a connection whose unread answers exceed the hard limit', async () => {
    await start({ writeBufferHighWaterMark: 256 * KIB, maxUnwrittenBytes: 1024 * KIB })
    client.socket.pause()
    client.sendBytes(requests(LATER, 200))
    await until(() => later.length === 200)
    for (const { request, channel } of later) {
      channel.respond(request, RemotingCommand.response(0, undefined, undefined, BODY))
    }
    expect(fixture.logger.atLeast('warn')).to.have.length(1)
    expect(fixture.logger.atLeast('warn')[0]?.fields['reason']).to.match(
      /^the peer does not read, \d+ bytes wait$/,
    )
    await until(() => fixture.server.channels.size === 0)
  })

  it('destroys a connection that takes nothing for the deadline', async () => {
    await start({ writeStallMs: 10_000, writeBufferHighWaterMark: 256 * KIB })
    client.socket.pause()
    client.sendBytes(requests(BIG, 500))
    await until(() => !connection().isReading)
    fixture.clock.advance(9_000)
    expect(connection().isOpen).to.equal(true)
    fixture.clock.advance(1_500)
    expect(fixture.logger.atLeast('warn')[0]?.fields['reason']).to.match(
      /^the peer has read nothing for 10 s, \d+ bytes wait$/,
    )
    await until(() => fixture.server.channels.size === 0)
  })

  it('reads no more requests while too many wait for their answer', async () => {
    await start({ maxRequestsInFlight: 10 })
    client.sendBytes(requests(LATER, 25))
    await until(() => !connection().isReading)
    expect(later).to.have.length(10)
    for (let round = 0; later.length > 0; round++) {
      for (const { request, channel } of later.splice(0)) {
        channel.respond(request, RemotingCommand.response(0))
      }
      if (round < 2) await until(() => later.length > 0)
    }
    expect((await client.response(25)).code).to.equal(0)
    expect(client.received).to.have.length(24)
    expect(connection().requestsInFlight).to.equal(0)
  })

  it('reads on after a row of large answers that the peer takes at once', async () => {
    await start({ maxRequestsInFlight: 4, writeBufferLowWaterMark: KIB })
    client.sendBytes(requests(LATER, 4))
    await until(() => !connection().isReading)
    for (const { request, channel } of later) {
      channel.respond(request, RemotingCommand.response(0, undefined, undefined, BODY))
    }
    expect((await client.invoke(numbered(BIG, 5))).code).to.equal(0)
  })

  it('closes a connection on which nothing happens for the idle time', async () => {
    await start({ maxIdleMs: 120_000 })
    fixture.clock.advance(60_000)
    await client.invoke(RemotingCommand.request(BIG))
    fixture.clock.advance(119_000)
    expect(connection().isOpen).to.equal(true)
    fixture.clock.advance(2_000)
    await client.closed
    expect(fixture.logger.atLeast('info').at(-1)?.fields['reason']).to.equal('idle for 120 s')
  })

  it('refuses to call a peer that answers too few calls', async () => {
    await start({ maxPendingCalls: 1 })
    const first = connection().invoke(RemotingCommand.request(40), 1000)
    const second = await connection()
      .invoke(RemotingCommand.request(40), 1000)
      .catch((error: unknown) => error)
    expect(second).to.have.property('code', -1004)
    const settled = first.catch((error: unknown) => error)
    connection().close('test')
    expect(await settled).to.have.property('code', -1004)
  })

  it('fails a call that is not answered in time', async () => {
    await start({})
    const call = connection()
      .invoke(RemotingCommand.request(40), 3000)
      .catch((error: unknown) => error)
    await client.request(40)
    fixture.clock.advance(3_200)
    expect(await call).to.have.property('code', -1006)
  })

  it('drops a response that nobody waits for', async () => {
    await start({})
    const stray = RemotingCommand.response(0)
    stray.opaque = 77
    client.send(stray)
    await client.invoke(RemotingCommand.request(BIG))
    expect(fixture.logger.lines.map(({ event }) => event)).to.include(
      'response that nobody waits for',
    )
  })

  it('frees what a peer had under way when the peer goes', async () => {
    await start({})
    client.sendBytes(requests(LATER, 3))
    await until(() => later.length === 3)
    const { request, channel } = later[0] as (typeof later)[0]
    client.socket.resetAndDestroy()
    await until(() => !channel.isOpen)
    expect((channel as Connection).requestsInFlight).to.equal(0)
    expect(group.inFlight).to.equal(0)
    channel.respond(request, RemotingCommand.response(0))
    expect(fixture.logger.atLeast('warn')).to.deep.equal([])
  })
})

function numbered(code: number, opaque: number): RemotingCommand {
  const request = RemotingCommand.request(code)
  request.opaque = opaque
  return request
}

function memoryOfBuffers(): number {
  return process.memoryUsage().arrayBuffers
}
