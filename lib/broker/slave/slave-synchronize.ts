import {
  ConsumerOffsetSerializeWrapper,
  DelayOffsetSerializeWrapper,
} from '../../../codec/body/consumer-offset.ts'
import { MessageRequestModeSerializeWrapper } from '../../../codec/body/query-assignment.ts'
import { TimerMetricsSerializeWrapper } from '../../../codec/body/timer-metrics.ts'
import { CodecError } from '../../../codec/errors.ts'
import { RemotingCommand, type ExtFields } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { TimerMessageStore } from '../../store/timer/timer-message-store.ts'
import type { MessageRequestModeManager } from '../loadbalance/message-request-mode-manager.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { ScheduleMessageService } from '../schedule/schedule-message-service.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { TopicQueueMappingManager } from '../topic/topic-queue-mapping-manager.ts'
import type { GroupMaster } from './group-master.ts'
import {
  fetchAllSubscriptionGroups,
  fetchAllTopicConfig,
  type AskMaster,
} from './master-metadata.ts'

export interface SlaveSynchronizeDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'>
  readonly groupMaster: GroupMaster
  /** Asks another broker. @throws (rejects) RemotingError when it does not answer */
  readonly invoke: (address: string, request: RemotingCommand) => Promise<RemotingCommand>
  readonly topicConfigManager: TopicConfigManager
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'takeOver'>
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly scheduleMessageService: Pick<ScheduleMessageService, 'takeOver'>
  readonly messageRequestModeManager: MessageRequestModeManager
  /** undefined without a timer wheel. */
  readonly timerMessageStore: Pick<TimerMessageStore, 'followMaster' | 'metrics'> | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** What a slave takes over from its master, beside the log. */
interface SyncedTable {
  readonly code: number
  /**
   * Fetches it; what is returned takes it over.
   * @throws (rejects) CodecError when the master's answer is not what it should be, and what `ask` throws
   */
  readonly fetch: (ask: AskMaster) => Promise<() => void>
}

const PERIOD_MS = 60_000
/** A slave that becomes the master delivers anew what was delivered since then. */
const DELIVERIES_PERIOD_MS = 3_000

/**
 * Keeps a slave's tables as its master's are: topics, groups, offsets of consumers and of delay levels, request modes, numbers of timer
 * messages. All are fetched when the master becomes known, and every minute; how far its delay levels and timers have come every 3 s.
 *
 * Apache: broker.slave.SlaveSynchronize
 */
export class SlaveSynchronize implements Service {
  readonly #deps: SlaveSynchronizeDeps
  readonly #failures: FailureLog
  readonly #deliveryFailures: FailureLog
  #timer: Timer | undefined
  #deliveriesTimer: Timer | undefined
  #isRunning = false
  #syncing: Promise<void> | undefined
  #syncingDeliveries: Promise<void> | undefined

  constructor(deps: SlaveSynchronizeDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, "the master's tables cannot be fetched")
    this.#deliveryFailures = new FailureLog(
      deps.logger,
      "the master's deliveries cannot be followed",
    )
    deps.groupMaster.onChange(() => {
      void this.syncAll()
      void this.syncDeliveries()
    })
  }

  async start(): Promise<void> {
    this.#isRunning = true
    const { clock } = this.#deps
    this.#timer = clock.setInterval(() => void this.syncAll(), PERIOD_MS)
    this.#deliveriesTimer = clock.setInterval(
      () => void this.syncDeliveries(),
      DELIVERIES_PERIOD_MS,
    )
    await Promise.all([this.syncAll(), this.syncDeliveries()])
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
    this.#deliveriesTimer?.cancel()
    await Promise.all([this.#syncing, this.#syncingDeliveries])
  }

  /** Resolves when all tables are the master's, or could not be fetched; a call that meets a running one joins it. */
  syncAll(): Promise<void> {
    const masterAddr = this.#masterAddr
    if (masterAddr === undefined) return Promise.resolve()
    this.#syncing ??= this.#syncAll(masterAddr)
    return this.#syncing
  }

  /** A master that was found meanwhile is asked at once. */
  async #syncAll(masterAddr: string): Promise<void> {
    let next: string | undefined = masterAddr
    for (
      let asked: string | undefined;
      next !== undefined && next !== asked;
      next = this.#masterAddr
    ) {
      asked = next
      await this.#syncFrom(asked)
    }
    this.#syncing = undefined
  }

  /** Resolves when the slave knows how far its master's delay levels and timers have come, or could not be told. */
  syncDeliveries(): Promise<void> {
    const masterAddr = this.#masterAddr
    if (masterAddr === undefined) return Promise.resolve()
    this.#syncingDeliveries ??= this.#followDeliveries(masterAddr).finally(() => {
      this.#syncingDeliveries = undefined
    })
    return this.#syncingDeliveries
  }

  /** Whom to ask; undefined when nobody, or nothing is to be taken over. */
  get #masterAddr(): string | undefined {
    const { storeConfig, groupMaster } = this.#deps
    return this.#isRunning && storeConfig.brokerRole === 'SLAVE'
      ? groupMaster.masterAddr
      : undefined
  }

  async #followDeliveries(masterAddr: string): Promise<void> {
    const { scheduleMessageService, timerMessageStore } = this.#deps
    try {
      const { body: delays } = await this.#ask(masterAddr, RequestCode.GET_ALL_DELAY_OFFSET)
      // A slave that acts as master by now has come further itself.
      if (this.#masterAddr !== masterAddr) return
      await scheduleMessageService.takeOver(DelayOffsetSerializeWrapper.decode(delays))
      if (timerMessageStore !== undefined) {
        const { body: checkPoint } = await this.#ask(masterAddr, RequestCode.GET_TIMER_CHECK_POINT)
        if (checkPoint === undefined) throw new CodecError('the answer has no check point')
        timerMessageStore.followMaster(checkPoint)
      }
      this.#deliveryFailures.worked()
    } catch (error) {
      this.#deliveryFailures.failed(error, { masterAddr })
    }
  }

  /** One after the other: a table that fails does not keep the others back. */
  async #syncFrom(masterAddr: string): Promise<void> {
    let hasFailed = false
    for (const { code, fetch } of this.#tables) {
      try {
        const takeOver = await fetch((...request) => this.#ask(masterAddr, ...request))
        // The role may have changed meanwhile: a master's tables are its own.
        if (this.#masterAddr === masterAddr) takeOver()
      } catch (error) {
        hasFailed = true
        this.#failures.failed(error, { masterAddr, code })
      }
      if (this.#masterAddr !== masterAddr) return
    }
    if (!hasFailed) this.#failures.worked()
  }

  async #ask(masterAddr: string, code: number, fields?: ExtFields): Promise<RemotingCommand> {
    const response = await this.#deps.invoke(masterAddr, RemotingCommand.request(code, fields))
    if (response.code === ResponseCode.SUCCESS) return response
    throw new RemotingError(response.code as ResponseCode, response.remark ?? 'no remark')
  }

  get #tables(): readonly SyncedTable[] {
    const deps = this.#deps
    return [
      {
        code: RequestCode.GET_ALL_TOPIC_CONFIG,
        fetch: async (ask) => {
          const topics = await fetchAllTopicConfig(ask)
          const { mappingDataVersion, topicQueueMappingDetailMap } = topics
          return () => {
            deps.topicConfigManager.takeOver(topics)
            deps.topicQueueMappingManager.takeOver(mappingDataVersion, topicQueueMappingDetailMap)
          }
        },
      },
      wholeTable(RequestCode.GET_ALL_CONSUMER_OFFSET, (body) => {
        deps.consumerOffsetManager.takeOver(ConsumerOffsetSerializeWrapper.decode(body))
      }),
      {
        code: RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG,
        fetch: async (ask) => {
          const groups = await fetchAllSubscriptionGroups(ask)
          return () => deps.subscriptionGroupManager.takeOver(groups)
        },
      },
      wholeTable(RequestCode.GET_ALL_MESSAGE_REQUEST_MODE, (body) => {
        const { messageRequestModeMap } = MessageRequestModeSerializeWrapper.decode(body)
        deps.messageRequestModeManager.takeOver(messageRequestModeMap)
      }),
      ...this.#timerTables,
    ]
  }

  get #timerTables(): readonly SyncedTable[] {
    const { timerMessageStore } = this.#deps
    if (timerMessageStore === undefined) return []
    const take = (body: Buffer | undefined): void =>
      timerMessageStore.metrics.takeOver(TimerMetricsSerializeWrapper.decode(body))
    return [wholeTable(RequestCode.GET_TIMER_METRICS, take)]
  }
}

/** A table that comes in one answer. */
function wholeTable(code: number, take: (body: Buffer | undefined) => void): SyncedTable {
  return {
    code,
    fetch: async (ask) => {
      const { body } = await ask(code)
      return () => take(body)
    },
  }
}
