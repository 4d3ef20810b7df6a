import { join } from 'node:path'
import { BrokerController } from './broker/broker-controller.ts'
import { createTopicConfigManager } from './broker/topic/lmq-topic-config-manager.ts'
import { cqTypeOf } from './broker/topic/topic-config.ts'
import { DirectoryLock } from './common/directory-lock.ts'
import { localAddresses, selectLocalAddress } from './common/local-address.ts'
import { runningProcesses } from './common/process-table.ts'
import type { Runtime } from './common/runtime.ts'
import type { Service } from './common/service.ts'
import { startAll, stopAll } from './common/service.ts'
import type { Configs } from './config/load.ts'
import { Configuration } from './config/configuration.ts'
import type { BROKER_TABLES, BrokerConfigs } from './config/tables.ts'
import { ConfigError } from './config/errors.ts'
import { DefaultHAService } from './ha/default-ha-service.ts'
import { DefaultMessageStore } from './store/message-store.ts'
import type { CreateHAService } from './store/types.ts'
import { createHATls, createTls } from './tls-startup.ts'
import type { Host } from '../codec/message/host.ts'

const ANY_ADDRESS = '0.0.0.0'

/** A broker and the lock on its store. */
export interface Broker extends Service {
  /** Where it listens, with the real port. Only after `start`. */
  readonly address: Host
}

/**
 * A broker out of its settings. Changes of them at run time go to `configFile`, else to a file in the store.
 * @throws ConfigError when settings do not go together
 *
 * Apache: broker.BrokerStartup
 */
export function createBroker(
  given: BrokerConfigs,
  configFile: string | undefined,
  runtime: Runtime,
): Broker {
  const settings = settleRole(given)
  const { configs } = settings
  const { clock, fileSystem, logger } = runtime
  const { storePathRootDir } = configs.store
  const processId = process.pid
  const machineAddress = selectLocalAddress(localAddresses(fileSystem))
  const path = configFile ?? join(storePathRootDir, 'config', 'broker.properties')
  const configuration = new Configuration(settings, {
    ...{ path, clock, fileSystem },
    workedOut: () => workedOutSettings(configs, controller.address.port, machineAddress),
  })
  const lock = new DirectoryLock(fileSystem, runningProcesses(fileSystem), storePathRootDir)
  const brokerLogger = logger.child({ name: 'RocketmqBroker' })
  const topicConfigManager = createTopicConfigManager({
    ...{ brokerConfig: configs.broker, storeConfig: configs.store, clock, fileSystem },
    logger: brokerLogger,
  })
  const messageStore = new DefaultMessageStore({
    config: configs.store,
    cqType: (topic) => cqTypeOf(topicConfigManager.topicConfigTable.get(topic)),
    clock,
    fileSystem,
    logger: logger.child({ name: 'RocketmqStore' }),
    processId,
    createHAService: classicReplication(configs, runtime, () => controller.replication),
  })
  const controller: BrokerController = new BrokerController({
    configs,
    tls: createTls(configs.tls, configs.client.useTLS, runtime),
    configuration,
    topicConfigManager,
    messageStore,
    clock,
    fileSystem,
    logger: brokerLogger,
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

/**
 * A master has the id 0, whatever was set; a slave takes less of the log for cached. Source:
 * broker.BrokerStartup#buildBrokerController
 */
function settleRole(settings: BrokerConfigs): BrokerConfigs {
  const { broker, store } = settings.configs
  const { brokerId } = broker
  if (store.brokerRole !== 'SLAVE') {
    return { ...settings, configs: { ...settings.configs, broker: { ...broker, brokerId: 0 } } }
  }
  if (brokerId <= 0) {
    throw new ConfigError(`brokerRole=SLAVE with brokerId=${brokerId}: a slave has an id above 0`)
  }
  const accessMessageInMemoryMaxRatio = store.accessMessageInMemoryMaxRatio - 10
  const slaveStore = { ...store, accessMessageInMemoryMaxRatio }
  return { ...settings, configs: { ...settings.configs, store: slaveStore } }
}

/**
 * Slaves connect to the port behind the broker's, unless another is set; on the broker's interface, unless brokerIP2 names
 * one of its own for replication.
 */
function classicReplication(
  { broker, server, store, tls, replication: options }: BrokerConfigs['configs'],
  runtime: Runtime,
  replication: () => BrokerController['replication'],
): CreateHAService {
  const { listenPort, bindAddress } = server
  const port = store.haListenPort || (listenPort > 0 ? listenPort + 1 : 0)
  const { clock, logger } = runtime
  if (options.haCopyWholeLog && store.brokerRole === 'SLAVE') {
    throw new ConfigError(
      'haCopyWholeLog=true with brokerRole=SLAVE: the master decides where a slave begins, set it there',
    )
  }
  const haTls = createHATls(tls, options.haTlsEnable, runtime)
  const isAnyInterface = bindAddress === ANY_ADDRESS || Boolean(broker.brokerIP2)
  return (log) =>
    new DefaultHAService({
      log,
      config: store,
      replication: options,
      tls: haTls,
      listen: isAnyInterface ? { port } : { port, host: bindAddress },
      aliveReplicas: () => replication().brokerMemberGroup.aliveReplicas,
      clock,
      logger: logger.child({ name: 'RocketmqStore' }),
    })
}

/** What Apache's startup sets where the configuration leaves it open. Source: broker.BrokerStartup, common.BrokerConfig */
function workedOutSettings(
  { broker, store }: Configs<typeof BROKER_TABLES>,
  listenPort: number,
  machineAddress: string,
): Record<string, string> {
  return {
    brokerIP1: broker.brokerIP1 ?? machineAddress,
    brokerIP2: broker.brokerIP2 ?? machineAddress,
    haListenPort: String(store.haListenPort || listenPort + 1),
    listenPort: String(listenPort),
    isBrokerContainer: 'false',
    isInBrokerContainer: 'false',
  }
}
