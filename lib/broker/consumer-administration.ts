import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/logger.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type {
  Channel,
  ProcessorGroup,
  RequestDispatcher,
  RequestProcessor,
} from '../remoting/index.ts'
import type { TimerMessageStore } from '../store/timer/timer-message-store.ts'
import type { MessageStore } from '../store/types.ts'
import { Broker2Client } from './client/broker2client.ts'
import type { ConsumerManager } from './client/consumer-manager.ts'
import { ConsumerStatus } from './client/consumer-status.ts'
import type { ConsumerFilterManager } from './filter/consumer-filter-manager.ts'
import type { MessageRequestModeManager } from './loadbalance/message-request-mode-manager.ts'
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager.ts'
import { ClientRelayProcessor } from './processor/admin/client-relay-processor.ts'
import { ConsumeQueueProcessor } from './processor/admin/consume-queue-processor.ts'
import { ConsumerOffsetAdminProcessor } from './processor/admin/consumer-offset-admin-processor.ts'
import { GroupProgressProcessor } from './processor/admin/group-progress-processor.ts'
import { GroupSubscriptionProcessor } from './processor/admin/group-subscription-processor.ts'
import { SlaveSyncProcessor } from './processor/admin/slave-sync-processor.ts'
import { StoreCleaningProcessor } from './processor/admin/store-cleaning-processor.ts'
import type { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import type { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from './subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from './topic/topic-config-manager.ts'

export interface ConsumerAdministrationDeps {
  readonly brokerConfig: BrokerConfig
  readonly messageStore: MessageStore
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerManager: ConsumerManager
  readonly consumerFilterManager: ConsumerFilterManager
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly scheduleMessageService: ScheduleMessageService
  readonly messageRequestModeManager: MessageRequestModeManager
  readonly brokerStatsManager: BrokerStatsManager
  /** undefined without a timer wheel. */
  readonly timerMessageStore: TimerMessageStore | undefined
  /** The broker's address as the client of a connection knows it. */
  readonly brokerAddr: (channel: Channel) => string
  /** Ends what this broker does in its master's place, if it does. */
  readonly handOver: () => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Registers what tools ask about consumers, and what belongs to it. A part of the composition of a broker.
 *
 * Apache: broker.processor.AdminBrokerProcessor
 */
export function registerConsumerAdministration(
  dispatcher: RequestDispatcher,
  group: ProcessorGroup,
  deps: ConsumerAdministrationDeps,
): void {
  const register = (codes: readonly number[], processor: RequestProcessor) => {
    for (const code of codes) dispatcher.registerProcessor(code, processor, group)
  }
  const broker2Client = new Broker2Client()
  const consumerStatus = new ConsumerStatus(deps.consumerManager, deps.logger)
  register(
    ClientRelayProcessor.requestCodes,
    new ClientRelayProcessor({ ...deps, broker2Client, consumerStatus }),
  )
  register(GroupProgressProcessor.requestCodes, new GroupProgressProcessor(deps))
  register(ConsumerOffsetAdminProcessor.requestCodes, new ConsumerOffsetAdminProcessor(deps))
  register(GroupSubscriptionProcessor.requestCodes, new GroupSubscriptionProcessor(deps))
  register(ConsumeQueueProcessor.requestCodes, new ConsumeQueueProcessor(deps))
  register(StoreCleaningProcessor.requestCodes, new StoreCleaningProcessor(deps))
  register(SlaveSyncProcessor.requestCodes, new SlaveSyncProcessor(deps))
}
