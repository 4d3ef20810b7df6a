import { join } from 'node:path'
import { BrokerController } from './broker/broker-controller.ts'
import { DirectoryLock } from './common/directory-lock.ts'
import { runningProcesses } from './common/process-table.ts'
import type { Runtime } from './common/runtime.ts'
import type { Service } from './common/service.ts'
import { startAll, stopAll } from './common/service.ts'
import { Configuration } from './config/configuration.ts'
import type { BrokerConfigs } from './config/tables.ts'
import { DefaultMessageStore } from './store/message-store.ts'
import type { Host } from '../codec/message/host.ts'

/** A broker and the lock on its store. */
export interface Broker extends Service {
  /** Where it listens, with the real port. Only after `start`. */
  readonly address: Host
}

/**
 * A broker out of its settings. Changes of them at run time go to `configFile`, else to a file in the store.
 * Apache: broker.BrokerStartup
 */
export function createBroker(
  settings: BrokerConfigs,
  configFile: string | undefined,
  runtime: Runtime,
): Broker {
  const { configs } = settings
  const { clock, fileSystem, logger } = runtime
  const { storePathRootDir } = configs.store
  const processId = process.pid
  const path = configFile ?? join(storePathRootDir, 'config', 'broker.properties')
  const configuration = new Configuration(settings, { path, clock, fileSystem })
  const lock = new DirectoryLock(fileSystem, runningProcesses(fileSystem), storePathRootDir)
  const messageStore = new DefaultMessageStore({
    config: configs.store,
    clock,
    fileSystem,
    logger: logger.child({ name: 'RocketmqStore' }),
    processId,
  })
  const controller = new BrokerController({
    configs,
    configuration,
    messageStore,
    clock,
    fileSystem,
    logger: logger.child({ name: 'RocketmqBroker' }),
    processId,
  })
  const services = [lock, controller]
  return {
    get address() {
      return controller.address
    },
    start: () => startAll(services),
    stop: () => stopAll(services),
  }
}
