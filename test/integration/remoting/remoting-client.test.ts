import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Channel } from '../../../lib/remoting/index.ts'
import { RemotingClient, RequestDispatcher } from '../../../lib/remoting/index.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { until } from '../../helpers/until.ts'

const ECHO = 1
const NEVER = 2
const CALL_BACK = 3
const ASKED = 40

describe('RemotingClient', () => {
  let fixture: ServerFixture
  let client: RemotingClient
  let address: string
  let oneways: RemotingCommand[]

  beforeEach(async () => {
    fixture = new ServerFixture()
    oneways = []
    fixture.dispatcher.registerProcessor(ECHO, {
      process: (request) => {
        if (request.isOneway) oneways.push(request)
        return RemotingCommand.response(0, undefined, request.extFields)
      },
    })
    fixture.dispatcher.registerProcessor(NEVER, { process: () => undefined })
    fixture.dispatcher.registerProcessor(CALL_BACK, {
      process: (_: RemotingCommand, channel: Channel) =>
        channel.invoke(RemotingCommand.request(ASKED), 1000),
    })
    await fixture.start()
    address = `127.0.0.1:${fixture.server.address.port}`
    const dispatcher = new RequestDispatcher(fixture.logger)
    dispatcher.registerProcessor(ASKED, { process: () => RemotingCommand.response(0, 'asked') })
    client = new RemotingClient({ clock: fixture.clock, logger: fixture.logger, dispatcher })
    await client.start()
  })

  afterEach(async () => {
    await client.stop()
    await fixture.stop()
    expect(fixture.clock.pendingTimers).to.equal(0)
  })

  it('shares one connection among the calls to an address', async () => {
    const calls = Array.from({ length: 50 }, (_, i) =>
      client.invoke(address, RemotingCommand.request(ECHO, { i: String(i) }), 1000),
    )
    const answers = await Promise.all(calls)
    expect(answers.map(({ extFields }) => extFields?.['i'])).to.deep.equal(
      calls.map((_, i) => String(i)),
    )
    expect(fixture.server.channels.size).to.equal(1)
  })

  it('sends one-way requests', async () => {
    await client.invokeOneway(address, RemotingCommand.request(ECHO))
    await until(() => oneways.length === 1)
  })

  it('serves requests of the peer', async () => {
    const answer = await client.invoke(address, RemotingCommand.request(CALL_BACK), 1000)
    expect(answer.remark).to.equal('asked')
  })

  it('connects again after the connection was lost', async () => {
    await client.invoke(address, RemotingCommand.request(ECHO), 1000)
    const lost = failure(client.invoke(address, RemotingCommand.request(NEVER), 1000))
    await until(() => [...fixture.server.channels].some((c) => c.requestsInFlight === 1))
    for (const channel of fixture.server.channels) channel.close('test')
    expect(await lost).to.deep.equal([-1004, `send request to <${address}> failed`])
    expect((await client.invoke(address, RemotingCommand.request(ECHO), 1000)).code).to.equal(0)
  })

  it('fails a call that is not answered in time', async () => {
    const call = failure(client.invoke(address, RemotingCommand.request(NEVER), 3000))
    await until(() => [...fixture.server.channels].some((c) => c.requestsInFlight === 1))
    fixture.clock.advance(2999)
    fixture.clock.advance(201)
    expect(await call).to.deep.equal([
      -1006,
      `wait response on the channel <${address}> timeout, 3000(ms)`,
    ])
  })

  it('fails with the address when nobody listens there', async () => {
    const closedPort = await unusedPort()
    expect(
      await failure(client.invoke(`127.0.0.1:${closedPort}`, RemotingCommand.request(ECHO), 1000)),
    ).to.deep.equal([-1004, `connect to <127.0.0.1:${closedPort}> failed: ECONNREFUSED`])
  })

  it('tries again after it could not connect', async () => {
    const port = await unusedPort()
    const later = new ServerFixture({ config: { listenPort: port, bindAddress: '127.0.0.1' } })
    const call = (): Promise<RemotingCommand> =>
      client.invoke(`127.0.0.1:${port}`, RemotingCommand.request(999), 1000)
    expect((await failure(call()))[0]).to.equal(-1004)
    await later.start()
    expect((await call()).code).to.equal(3)
    await later.stop()
  })

  it('fails on an address that is none', async () => {
    const [code] = await failure(client.invoke('', RemotingCommand.request(ECHO), 1000))
    expect(code).to.equal(-1002)
  })

  it('gives up connecting after the connect time-out', async () => {
    const call = failure(client.invoke(address, RemotingCommand.request(ECHO), 10_000))
    // Still in the turn of the call: the kernel's answer has not been seen yet.
    fixture.clock.advance(3200)
    expect(await call).to.deep.equal([-1004, `connect to <${address}> failed: timed out`])
  })

  it('tells the local address of a connection', async () => {
    const local = await client.localAddressTo(address)
    await client.invoke(address, RemotingCommand.request(ECHO), 1000)
    expect(local.address).to.equal('127.0.0.1')
    const [channel] = fixture.server.channels
    expect(local.port).to.equal(channel?.remoteHost.port)
  })

  it('fails waiting calls and later ones when it stops', async () => {
    const waiting = failure(client.invoke(address, RemotingCommand.request(NEVER), 1000))
    await until(() => [...fixture.server.channels].some((c) => c.requestsInFlight === 1))
    await client.stop()
    expect((await waiting)[0]).to.equal(-1004)
    expect(await failure(client.invoke(address, RemotingCommand.request(ECHO), 1))).to.deep.equal([
      -1004,
      `connect to <${address}> failed: the client has stopped`,
    ])
  })
})

function failure(call: Promise<RemotingCommand>): Promise<[number, string]> {
  return call.then(
    () => expect.fail('answered'),
    (error: { code: number; message: string }) => [error.code, error.message],
  )
}

/** A port on which nobody listens (any more). */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
