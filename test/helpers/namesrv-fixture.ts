import path from 'node:path'
import type { ExtFields } from '../../codec/remoting-command.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import type { Logger } from '../../lib/common/logger.ts'
import { Configuration } from '../../lib/config/configuration.ts'
import { NamesrvController } from '../../lib/namesrv/namesrv-controller.ts'
import { namesrvConfigs } from './namesrv.ts'
import { RecordingLogger } from './recording-logger.ts'
import { RawClient } from './remoting.ts'
import { SimClock } from './sim-clock.ts'
import { makeTempDirectory } from './temp-directory.ts'

/** A NameServer on a free port with a simulated clock and a directory of its own, and the clients of a test. */
export class NamesrvFixture {
  readonly clock = new SimClock()
  readonly logger = new RecordingLogger()
  readonly #directory = makeTempDirectory()
  readonly #controller: NamesrvController
  readonly #clients: RawClient[] = []

  constructor(entries: Record<string, string> = {}, logger?: Logger) {
    const fileSystem = new NodeFileSystem()
    const { clock } = this
    const loaded = namesrvConfigs({
      bindAddress: '127.0.0.1',
      listenPort: '0',
      kvConfigPath: this.path('kvConfig.json'),
      configStorePath: this.path('namesrv.properties'),
      ...entries,
    })
    const configuration = new Configuration(loaded, {
      path: loaded.configs.namesrv.configStorePath,
      fileSystem,
      clock,
    })
    this.#controller = new NamesrvController({
      configs: loaded.configs,
      configuration,
      clock,
      logger: logger ?? this.logger,
      fileSystem,
    })
  }

  path(name: string): string {
    return path.join(this.#directory.path, name)
  }

  start(): Promise<void> {
    return this.#controller.start()
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.#controller.address.port)
    this.#clients.push(client)
    return client
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.socket.destroy()
    await this.#controller.stop()
    await Promise.all(this.#clients.map((client) => client.closed))
    this.#directory.remove()
  }
}

/** A request of `version`, 5.3.3 by default. */
export function requestOf(
  code: number,
  extFields?: ExtFields,
  body?: Buffer | string,
  version?: number,
): RemotingCommand {
  const bytes = body === undefined ? undefined : Buffer.from(body)
  const command = RemotingCommand.request(code, extFields, bytes)
  if (version !== undefined) command.version = version
  return command
}

/** The body of a response as JSON. */
export function jsonOf(response: RemotingCommand): unknown {
  return response.body === undefined ? undefined : JSON.parse(response.body.toString('utf8'))
}
