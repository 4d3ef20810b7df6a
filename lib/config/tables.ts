import { AUTH_OPTIONS } from './auth-config.ts'
import { BROKER_OPTIONS } from './broker-config.ts'
import { LIMIT_OPTIONS } from './limits-config.ts'
import { LITE_OPTIONS } from './lite-config.ts'
import type { LoadedConfigs } from './load.ts'
import { MESSAGE_STORE_OPTIONS } from './message-store-config.ts'
import { MONITOR_OPTIONS } from './monitor-config.ts'
import { NAMESRV_OPTIONS } from './namesrv-config.ts'
import { NETTY_CLIENT_OPTIONS } from './netty-client-config.ts'
import { NETTY_SERVER_OPTIONS } from './netty-server-config.ts'
import { NEWER_OPTIONS } from './newer-config.ts'
import { REPLICATION_OPTIONS } from './replication-config.ts'
import { STANDALONE_OPTIONS } from './standalone-config.ts'
import { TLS_OPTIONS } from './tls-config.ts'

/** What a broker's configuration file may hold, in the order in which Apache registers the classes. */
export const BROKER_TABLES = {
  broker: BROKER_OPTIONS,
  server: NETTY_SERVER_OPTIONS,
  client: NETTY_CLIENT_OPTIONS,
  store: MESSAGE_STORE_OPTIONS,
  auth: AUTH_OPTIONS,
  tls: TLS_OPTIONS,
  limits: LIMIT_OPTIONS,
  monitor: MONITOR_OPTIONS,
  replication: REPLICATION_OPTIONS,
  lite: LITE_OPTIONS,
  newer: NEWER_OPTIONS,
} as const
export type BrokerConfigs = LoadedConfigs<typeof BROKER_TABLES>

/** What a NameServer's configuration file may hold. */
export const NAMESRV_TABLES = {
  namesrv: NAMESRV_OPTIONS,
  server: NETTY_SERVER_OPTIONS,
  client: NETTY_CLIENT_OPTIONS,
  tls: TLS_OPTIONS,
  limits: LIMIT_OPTIONS,
  monitor: MONITOR_OPTIONS,
} as const
export type NamesrvConfigs = LoadedConfigs<typeof NAMESRV_TABLES>

/** What the configuration file of `rocketmq-server start`, which is both, may hold. */
export const STANDALONE_TABLES = {
  ...BROKER_TABLES,
  namesrv: NAMESRV_OPTIONS,
  standalone: STANDALONE_OPTIONS,
} as const
export type StandaloneConfigs = LoadedConfigs<typeof STANDALONE_TABLES>

/** Defaults that Apache's startups set over those of the classes. Source: broker.BrokerStartup, namesrv.NamesrvStartup */
export const BROKER_STARTUP_DEFAULTS = new Map([
  ['listenPort', '10911'],
  ['haListenPort', '0'],
])
export const NAMESRV_STARTUP_DEFAULTS = new Map([['listenPort', '9876']])

/** Apache's defaults are for production; these let a first client work without any settings. */
export const STANDALONE_DEFAULTS = new Map([
  ...BROKER_STARTUP_DEFAULTS,
  ['brokerName', 'broker-a'],
  ['storePathRootDir', 'data'],
  ['autoCreateTopicEnable', 'true'],
  ['enablePropertyFilter', 'true'],
])
