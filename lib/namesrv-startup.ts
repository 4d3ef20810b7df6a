import type { Host } from '../codec/message/host.ts'
import type { Runtime } from './common/runtime.ts'
import type { Service } from './common/service.ts'
import { startAll, stopAll } from './common/service.ts'
import { Configuration } from './config/configuration.ts'
import type { NamesrvConfigs } from './config/tables.ts'
import { MonitorServer } from './monitor/monitor-server.ts'
import { createTls } from './tls-startup.ts'
import { NamesrvController } from './namesrv/namesrv-controller.ts'

/** A NameServer and the port that tells of its health. */
export interface Namesrv extends Service {
  /** Where it listens, with the real port. Only after `start`, as the next one. */
  readonly address: Host
  /** undefined: there is none. */
  readonly healthPort: number | undefined
}

/**
 * A NameServer out of its settings. Changes of them at run time go to `configFile`, else to configStorePath.
 * Apache: namesrv.NamesrvStartup
 */
export function createNamesrv(
  settings: NamesrvConfigs,
  configFile: string | undefined,
  runtime: Runtime,
): Namesrv {
  const { configs } = settings
  const { clock, fileSystem } = runtime
  const path = configFile ?? configs.namesrv.configStorePath
  const logger = runtime.logger.child({ name: 'RocketmqNamesrv' })
  const controller = new NamesrvController({
    configs,
    tls: createTls(configs.tls, configs.client.useTLS, runtime),
    configuration: new Configuration(settings, {
      ...{ path, clock, fileSystem },
      workedOut: () => ({ configStorePath: path }),
    }),
    clock,
    fileSystem,
    logger,
  })
  const { healthEndpointPort } = configs.monitor
  const monitor = new MonitorServer({
    host: configs.server.bindAddress,
    port: healthEndpointPort,
    health: controller.health,
    metrics: undefined,
    logger,
  })
  const hasMonitor = healthEndpointPort >= 0
  const services = hasMonitor ? [monitor, controller] : [controller]
  return {
    get address() {
      return controller.address
    },
    get healthPort() {
      return hasMonitor ? monitor.port : undefined
    },
    start: () => startAll(services),
    stop: () => stopAll(services),
  }
}
