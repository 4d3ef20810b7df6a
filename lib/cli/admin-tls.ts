import type { FileSystem } from '../common/file-system.ts'
import { environmentLayer } from '../config/environment.ts'
import { loadConfigs } from '../config/load.ts'
import { thisMachine } from '../config/machine.ts'
import { TLS_OPTIONS } from '../config/tls-config.ts'
import type { TlsClientContext } from '../remoting/index.ts'
import { createClientTls } from '../tls-startup.ts'

/** How mqadmin connects by TLS, by the variables that servers have for that; undefined: it does not. @throws ConfigError */
export function adminTls(
  useTls: boolean,
  environment: Readonly<Record<string, string | undefined>>,
  fileSystem: FileSystem,
): TlsClientContext | undefined {
  const tables = { tls: TLS_OPTIONS }
  const layers = [environmentLayer(tables, environment)]
  const { configs } = loadConfigs(tables, layers, thisMachine(environment))
  return createClientTls(configs.tls, useTls, fileSystem)
}
