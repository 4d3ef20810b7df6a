import { once } from 'node:events'
import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect as connectPlain, createServer } from 'node:net'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { connect } from 'node:tls'
import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import type { TlsClientSettings, TlsServerSettings } from '../../../lib/remoting/index.ts'
import { RemotingClient, TlsClientContext, TlsServerContext } from '../../../lib/remoting/index.ts'
import type { Identity } from '../../helpers/certificates.ts'
import { makeIdentity } from '../../helpers/certificates.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { RawClient } from '../../helpers/remoting.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

const ECHO = 1
const BIG_BODY = Buffer.alloc(3 * 1024 * 1024, 7)

const SERVER: TlsServerSettings = {
  mode: 'permissive',
  testMode: true,
  needClientAuth: 'none',
  authClient: false,
  keyPath: undefined,
  keyPassword: undefined,
  certPath: undefined,
  trustCertPath: undefined,
}
const CLIENT: TlsClientSettings = {
  testMode: true,
  authServer: false,
  keyPath: undefined,
  keyPassword: undefined,
  certPath: undefined,
  trustCertPath: undefined,
}

describe('TLS on the port of a RemotingServer', () => {
  const authority = makeIdentity('authority')
  const server = makeIdentity('server', authority)
  const foreign = makeIdentity('foreign')
  let directory: ReturnType<typeof makeTempDirectory>
  let fixture: ServerFixture
  let logger: RecordingLogger
  let clock: SimClock
  const secureClients: RawClient[] = []
  const clients: RemotingClient[] = []

  beforeEach(() => {
    directory = makeTempDirectory()
    logger = new RecordingLogger()
    clock = new SimClock(Date.UTC(2026, 0))
  })

  afterEach(async () => {
    for (const client of secureClients.splice(0)) await client.close()
    for (const client of clients.splice(0)) await client.stop()
    await fixture.stop()
    directory.remove()
  })

  function write(name: string, { key, cert }: Identity): { keyPath: string; certPath: string } {
    const keyPath = join(directory.path, `${name}.key`)
    const certPath = join(directory.path, `${name}.pem`)
    fs.writeFileSync(keyPath, key)
    fs.writeFileSync(certPath, cert)
    return { keyPath, certPath }
  }

  async function start(settings: Partial<TlsServerSettings>): Promise<void> {
    const tls = new TlsServerContext({
      settings: { ...SERVER, ...settings },
      fileSystem: new NodeFileSystem(),
      clock,
      logger,
    })
    tls.load()
    fixture = new ServerFixture({ tls })
    fixture.dispatcher.registerProcessor(ECHO, {
      process: ({ body }, { remoteHost }) =>
        RemotingCommand.response(0, remoteHost.toString(), undefined, body),
    })
    await fixture.start()
  }

  async function connectSecure(options: ConnectionOptions = {}): Promise<RawClient> {
    const { port } = fixture.server.address
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
    await once(socket, 'secureConnect')
    const client = new RawClient(socket)
    secureClients.push(client)
    return client
  }

  function remotingClient(settings: Partial<TlsClientSettings>): RemotingClient {
    const tls = new TlsClientContext({ ...CLIENT, ...settings }, new NodeFileSystem())
    const client = new RemotingClient({ clock: new SimClock(), logger, tls })
    clients.push(client)
    return client
  }

  const echo = () => RemotingCommand.request(ECHO, undefined, BIG_BODY)

  it('serves both kinds of connection in permissive mode', async () => {
    await start({})
    const secure = await connectSecure()
    const plain = await fixture.connect()
    for (const client of [secure, plain]) {
      const answer = await client.invoke(echo())
      expect(answer.body?.equals(BIG_BODY)).to.equal(true)
      expect(answer.remark).to.equal(`127.0.0.1:${client.socket.localPort}`)
    }
  })

  it('closes plain connections in enforcing mode, with one log line', async () => {
    await start({ mode: 'enforcing' })
    const plain = await fixture.connect()
    plain.send(echo())
    await plain.closed
    expect(fixture.logger.atLeast('warn').map(({ fields }) => fields['reason'])).to.deep.equal([
      'the peer does not speak TLS, tls.server.mode=enforcing demands it',
    ])
    expect((await (await connectSecure()).invoke(echo())).code).to.equal(0)
  })

  it('shows the certificate of its files, the new one when they change', async () => {
    const identity = makeIdentity('encrypted', authority, { password: 'secret' })
    const paths = write('server', identity)
    await start({ testMode: false, keyPassword: 'secret', ...paths })
    const subjectSeen = async () => {
      clock.advance(500)
      const client = await connectSecure({ ca: authority.cert, rejectUnauthorized: true, ...SKIP })
      return certificateOf(client)
    }
    expect(await subjectSeen()).to.equal('encrypted')
    fs.writeFileSync(paths.certPath, server.cert)
    expect(await subjectSeen(), 'a key that does not fit').to.equal('encrypted')
    fs.writeFileSync(paths.keyPath, server.key)
    expect(await subjectSeen()).to.equal('server')
  })

  it('asks clients for a certificate and lets in those that it trusts', async () => {
    const trustCertPath = write('authority', authority).certPath
    await start({
      testMode: false,
      needClientAuth: 'require',
      authClient: true,
      trustCertPath,
      ...write('server', server),
    })
    const trusted = await connectSecure(makeIdentity('client', authority))
    expect((await trusted.invoke(echo())).code).to.equal(0)
    for (const options of [{}, foreign]) await (await connectSecure(options)).closed
    expect(fixture.logger.atLeast('warn').map(({ fields }) => fields['reason'])).to.deep.equal([
      'TLS: the client is refused: it shows no certificate',
      'TLS: the client is refused: its certificate is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT',
    ])
  })

  it('refuses a certificate that has expired', async () => {
    const trustCertPath = write('authority', authority).certPath
    const demands = { needClientAuth: 'require', authClient: true, trustCertPath } as const
    await start({ testMode: false, ...demands, ...write('server', server) })
    await (
      await connectSecure(makeIdentity('late', authority, { isExpired: true }))
    ).closed
    expect(fixture.logger.atLeast('warn').map(({ fields }) => fields['reason'])).to.deep.equal([
      'TLS: the client is refused: its certificate is not trusted: CERT_HAS_EXPIRED',
    ])
  })

  it('does nothing for whoever plays back what he has heard on another connection', async () => {
    let requests = 0
    await start({})
    fixture.dispatcher.registerProcessor(ECHO, {
      process: () => {
        requests++
        return RemotingCommand.response(0)
      },
    })
    const heard: Buffer[] = []
    const relay = createServer((near) => {
      const far = connectPlain(fixture.server.address.port, '127.0.0.1')
      near.on('data', (chunk: Buffer) => heard.push(chunk))
      near.pipe(far).pipe(near)
      near.on('error', () => undefined)
    })
    relay.listen(0, '127.0.0.1')
    await once(relay, 'listening')
    const { port } = relay.address() as AddressInfo
    const victim = await connectSecure({ port })
    expect((await victim.invoke(RemotingCommand.request(ECHO))).code).to.equal(0)
    const attacker = connectPlain(fixture.server.address.port, '127.0.0.1')
    attacker.on('error', () => undefined).resume()
    attacker.write(Buffer.concat(heard))
    await once(attacker, 'close')
    expect(requests).to.equal(1)
    expect(fixture.logger.atLeast('warn')[0]?.fields['reason']).to.match(/^TLS: ERR_SSL_/)
    await victim.close()
    relay.close()
  })

  it('gives up on a peer that does not finish the handshake', async () => {
    await start({})
    const client = await fixture.connect()
    client.sendBytes(Buffer.from('1603010200010001fc0303', 'hex'))
    let isClosed = false
    void client.closed.then(() => (isClosed = true))
    while (!isClosed) {
      await new Promise((resolve) => setImmediate(resolve))
      fixture.clock.advance(1_000)
    }
    const reasons = fixture.logger.atLeast('debug').map(({ fields }) => fields['reason'])
    expect(reasons.at(-1)).to.equal('the peer says nothing')
  })

  it('knows the peer behind a proxy', async () => {
    await start({})
    const client = await fixture.connect()
    client.sendBytes(Buffer.from('PROXY TCP4 192.168.7.8 10.0.0.1 4711 9876\r\n'))
    expect((await client.invoke(echo())).remark).to.equal('192.168.7.8:4711')
  })

  it('is spoken by our own client, which checks the certificate where it is told to', async () => {
    await start({ testMode: false, ...write('server', server) })
    const { port } = fixture.server.address
    const address = `127.0.0.1:${port}`
    const call = (settings: Partial<TlsClientSettings>) =>
      remotingClient(settings).invoke(address, echo(), 10_000)
    const trusting = (name: string, identity: Identity) => ({
      testMode: false,
      authServer: true,
      trustCertPath: write(name, identity).certPath,
    })
    expect((await call({})).code).to.equal(0)
    expect((await call(trusting('authority', authority))).code).to.equal(0)
    const refused = await call(trusting('foreign', foreign)).catch((error: Error) => error.message)
    expect(refused).to.equal(`connect to <${address}> failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE`)
    const missing = await call({ testMode: false, certPath: '/nowhere' }).catch(
      (error: Error) => error.message,
    )
    expect(missing).to.match(/^connect to <.*> failed: tls\.client\.certPath=\/nowhere: cannot be/)
  })

  it('does not start without the files that it needs', async () => {
    await start({})
    await fixture.stop()
    const message = async (settings: Partial<TlsServerSettings>) =>
      start({ testMode: false, mode: 'enforcing', ...settings }).catch(
        (error: Error) => error.message,
      )
    expect(await message({})).to.equal(
      'tls.server.mode=enforcing: tls.server.keyPath and tls.server.certPath must be set',
    )
    expect(await message({ keyPath: '/nowhere', certPath: '/nowhere' })).to.match(
      /^tls\.server\.keyPath=\/nowhere: cannot be read: ENOENT/,
    )
  })
})

/** The certificates of the tests name no host. */
const SKIP: ConnectionOptions = { checkServerIdentity: () => undefined }

function certificateOf(client: RawClient): string {
  const socket = client.socket as ReturnType<typeof connect>
  return String(socket.getPeerCertificate().subject.CN)
}
