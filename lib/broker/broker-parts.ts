import type { Host } from '../../codec/message/host.ts'
import type { Clock } from '../common/clock.ts'
import { DelayLevels } from '../common/delay-levels.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { Configs } from '../config/load.ts'
import type { BROKER_TABLES } from '../config/tables.ts'
import { TimerMessageStore } from '../store/timer/timer-message-store.ts'
import type { MessageStore } from '../store/types.ts'
import { Consumption } from './consumption.ts'
import { EscapeBridge, type EscapeBridgeDeps } from './failover/escape-bridge.ts'
import { TopicPublishInfo, type TopicPublishInfoDeps } from './failover/topic-publish-info.ts'
import { isIsolatedAtStart } from './slave/isolation.ts'
import { LiteConsumption } from './lite-consumption.ts'
import { WheelTimedPuts } from './pop/wheel-timed-puts.ts'
import { PopConsumption } from './pop-consumption.ts'
import { ScheduleHook } from './schedule/schedule-hook.ts'
import { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import { BrokerStats } from './stats/broker-stats.ts'
import { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { RemoteQueues } from './out/remote-queues.ts'
import { createSubscriptionGroupManager } from './subscription/lmq-subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'
import { TopicQueueMappingCleanService } from './topic/topic-queue-mapping-clean-service.ts'
import { TopicQueueMappingManager } from './topic/topic-queue-mapping-manager.ts'
import { Transactions } from './transactions.ts'

export interface BrokerPartsDeps {
  readonly configs: Configs<typeof BROKER_TABLES>
  readonly topicConfigManager: TopicConfigManager
  /** Not started yet: it lives and ends with the broker. */
  readonly messageStore: MessageStore
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

export type BrokerParts = ReturnType<typeof createBrokerParts>

/** What parts ask of others, and of the name servers. */
export interface PartsConnections
  extends Pick<EscapeBridgeDeps, 'invoke'>, Pick<TopicPublishInfoDeps, 'getTopicRouteInfo'> {
  /** The broker's own address, once it listens. */
  readonly brokerHost: () => Host
  /** Whether this broker's group has its master. */
  readonly hasMaster: () => boolean
  readonly remoteQueues: RemoteQueues
}

/** The tables and services of a broker that make no connection, under the names by which all that is made of them takes them. */
export function createBrokerParts(deps: BrokerPartsDeps, connections: PartsConnections) {
  const { configs, topicConfigManager, messageStore, clock, fileSystem, logger } = deps
  const { broker: brokerConfig, store: storeConfig, lite: liteConfig } = configs
  const { brokerHost } = connections
  const brokerStatsManager = new BrokerStatsManager({
    brokerConfig,
    clock,
    isSystemTopic: (topic) => topicConfigManager.isSystemTopic(topic),
  })
  const checksFromStart =
    storeConfig.brokerRole !== 'SLAVE' && !isIsolatedAtStart(brokerConfig, storeConfig)
  const topicPublishInfo = new TopicPublishInfo({ brokerConfig, clock, ...connections })
  const escapeBridge = new EscapeBridge({
    ...{ brokerConfig, storeConfig, messageStore, clock, logger },
    ...{ topicPublishInfo, invoke: connections.invoke },
  })
  const base = {
    ...{ brokerConfig, storeConfig, messageStore, topicConfigManager, brokerStatsManager },
    ...{ clock, fileSystem, logger, brokerHost, escapeBridge, checksFromStart },
  }
  const topicQueueMappingManager = new TopicQueueMappingManager(base)
  const brokerStats = new BrokerStats(brokerStatsManager, clock)
  const subscriptionGroupManager = createSubscriptionGroupManager(base)
  const consumption = new Consumption({
    ...base,
    topicQueueMappingManager,
    subscriptionGroupManager,
    hasMaster: connections.hasMaster,
    remoteQueues: connections.remoteQueues,
  })
  const { consumerOffsetManager, consumerManager, producerManager } = consumption
  const { consumerFilterManager } = consumption
  const managers = {
    ...{ subscriptionGroupManager, consumerOffsetManager, consumerManager, producerManager },
    ...{ consumerFilterManager, topicQueueMappingManager },
  }
  const delayLevels = new DelayLevels(storeConfig.messageDelayLevel)
  const scheduleMessageService = new ScheduleMessageService({ ...base, delayLevels })
  const timers = createTimers(base)
  const scheduleHook = new ScheduleHook({ ...base, delayLevels, timerMessageStore: timers })
  const transactions = new Transactions({ ...base, ...managers, scheduleHook })
  const random = Math.random
  const liteConsumption = new LiteConsumption({ ...base, ...managers, liteConfig, random })
  const popConsumption = new PopConsumption({
    ...{ ...base, ...managers, random },
    liteAcks: liteConsumption.acks,
    timedPuts: new WheelTimedPuts(scheduleHook, escapeBridge, timers),
  })
  return {
    ...base,
    ...managers,
    ...{ brokerStats, consumption, popConsumption, liteConsumption, transactions },
    ...{ scheduleMessageService, scheduleHook },
    topicQueueMappingCleanService: new TopicQueueMappingCleanService({
      ...base,
      ...connections,
      topicQueueMappingManager,
    }),
    /** undefined without a timer wheel: then it does not run. */
    timerMessageStore: storeConfig.timerWheelEnable ? timers : undefined,
  }
}

function createTimers(deps: {
  readonly storeConfig: Configs<typeof BROKER_TABLES>['store']
  readonly messageStore: MessageStore
  readonly escapeBridge: EscapeBridge
  readonly checksFromStart: boolean
  readonly brokerStatsManager: BrokerStatsManager
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}): TimerMessageStore {
  const { puts, messages } = deps.brokerStatsManager
  return new TimerMessageStore({
    ...deps,
    config: deps.storeConfig,
    random: Math.random,
    startsDequeuing: () => deps.checksFromStart,
    onPut: (topic, bytes) => {
      puts.incTopicPut(topic, 1, bytes)
      messages.incTimerDequeue(topic)
    },
    onEnqueue: (topic, delayMs) => messages.incTimerEnqueue(topic, delayMs),
  })
}
