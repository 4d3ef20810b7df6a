import { RequestCode } from '../../codec/request-code.ts'
import type { AuthenticationMetadataManager } from '../auth/authentication-metadata-manager.ts'
import type { AuthorizationMetadataManager } from '../auth/authorization-metadata-manager.ts'
import type { PlainPermissionManager } from '../auth/plain/plain-permission-manager.ts'
import type { Clock } from '../common/clock.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import {
  type Channel,
  ProcessorGroup,
  type RequestDispatcher,
  type RequestProcessor,
} from '../remoting/index.ts'
import type { TimerMessageStore } from '../store/timer/timer-message-store.ts'
import type { ConsumerManager } from './client/consumer-manager.ts'
import { registerConsumerAdministration } from './consumer-administration.ts'
import type { ConsumerFilterManager } from './filter/consumer-filter-manager.ts'
import type { MessageRequestModeManager } from './loadbalance/message-request-mode-manager.ts'
import type { ConsumerOffsetManager } from './offset/consumer-offset-manager.ts'
import type { PopInflightMessageCounter } from './pop/pop-inflight-message-counter.ts'
import {
  type BrokerAdminDeps,
  BrokerAdminProcessor,
} from './processor/admin/broker-admin-processor.ts'
import {
  type SubscriptionGroupAdminDeps,
  SubscriptionGroupAdminProcessor,
} from './processor/admin/subscription-group-admin-processor.ts'
import {
  type TopicAdminDeps,
  TopicAdminProcessor,
} from './processor/admin/topic-admin-processor.ts'
import {
  type StaticTopicDeps,
  StaticTopicProcessor,
} from './processor/admin/static-topic-processor.ts'
import { AclAdminProcessor } from './processor/admin/acl-admin-processor.ts'
import { PlainAclAdminProcessor } from './processor/admin/plain-acl-admin-processor.ts'
import { UserAdminProcessor } from './processor/admin/user-admin-processor.ts'
import { type ColdDataDeps, ColdDataProcessor } from './processor/admin/cold-data-processor.ts'
import { NothingToDoProcessor } from './processor/admin/nothing-to-do-processor.ts'
import { BrokerStatsProcessor } from './processor/admin/broker-stats-processor.ts'
import {
  type SwitchTimerEngineDeps,
  SwitchTimerEngineProcessor,
} from './processor/admin/switch-timer-engine-processor.ts'
import { UnsupportedRequestProcessor } from './processor/admin/unsupported-request-processor.ts'
import type { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import type { BrokerStatsManager } from './stats/broker-stats-manager.ts'
import type { TopicQueueMappingManager } from './topic/topic-queue-mapping-manager.ts'

export interface AdministrationDeps
  extends
    TopicAdminDeps,
    Omit<StaticTopicDeps, 'topicQueueMappingManager'>,
    SubscriptionGroupAdminDeps,
    BrokerAdminDeps,
    Omit<ColdDataDeps, 'storeConfig'>,
    Omit<SwitchTimerEngineDeps, 'storeConfig'> {
  readonly storeConfig: MessageStoreConfig
  readonly topicQueueMappingManager: TopicQueueMappingManager
  readonly popInflightMessageCounter: PopInflightMessageCounter
  readonly brokerConfig: BrokerConfig
  readonly authenticationMetadataManager: AuthenticationMetadataManager
  readonly authorizationMetadataManager: AuthorizationMetadataManager
  /** undefined without aclEnable. */
  readonly plainPermissions: PlainPermissionManager | undefined
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly consumerManager: ConsumerManager
  readonly consumerFilterManager: ConsumerFilterManager
  readonly scheduleMessageService: ScheduleMessageService
  readonly messageRequestModeManager: MessageRequestModeManager
  /** undefined without a timer wheel. */
  readonly timerMessageStore: TimerMessageStore | undefined
  /** The broker's address as the client of a connection knows it. */
  readonly brokerAddr: (channel: Channel) => string
  /** Ends what this broker does in its master's place, if it does. */
  readonly handOver: () => Promise<void>
  readonly brokerStatsManager: BrokerStatsManager
  readonly clock: Clock
}

/**
 * Registers what tools ask for: about topics, groups, the broker itself, and consumers. A part of the composition of a
 * broker. Apache: broker.processor.AdminBrokerProcessor
 */
export function registerAdministration(
  dispatcher: RequestDispatcher,
  deps: AdministrationDeps,
): void {
  const group = new ProcessorGroup({
    name: 'AdminBroker',
    queueCapacity: deps.brokerConfig.adminBrokerThreadPoolQueueCapacity,
  })
  const register = (codes: readonly number[], processor: RequestProcessor) => {
    for (const code of codes) dispatcher.registerProcessor(code, processor, group)
  }
  register(TopicAdminProcessor.requestCodes, new TopicAdminProcessor(deps))
  register(StaticTopicProcessor.requestCodes, new StaticTopicProcessor(deps))
  register(SubscriptionGroupAdminProcessor.requestCodes, new SubscriptionGroupAdminProcessor(deps))
  register(BrokerAdminProcessor.requestCodes, new BrokerAdminProcessor(deps))
  register(ColdDataProcessor.requestCodes, new ColdDataProcessor(deps))
  register(BrokerStatsProcessor.requestCodes, new BrokerStatsProcessor(deps.brokerStatsManager))
  register(AclAdminProcessor.requestCodes, new AclAdminProcessor(deps))
  register(PlainAclAdminProcessor.requestCodes, new PlainAclAdminProcessor(deps))
  register(UserAdminProcessor.requestCodes, new UserAdminProcessor(deps))
  register([RequestCode.SWITCH_TIMER_ENGINE], new SwitchTimerEngineProcessor(deps))
  register(NothingToDoProcessor.requestCodes, new NothingToDoProcessor(deps.brokerConfig))
  register(UnsupportedRequestProcessor.requestCodes, new UnsupportedRequestProcessor())
  registerConsumerAdministration(dispatcher, group, deps)
}
