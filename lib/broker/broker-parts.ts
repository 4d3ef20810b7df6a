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
import { WheelTimedPuts } from './pop/wheel-timed-puts.ts'
import { PopConsumption } from './pop-consumption.ts'
import { ScheduleHook } from './schedule/schedule-hook.ts'
import { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import { BrokerStats } from './stats/broker-stats.ts'
import { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import { createSubscriptionGroupManager } from './subscription/lmq-subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'
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

/**
 * The tables and services of a broker that need no connection, under the names by which all that is made of them takes them.
 * `brokerHost` tells the broker's own address, once it listens.
 */
export function createBrokerParts(deps: BrokerPartsDeps, brokerHost: () => Host) {
  const { configs, topicConfigManager, messageStore, clock, fileSystem, logger } = deps
  const { broker: brokerConfig, store: storeConfig } = configs
  const brokerStatsManager = new BrokerStatsManager({
    brokerConfig,
    clock,
    isSystemTopic: (topic) => topicConfigManager.isSystemTopic(topic),
  })
  const base = {
    ...{ brokerConfig, storeConfig, messageStore, topicConfigManager, brokerStatsManager },
    ...{ clock, fileSystem, logger, brokerHost },
  }
  const brokerStats = new BrokerStats(brokerStatsManager, clock)
  const subscriptionGroupManager = createSubscriptionGroupManager(base)
  const consumption = new Consumption({ ...base, subscriptionGroupManager })
  const { consumerOffsetManager, consumerManager, producerManager } = consumption
  const { consumerFilterManager } = consumption
  const managers = {
    ...{ subscriptionGroupManager, consumerOffsetManager, consumerManager, producerManager },
    consumerFilterManager,
  }
  const delayLevels = new DelayLevels(storeConfig.messageDelayLevel)
  const scheduleMessageService = new ScheduleMessageService({ ...base, delayLevels })
  const timers = createTimers(base)
  const scheduleHook = new ScheduleHook({ ...base, delayLevels, timerMessageStore: timers })
  const transactions = new Transactions({ ...base, ...managers, scheduleHook })
  const popConsumption = new PopConsumption({
    ...base,
    ...managers,
    timedPuts: new WheelTimedPuts(scheduleHook, timers),
    random: Math.random,
  })
  return {
    ...base,
    ...managers,
    ...{ brokerStats, consumption, popConsumption, transactions },
    ...{ scheduleMessageService, scheduleHook },
    /** undefined without a timer wheel: then it does not run. */
    timerMessageStore: storeConfig.timerWheelEnable ? timers : undefined,
  }
}

function createTimers(deps: {
  readonly storeConfig: Configs<typeof BROKER_TABLES>['store']
  readonly messageStore: MessageStore
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
    onPut: (topic, bytes) => {
      puts.incTopicPut(topic, 1, bytes)
      messages.incTimerDequeue(topic)
    },
    onEnqueue: (topic, delayMs) => messages.incTimerEnqueue(topic, delayMs),
  })
}
