import { RemotingCommand } from '../../codec/remoting-command.ts'
import type { RemotingServerOptions } from '../../lib/remoting/index.ts'
import { RemotingServer, RequestDispatcher } from '../../lib/remoting/index.ts'
import { RecordingLogger } from './recording-logger.ts'
import { RawClient } from './remoting.ts'
import { SimClock } from './sim-clock.ts'
import { until } from './until.ts'

const NOTHING = 30_000

/** A RemotingServer on a free port with a simulated clock, and the clients of a test. */
export class ServerFixture {
  readonly clock = new SimClock()
  readonly logger = new RecordingLogger()
  readonly dispatcher = new RequestDispatcher(this.logger)
  readonly server: RemotingServer
  readonly #clients: RawClient[] = []
  #signals = 0
  #waiting: { count: number; resolve: () => void }[] = []

  constructor(options: Partial<RemotingServerOptions> = {}) {
    this.server = new RemotingServer({
      config: { listenPort: 0, bindAddress: '127.0.0.1' },
      dispatcher: this.dispatcher,
      clock: this.clock,
      logger: this.logger,
      ...options,
    })
    this.dispatcher.registerProcessor(NOTHING, { process: () => undefined })
  }

  start(): Promise<void> {
    return this.server.start()
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.server.address.port)
    this.#clients.push(client)
    return client
  }

  /** A client whose channel the server has opened: it does so with the first bytes. */
  async connectChannel(): Promise<RawClient> {
    const client = await this.connect()
    const before = this.server.channels.size
    client.send(RemotingCommand.request(NOTHING).markOneway())
    await until(() => this.server.channels.size > before)
    return client
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.socket.destroy()
    await this.server.stop()
    await Promise.all(this.#clients.map((client) => client.closed))
  }

  /** Tells a test that waits in `signals` that something has happened. */
  signal(): void {
    this.#signals++
    for (const { count, resolve } of this.#waiting) if (this.#signals >= count) resolve()
  }

  /** Resolves after `count` signals in all. */
  signals(count: number): Promise<void> {
    if (this.#signals >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }
}
