import { join } from 'node:path'
import type { Host } from '../codec/message/host.ts'
import { createBroker } from './broker-startup.ts'
import { hostAndPort, isWildcard } from './common/local-address.ts'
import type { Runtime } from './common/runtime.ts'
import type { Service } from './common/service.ts'
import { stopAll } from './common/service.ts'
import type { Layer } from './config/load.ts'
import { isKnown, loadConfigs } from './config/load.ts'
import type { Machine } from './config/option.ts'
import type { BrokerConfigs, NamesrvConfigs, StandaloneConfigs } from './config/tables.ts'
import {
  BROKER_TABLES,
  NAMESRV_TABLES,
  STANDALONE_DEFAULTS,
  STANDALONE_TABLES,
} from './config/tables.ts'
import { createNamesrv } from './namesrv-startup.ts'

/** One process, one health endpoint: the broker's, which is up when it is registered with the NameServer. */
const NO_PORT = -1

/**
 * Settings out of `layers`, the weakest first, over the defaults of this mode. The files of the NameServer stand in the store
 * unless they are given another place. @throws ConfigError
 */
export function loadStandaloneConfigs(
  layers: readonly Layer[],
  machine: Machine,
): StandaloneConfigs {
  const defaults = { source: 'default', entries: STANDALONE_DEFAULTS }
  // The shell's NAMESRV_ADDR names the servers that its clients use: a server for tries has no business there.
  const ourMachine = {
    ...machine,
    environment: { ...machine.environment, NAMESRV_ADDR: undefined },
  }
  const load = (...first: Layer[]) =>
    loadConfigs(STANDALONE_TABLES, [defaults, ...first, ...layers], ourMachine)
  const { storePathRootDir } = load().configs.store
  const namesrvFiles = new Map([
    ['kvConfigPath', join(storePathRootDir, 'namesrv', 'kvConfig.json')],
    ['configStorePath', join(storePathRootDir, 'namesrv', 'namesrv.properties')],
  ])
  return load({ source: 'default', entries: namesrvFiles })
}

/** A NameServer and a broker that is registered with it, in one process. Started once. */
export class Standalone implements Service {
  readonly #settings: StandaloneConfigs
  readonly #configFile: string | undefined
  readonly #runtime: Runtime
  readonly #running: Service[] = []
  #namesrvAddr = ''
  #brokerAddr = ''
  #onFailed: (error: Error) => void = () => undefined
  /** Resolves with the reason when the broker cannot go on; both are still to be stopped then. */
  readonly failed = new Promise<Error>((resolve) => (this.#onFailed = resolve))

  constructor(settings: StandaloneConfigs, configFile: string | undefined, runtime: Runtime) {
    this.#settings = settings
    this.#configFile = configFile
    this.#runtime = runtime
  }

  /** `host:port` for clients on this machine. Only after `start`, as the next one. */
  get namesrvAddr(): string {
    return this.#namesrvAddr
  }

  get brokerAddr(): string {
    return this.#brokerAddr
  }

  /** @throws Error when a port or the store is in use, or a file cannot be read */
  async start(): Promise<void> {
    try {
      const namesrv = createNamesrv(namesrvSettings(this.#settings), undefined, this.#runtime)
      await this.#start(namesrv)
      this.#namesrvAddr = localAddress(namesrv.address)
      const broker = createBroker(
        brokerSettings(this.#settings, this.#namesrvAddr),
        this.#configFile,
        this.#runtime,
      )
      await this.#start(broker)
      void broker.failed.then(this.#onFailed)
      this.#brokerAddr = localAddress(broker.address)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await stopAll(this.#running.splice(0))
  }

  async #start(service: Service): Promise<void> {
    await service.start()
    this.#running.push(service)
  }
}

function namesrvSettings({ configs, given, unknown }: StandaloneConfigs): NamesrvConfigs {
  const { namesrv, server, client, tls, limits, standalone } = configs
  return {
    tables: NAMESRV_TABLES,
    configs: {
      ...{ namesrv, client, tls },
      // Copies: they change by updateNamesrvConfig, the broker's by updateBrokerConfig.
      limits: { ...limits },
      server: { ...server, listenPort: standalone.namesrvPort },
      monitor: { healthEndpointPort: NO_PORT },
    },
    given,
    unknown,
    warnings: [],
  }
}

/** The broker registers with the NameServer beside it, and with others that its settings name. */
function brokerSettings(settings: StandaloneConfigs, ownNamesrv: string): BrokerConfigs {
  const { broker, server, client, store, auth, tls, limits, monitor, replication, lite, newer } =
    settings.configs
  const others = (broker.namesrvAddr ?? '').split(';').filter((each) => each !== '')
  const namesrvAddr = [...new Set([ownNamesrv, ...others])].join(';')
  return {
    tables: BROKER_TABLES,
    configs: {
      ...{ server, client, store, auth, tls, limits, monitor, replication, lite, newer },
      broker: { ...broker, namesrvAddr },
    },
    given: settings.given,
    unknown: new Map([...settings.unknown, ...notOfBroker(settings.given)]),
    warnings: [],
  }
}

/** What was set for the NameServer: unknown to the broker, which must not lose it when it writes the common file. */
function notOfBroker(given: ReadonlyMap<string, string>): [string, string][] {
  return [...given].filter(([key]) => !isKnown(BROKER_TABLES, key))
}

/** By what a client on this machine reaches a server that listens on `address`. */
function localAddress(host: Host): string {
  return hostAndPort(isWildcard(host) ? '127.0.0.1' : host.address, host.port)
}
