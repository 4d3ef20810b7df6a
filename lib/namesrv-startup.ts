import type { Runtime } from './common/runtime.ts'
import { Configuration } from './config/configuration.ts'
import type { NamesrvConfigs } from './config/tables.ts'
import { createTls } from './tls-startup.ts'
import { NamesrvController } from './namesrv/namesrv-controller.ts'

/**
 * A NameServer out of its settings. Changes of them at run time go to `configFile`, else to configStorePath.
 * Apache: namesrv.NamesrvStartup
 */
export function createNamesrv(
  settings: NamesrvConfigs,
  configFile: string | undefined,
  runtime: Runtime,
): NamesrvController {
  const { configs } = settings
  const { clock, fileSystem } = runtime
  const path = configFile ?? configs.namesrv.configStorePath
  return new NamesrvController({
    configs,
    tls: createTls(configs.tls, configs.client.useTLS, runtime),
    configuration: new Configuration(settings, {
      ...{ path, clock, fileSystem },
      workedOut: () => ({ configStorePath: path }),
    }),
    clock,
    fileSystem,
    logger: runtime.logger.child({ name: 'RocketmqNamesrv' }),
  })
}
