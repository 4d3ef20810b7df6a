import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Channel } from '../../../lib/remoting/index.ts'
import { ProcessorGroup, RemotingServer } from '../../../lib/remoting/index.ts'
import { RawClient } from '../../helpers/remoting.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { until } from '../../helpers/until.ts'

const LATER = 1
const HELD = 2
const ECHO = 3

describe('starting and stopping a RemotingServer', () => {
  let fixture: ServerFixture
  let client: RawClient
  let waiting: { request: RemotingCommand; channel: Channel }[]
  let events: string[]

  beforeEach(async () => {
    events = []
    fixture = new ServerFixture({
      listener: {
        onChannelConnect: ({ id }) => events.push(`connect ${id}`),
        onChannelClose: ({ id }) => events.push(`close ${id}`),
      },
    })
    waiting = []
    const processor = {
      process: (request: RemotingCommand, channel: Channel): undefined =>
        void waiting.push({ request, channel }),
    }
    fixture.dispatcher.registerProcessor(LATER, processor)
    const held = new ProcessorGroup({ name: 'held', queueCapacity: 10, longPolling: true })
    fixture.dispatcher.registerProcessor(HELD, processor, held)
    fixture.dispatcher.registerProcessor(ECHO, { process: () => RemotingCommand.response(0) })
    await fixture.start()
    client = await fixture.connectChannel()
  })

  afterEach(() => fixture.stop())

  it('lets running requests answer before it closes their connection', async () => {
    const answer = client.invoke(RemotingCommand.request(LATER))
    await until(() => waiting.length === 1)
    const stopped = fixture.server.stop()
    const { request, channel } = waiting[0] as (typeof waiting)[0]
    channel.respond(request, RemotingCommand.response(0, 'in time'))
    expect((await answer).remark).to.equal('in time')
    await stopped
    await client.closed
  })

  it('accepts nobody and takes no request while it waits', async () => {
    const { port } = fixture.server.address
    client.send(RemotingCommand.request(LATER))
    await until(() => waiting.length === 1)
    const stopped = fixture.server.stop()
    const refused = await RawClient.connect(port).catch((error: unknown) => error)
    expect(refused).to.have.property('code', 'ECONNREFUSED')
    client.send(RemotingCommand.request(LATER))
    fixture.clock.advance(3000)
    await stopped
    expect(waiting).to.have.length(1)
  })

  it('does not wait for long-polling requests', async () => {
    client.send(RemotingCommand.request(HELD))
    await until(() => waiting.length === 1)
    await fixture.server.stop()
    await client.closed
  })

  it('waits a bounded time only', async () => {
    client.send(RemotingCommand.request(LATER))
    await until(() => waiting.length === 1)
    const stopped = fixture.server.stop()
    fixture.clock.advance(2999)
    expect(fixture.server.channels.size).to.equal(1)
    fixture.clock.advance(1)
    await stopped
    await client.closed
  })

  it('flushes answers that the peer has not read yet', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, 'x')
    client.socket.pause()
    client.send(RemotingCommand.request(LATER))
    await until(() => waiting.length === 1)
    const { request, channel } = waiting[0] as (typeof waiting)[0]
    channel.respond(request, RemotingCommand.response(0, undefined, undefined, body))
    const stopped = fixture.server.stop()
    client.socket.resume()
    expect((await client.response(request.opaque)).body?.equals(body)).to.equal(true)
    await stopped
  })

  it('may be stopped twice, and leaves no timer', async () => {
    await Promise.all([fixture.server.stop(), fixture.server.stop()])
    expect(fixture.clock.pendingTimers).to.equal(0)
  })

  it('tells the listener of connections', async () => {
    await client.close()
    await until(() => events.length === 2)
    expect(events).to.deep.equal(['connect 1', 'close 1'])
  })

  it('shares a dispatcher with another server, with channel ids of one row', async () => {
    const second = anotherServer(0)
    await second.start()
    const other = await RawClient.connect(second.address.port)
    expect((await other.invoke(RemotingCommand.request(ECHO))).code).to.equal(0)
    expect([...second.channels].map(({ id }) => id)).to.deep.equal([2])
    await second.stop()
    await other.closed
  })

  it('says which address is in use', async () => {
    const { port } = fixture.server.address
    const second = anotherServer(port)
    const failure = await second.start().catch((error: unknown) => error)
    expect(failure).to.have.property(
      'message',
      `cannot listen on 127.0.0.1:${port}: the address is in use`,
    )
    await second.stop()
  })

  function anotherServer(listenPort: number): RemotingServer {
    return new RemotingServer({
      config: { listenPort, bindAddress: '127.0.0.1' },
      dispatcher: fixture.dispatcher,
      clock: fixture.clock,
      logger: fixture.logger,
    })
  }
})
