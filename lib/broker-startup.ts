import { join } from 'node:path'
import { BrokerController } from './broker/broker-controller.ts'
import { createTopicConfigManager } from './broker/topic/lmq-topic-config-manager.ts'
import { cqTypeOf } from './broker/topic/topic-config.ts'
import { DirectoryLock } from './common/directory-lock.ts'
import { localAddresses, selectLocalAddress } from './common/local-address.ts'
import { runningProcesses } from './common/process-table.ts'
import { RestartableService } from './common/restartable-service.ts'
import type { Runtime } from './common/runtime.ts'
import type { Service } from './common/service.ts'
import { startAll, stopAll } from './common/service.ts'
import type { Configs } from './config/load.ts'
import { Configuration } from './config/configuration.ts'
import type { MessageStoreConfig } from './config/message-store-config.ts'
import type { BROKER_TABLES, BrokerConfigs } from './config/tables.ts'
import { ConfigError } from './config/errors.ts'
import { DefaultHAService } from './ha/default-ha-service.ts'
import { DefaultMessageStore, orderLogCut } from './store/message-store.ts'
import type { CreateHAService, ReplicatedLog } from './store/types.ts'
import { createHATls, createTls } from './tls-startup.ts'
import type { Host } from '../codec/message/host.ts'

const ANY_ADDRESS = '0.0.0.0'

/** A broker and the lock on its store. */
export interface Broker extends Service {
  /** Where it listens, with the real port. Only after `start`. */
  readonly address: Host
  /** Resolves with the reason when it cannot go on; it is still to be stopped then. */
  readonly failed: Promise<Error>
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
  checkReplication(settings.configs)
  const assemble = (restart: () => void) => assembleBroker(settings, configFile, runtime, restart)
  const broker = new RestartableService(assemble, runtime.logger)
  return {
    get address() {
      return broker.current.address
    },
    failed: broker.failed,
    start: () => broker.start(),
    stop: () => broker.stop(),
  }
}

/** `restart`: the broker is to be stopped, assembled anew and started. */
function assembleBroker(
  settings: BrokerConfigs,
  configFile: string | undefined,
  runtime: Runtime,
  restart: () => void,
): Omit<Broker, 'failed'> {
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
    createHAService: classicReplication(configs, runtime, {
      replication: () => controller.replication,
      restart,
    }),
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

/** @throws ConfigError when switches of replication stand where they do nothing */
function checkReplication({ store, replication }: BrokerConfigs['configs']): void {
  const { haCopyWholeLog, haCutSlave } = replication
  const isSlave = store.brokerRole === 'SLAVE'
  if (isSlave && haCopyWholeLog) {
    throw new ConfigError(
      'haCopyWholeLog=true with brokerRole=SLAVE: the master decides where a slave begins, set it there',
    )
  }
  if (!isSlave && haCutSlave) {
    throw new ConfigError(
      `haCutSlave=true with brokerRole=${store.brokerRole}: only a slave is cut`,
    )
  }
}

/**
 * Slaves connect to the port behind the broker's, unless another is set; on the broker's interface, unless brokerIP2 names
 * one of its own for replication.
 */
function classicReplication(
  configs: BrokerConfigs['configs'],
  runtime: Runtime,
  broker: { replication: () => BrokerController['replication']; restart: () => void },
): CreateHAService {
  const { server, store, tls, replication: options } = configs
  const { listenPort, bindAddress } = server
  const port = store.haListenPort || (listenPort > 0 ? listenPort + 1 : 0)
  const { clock, logger } = runtime
  const haTls = createHATls(tls, options.haTlsEnable, runtime)
  const isAnyInterface = bindAddress === ANY_ADDRESS || Boolean(configs.broker.brokerIP2)
  return (log) =>
    new DefaultHAService({
      log,
      config: store,
      replication: options,
      tls: haTls,
      cutter: options.haCutSlave
        ? {
            masterMaxOffset: () => broker.replication().masterMaxOffset(),
            cut: (commonEnd) => cutLog(log, commonEnd, { ...runtime, ...broker, store }),
          }
        : undefined,
      listen: isAnyInterface ? { port } : { port, host: bindAddress },
      aliveReplicas: () => broker.replication().brokerMemberGroup.aliveReplicas,
      clock,
      logger: logger.child({ name: 'RocketmqStore' }),
    })
}

/** Has the log cut where it parts from its master's, by a restart of the broker. */
function cutLog(
  { minOffset, maxOffset }: ReplicatedLog,
  commonEnd: number,
  deps: Runtime & { store: MessageStoreConfig; restart: () => void },
): void {
  const { clock, fileSystem, logger, store, restart } = deps
  if (commonEnd <= minOffset) {
    logger.error({ commonEnd, minOffset }, 'the log cannot be cut to nothing: remove the store')
    return
  }
  logger.warn(
    { commonEnd, maxOffset },
    "the broker restarts, to cut its log where it parts from its master's",
  )
  orderLogCut(fileSystem, store.storePathRootDir, { offset: commonEnd, timeMs: clock.now() })
  restart()
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
