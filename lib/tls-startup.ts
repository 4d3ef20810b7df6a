import type { FileSystem } from './common/file-system.ts'
import { toError } from './common/errors.ts'
import type { Runtime } from './common/runtime.ts'
import { ConfigError } from './config/errors.ts'
import { checkEntry } from './config/load.ts'
import { parseValue } from './config/parse-value.ts'
import { parseProperties } from './config/properties.ts'
import type { TlsConfig } from './config/tls-config.ts'
import { TLS_FILE_KEYS, TLS_OPTIONS } from './config/tls-config.ts'
import type { Tls } from './remoting/index.ts'
import type { HATls } from './ha/ha-socket.ts'
import { acceptTls, TlsClientContext, TlsServerContext } from './remoting/index.ts'

/**
 * TLS out of its settings. `useTLS` of the client's configuration counts as `tls.enable`.
 * Apache: remoting.netty.TlsHelper, broker.BrokerStartup
 * @throws ConfigError, or Error with a line that names the option, when a file is wrong
 */
export function createTls(configured: TlsConfig, useTls: boolean, runtime: Runtime): Tls {
  const { clock, fileSystem, logger } = runtime
  const config = withTlsFile(configured, fileSystem)
  const server = new TlsServerContext({
    settings: serverSettings(config),
    fileSystem,
    clock,
    logger: logger.child({ name: 'RocketmqRemoting' }),
  })
  server.load()
  const isEnabled = config['tls.enable'] || String(config['tls.server.mode'] === 'enforcing')
  const client = useTls || isEnabled === 'true' ? createClient(config, fileSystem) : undefined
  return { server, client }
}

/** TLS of a program that only calls servers; undefined: without. @throws ConfigError when a file is wrong */
export function createClientTls(
  configured: TlsConfig,
  useTls: boolean,
  fileSystem: FileSystem,
): TlsClientContext | undefined {
  const config = withTlsFile(configured, fileSystem)
  return useTls || config['tls.enable'] === 'true' ? createClient(config, fileSystem) : undefined
}

function createClient(config: TlsConfig, fileSystem: FileSystem): TlsClientContext {
  return new TlsClientContext(clientSettings(config), fileSystem)
}

/**
 * TLS between the replication ports, whatever `tls.server.mode` says of the others; undefined: none.
 * @throws ConfigError, or Error with a line that names the option, when a file is wrong
 */
export function createHATls(
  configured: TlsConfig,
  isEnabled: boolean,
  { clock, fileSystem, logger }: Runtime,
): HATls | undefined {
  if (!isEnabled) return undefined
  const config = withTlsFile(configured, fileSystem)
  const settings = { ...serverSettings(config), mode: 'enforcing' as const }
  if (!settings.testMode && !(settings.keyPath && settings.certPath)) {
    throw new ConfigError(
      'haTlsEnable=true: tls.server.keyPath and tls.server.certPath must be set, unless tls.test.mode.enable=true',
    )
  }
  const server = new TlsServerContext({
    ...{ settings, fileSystem, clock },
    logger: logger.child({ name: 'RocketmqStore' }),
  })
  server.load()
  const client = createClient(config, fileSystem)
  return {
    accept: (socket) => acceptTls(socket, server),
    connectionOptions: () => client.connectionOptions(),
  }
}

/** `config` under what `tls.config.file` says, where that exists. */
function withTlsFile(config: TlsConfig, fileSystem: FileSystem): TlsConfig {
  const path = config['tls.config.file']
  if (!fileSystem.exists(path)) return config
  const merged: Record<string, unknown> = { ...config }
  for (const [key, text] of readTlsFile(path, fileSystem)) {
    checkEntry({ tls: TLS_OPTIONS }, { source: path }, key, text)
    const known = TLS_FILE_KEYS.find((each) => each === key)
    if (known !== undefined) merged[known] = parseValue(TLS_OPTIONS[known], text)
  }
  return merged as TlsConfig
}

function readTlsFile(path: string, fileSystem: FileSystem): ReadonlyMap<string, string> {
  try {
    return parseProperties(fileSystem.readFile(path).toString('latin1'))
  } catch (error) {
    throw new ConfigError(`tls.config.file=${path}: cannot be read: ${toError(error).message}`)
  }
}

function serverSettings(config: TlsConfig) {
  return {
    mode: config['tls.server.mode'],
    testMode: config['tls.test.mode.enable'],
    needClientAuth: config['tls.server.need.client.auth'],
    keyPath: config['tls.server.keyPath'],
    keyPassword: config['tls.server.keyPassword'],
    certPath: config['tls.server.certPath'],
    authClient: config['tls.server.authClient'],
    trustCertPath: config['tls.server.trustCertPath'],
  }
}

function clientSettings(config: TlsConfig) {
  return {
    testMode: config['tls.test.mode.enable'],
    keyPath: config['tls.client.keyPath'],
    keyPassword: config['tls.client.keyPassword'],
    certPath: config['tls.client.certPath'],
    authServer: config['tls.client.authServer'],
    trustCertPath: config['tls.client.trustCertPath'],
  }
}
