import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import tls from 'node:tls'
import fc from 'fast-check'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import type { Logger } from '../../lib/common/logger.ts'
import { SystemClock } from '../../lib/common/clock.ts'
import { MonitorServer } from '../../lib/monitor/monitor-server.ts'
import type { TlsServerSettings } from '../../lib/remoting/tls/tls-settings.ts'
import { RemotingServer, RequestDispatcher, TlsServerContext } from '../../lib/remoting/index.ts'
import { readFrameVectors } from '../helpers/codec-vectors.ts'
import { damaged } from './inputs.ts'
import type { Target } from './target.ts'
import { target } from './target.ts'

const HOST = '127.0.0.1'
const PROXY = Buffer.from('PROXY TCP4 192.168.7.8 10.0.0.1 4711 9876\r\n')
const HTTP = [
  'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD /readyz?a=b HTTP/1.0\r\nConnection: close\r\n\r\n',
  'POST /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
]
const SETTINGS: TlsServerSettings = {
  mode: 'permissive',
  testMode: true,
  needClientAuth: 'none',
  authClient: false,
  trustCertPath: undefined,
  keyPath: undefined,
  keyPassword: undefined,
  certPath: undefined,
}

/** Servers whose ports are sent bytes of all kinds: PROXY headers, TLS, frames, HTTP. */
export class Ports {
  readonly #clock = new SystemClock()
  /** What the servers call their own fault. */
  readonly #faults: string[] = []
  readonly #logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, event) => this.#faults.push(`${event} ${JSON.stringify(fields)}`),
    child: () => this.#logger,
  }
  readonly #remoting = new RemotingServer({
    config: { listenPort: 0, bindAddress: HOST },
    dispatcher: new RequestDispatcher(this.#logger),
    clock: this.#clock,
    logger: this.#logger,
    tls: new TlsServerContext({
      settings: SETTINGS,
      fileSystem: new NodeFileSystem(),
      clock: this.#clock,
      logger: this.#logger,
    }),
  })
  readonly #monitor = new MonitorServer({
    ...{ host: HOST, port: 0, logger: this.#logger },
    health: { components: () => ({ store: { status: 'UP' } }) },
    metrics: async () => 'up 1\n',
  })

  async targets(): Promise<Target[]> {
    const frames = readFrameVectors().map(({ json }) => Buffer.from(json, 'hex'))
    const hello = await clientHello()
    const starts = fc.constantFrom(Buffer.alloc(0), PROXY)
    const streams = damaged([...frames, hello, Buffer.concat([PROXY, hello])])
    const bytes = fc.tuple(starts, streams).map((parts) => Buffer.concat(parts))
    const http = damaged(HTTP.map((text) => Buffer.from(text)))
    return [
      target('a port for frames', bytes, (input) => this.#send(this.#remoting.address.port, input)),
      target('a port for HTTP', http, (input) => this.#send(this.#monitor.port, input)),
    ]
  }

  async start(): Promise<void> {
    await this.#remoting.start()
    await this.#monitor.start()
  }

  async stop(): Promise<void> {
    await this.#monitor.stop()
    await this.#remoting.stop()
  }

  /** @throws Error when the server does not close the connection, or logs an error */
  async #send(port: number, bytes: Buffer): Promise<void> {
    const socket = connect(port, HOST)
    socket.on('error', () => undefined)
    socket.resume()
    socket.end(bytes)
    const timer = setTimeout(() => socket.destroy(new Error('not closed')), 5000)
    const [hadError] = (await once(socket, 'close')) as [boolean]
    clearTimeout(timer)
    if (hadError && socket.errored?.message === 'not closed') throw socket.errored
    const [fault] = this.#faults.splice(0)
    if (fault !== undefined) throw new Error(fault)
  }
}

/** The first bytes of a client that speaks TLS. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const client = tls.connect({ port: (server.address() as AddressInfo).port, host: HOST })
  client.on('error', () => undefined)
  const [socket] = (await once(server, 'connection')) as [ReturnType<typeof connect>]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  client.destroy()
  server.close()
  return bytes
}
