import { Host } from '../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../codec/message/message.ts'
import { ConsumerManager } from '../../lib/broker/client/consumer-manager.ts'
import { ProducerManager } from '../../lib/broker/client/producer-manager.ts'
import type { Channel } from '../../lib/remoting/index.ts'
import { ConsumerOffsetManager } from '../../lib/broker/offset/consumer-offset-manager.ts'
import { SendMessageProcessor } from '../../lib/broker/processor/send-message-processor.ts'
import { ScheduleHook } from '../../lib/broker/schedule/schedule-hook.ts'
import { BrokerStatsManager } from '../../lib/broker/stats/broker-stats-manager.ts'
import { SubscriptionGroupManager } from '../../lib/broker/subscription/subscription-group-manager.ts'
import { TopicQueueMappingManager } from '../../lib/broker/topic/topic-queue-mapping-manager.ts'
import { TopicConfigManager } from '../../lib/broker/topic/topic-config-manager.ts'
import { Transactions } from '../../lib/broker/transactions.ts'
import { DelayLevels } from '../../lib/common/delay-levels.ts'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../lib/common/logger.ts'
import type { BrokerConfig } from '../../lib/config/broker-config.ts'
import type { LiteConfig } from '../../lib/config/lite-config.ts'
import { loadConfigs } from '../../lib/config/load.ts'
import type { MessageStoreConfig } from '../../lib/config/message-store-config.ts'
import { BROKER_TABLES } from '../../lib/config/tables.ts'
import { TimerMessageStore } from '../../lib/store/timer/timer-message-store.ts'
import type { MessageStore, PutMessageCallback } from '../../lib/store/types.ts'
import { MemoryMessageStore } from './memory-message-store.ts'
import { SimClock } from './sim-clock.ts'
import { makeTempDirectory } from './temp-directory.ts'

const MACHINE = { home: '/nowhere', hostName: 'broker-a', processors: 2, environment: {} }

/** Configurations change at run time (UPDATE_BROKER_CONFIG); tests change them directly. */
type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The parts of a broker that processors work with, over a store in memory. Call `remove` in `afterEach`. */
export function makeBrokerParts(settings: Record<string, string> = {}) {
  const directory = makeTempDirectory()
  const entries = new Map(
    Object.entries({ brokerName: 'broker-a', storePathRootDir: directory.path, ...settings }),
  )
  const loaded = loadConfigs(BROKER_TABLES, [{ source: 'test', entries }], MACHINE)
  const brokerConfig: Writable<BrokerConfig> = loaded.configs.broker
  const storeConfig: Writable<MessageStoreConfig> = loaded.configs.store
  const clock = new SimClock()
  const liteConfig: Writable<LiteConfig> = loaded.configs.lite
  const shared = { brokerConfig, storeConfig, liteConfig, clock, logger: SILENT_LOGGER }
  const fileSystem = new NodeFileSystem()
  const delayLevels = new DelayLevels(storeConfig.messageDelayLevel)
  const messageStore = new MemoryMessageStore({ clock, delayLevelsMs: delayLevels.delaysMs })
  const timerMessageStore = new TimerMessageStore({
    ...{ config: storeConfig, messageStore, clock, fileSystem, logger: SILENT_LOGGER },
    random: () => 0,
    onPut: () => undefined,
  })
  const topicConfigManager = new TopicConfigManager({ ...shared, fileSystem })
  return {
    ...shared,
    fileSystem,
    delayLevels,
    brokerStatsManager: new BrokerStatsManager({
      ...shared,
      isSystemTopic: (topic) => topicConfigManager.isSystemTopic(topic),
    }),
    loaded,
    directory: directory.path,
    remove: directory.remove,
    messageStore,
    escapeBridge: localEscapeBridge(messageStore),
    timerMessageStore,
    scheduleHook: new ScheduleHook({ ...shared, messageStore, delayLevels, timerMessageStore }),
    topicConfigManager,
    topicQueueMappingManager: new TopicQueueMappingManager({ ...shared, fileSystem }),
    subscriptionGroupManager: new SubscriptionGroupManager({ ...shared, fileSystem }),
    consumerOffsetManager: new ConsumerOffsetManager({ ...shared, fileSystem }),
    consumerManager: new ConsumerManager(clock, brokerConfig, [], SILENT_LOGGER),
    producerManager: new ProducerManager(clock, brokerConfig, SILENT_LOGGER),
    /** Groups whose queues are locked by orderly consumers. */
    lockedGroups: new Set<string>(),
  }
}
export type BrokerParts = ReturnType<typeof makeBrokerParts>

/** Puts into the store, as a master's does. */
export function localEscapeBridge(messageStore: Pick<MessageStore, 'putMessage'>) {
  return {
    isRemote: false,
    putMessage: (message: MessageExtBrokerInner, done: PutMessageCallback) =>
      messageStore.putMessage(message, done),
    getMessage: () => Promise.reject(new Error('no other broker is there')),
  }
}

/** Transactions whose timers run by the parts' clock once they are started. */
export function makeTransactions(
  parts: BrokerParts,
  messageStore: MessageStore = parts.messageStore,
) {
  return new Transactions({
    ...parts,
    messageStore,
    scheduleHook: new ScheduleHook({ ...parts, messageStore }),
    escapeBridge: localEscapeBridge(messageStore),
    checksFromStart: parts.storeConfig.brokerRole !== 'SLAVE',
    brokerHost: () => Host.of('127.0.0.1', 10911),
  })
}

/** A send processor whose random numbers are `random` and whose unique keys are UNIQ-1, UNIQ-2, ... */
export function makeSendProcessor(parts: BrokerParts, random = 0): SendMessageProcessor {
  let lastKey = 0
  return new SendMessageProcessor({
    ...parts,
    transactions: makeTransactions(parts).service,
    rebalanceLockManager: { isLockAllExpired: (group) => !parts.lockedGroups.has(group) },
    storeHost: (channel: Channel) => channel.localHost,
    createUniqKey: () => `UNIQ-${++lastKey}`,
    random: () => random,
    diskUtil: () => 'CL:  0.10 CQ:  0.10 INDEX:  0.10',
  })
}
