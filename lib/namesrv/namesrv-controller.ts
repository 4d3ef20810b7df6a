import type { Host } from '../../codec/message/host.ts'
import type { Clock } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import { stopAll } from '../common/service.ts'
import type { Configuration } from '../config/configuration.ts'
import type { NamesrvConfigs } from '../config/tables.ts'
import type { Tls } from '../remoting/index.ts'
import { RemotingClient, RemotingServer } from '../remoting/index.ts'
import { NamesrvHealth } from './namesrv-health.ts'
import { KVConfigManager } from './kvconfig/kv-config-manager.ts'
import { createDispatcher } from './processor/dispatcher.ts'
import { RouteInfoManager } from './routeinfo/route-info-manager.ts'
import { createRouteTables } from './routeinfo/route-tables.ts'

export interface NamesrvControllerOptions {
  readonly configs: NamesrvConfigs['configs']
  /** The same, as GET_NAMESRV_CONFIG tells and UPDATE_NAMESRV_CONFIG changes it. */
  readonly configuration: Configuration
  /** undefined: plain connections only. */
  readonly tls?: Tls
  readonly clock: Clock
  readonly logger: Logger
  readonly fileSystem: FileSystem
}

/** A NameServer: its parts and how they hang together. Apache: namesrv.NamesrvController */
export class NamesrvController implements Service {
  readonly health: NamesrvHealth
  readonly #kvConfig: KVConfigManager
  readonly #routeInfo: RouteInfoManager
  readonly #client: RemotingClient
  readonly #server: RemotingServer

  constructor(options: NamesrvControllerOptions) {
    const { configs, configuration, tls, clock, logger, fileSystem } = options
    const config = configs.namesrv
    const tables = createRouteTables()
    this.health = new NamesrvHealth(tables)
    const { kvConfigPath } = config
    this.#kvConfig = new KVConfigManager({ fileSystem, logger, kvConfigPath })
    this.#client = new RemotingClient({ clock, logger, config: configs.client, tls: tls?.client })
    this.#routeInfo = new RouteInfoManager({
      tables,
      config,
      clock,
      logger,
      brokerClient: this.#client,
    })
    const serverConfig = () => ({ ...configs.server, ...configs.limits })
    this.#server = new RemotingServer({
      config: serverConfig(),
      dispatcher: createDispatcher({
        tables,
        routeInfo: this.#routeInfo,
        kvConfig: this.#kvConfig,
        config,
        configuration,
        clock,
        logger,
      }),
      tls: tls?.server,
      clock,
      logger,
      listener: { onChannelClose: (channel) => this.#routeInfo.onChannelDestroy(channel) },
    })
    configuration.onUpdate(() => this.#server.setLimits(serverConfig()))
  }

  /** Where the NameServer listens, with the real port. Only after `start`. */
  get address(): Host {
    return this.#server.address
  }

  /** @throws Error when the address cannot be listened on or kvConfig.json cannot be read */
  async start(): Promise<void> {
    this.#kvConfig.load()
    await this.#server.start()
    this.#routeInfo.start()
    this.health.setServing(true)
  }

  async stop(): Promise<void> {
    this.health.setServing(false)
    await stopAll([this.#client, this.#server])
    this.#routeInfo.stop()
  }
}
