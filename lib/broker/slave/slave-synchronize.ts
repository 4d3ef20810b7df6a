import {
  ConsumerOffsetSerializeWrapper,
  DelayOffsetSerializeWrapper,
} from '../../../codec/body/consumer-offset.ts'
import { MessageRequestModeSerializeWrapper } from '../../../codec/body/query-assignment.ts'
import { SubscriptionGroupWrapper } from '../../../codec/body/subscription-group-config.ts'
import { TopicConfigAndMappingSerializeWrapper } from '../../../codec/body/topic-config-serialize-wrapper.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { MessageRequestModeManager } from '../loadbalance/message-request-mode-manager.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { ScheduleMessageService } from '../schedule/schedule-message-service.ts'
import type { SubscriptionGroupManager } from '../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { GroupMaster } from './group-master.ts'

export interface SlaveSynchronizeDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'>
  readonly groupMaster: GroupMaster
  /** Asks another broker. @throws (rejects) RemotingError when it does not answer */
  readonly invoke: (address: string, request: RemotingCommand) => Promise<RemotingCommand>
  readonly topicConfigManager: TopicConfigManager
  readonly subscriptionGroupManager: SubscriptionGroupManager
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly scheduleMessageService: ScheduleMessageService
  readonly messageRequestModeManager: MessageRequestModeManager
  readonly clock: Clock
  readonly logger: Logger
}

/** What a slave takes over from its master, beside the log. */
interface SyncedTable {
  readonly code: number
  /** @throws CodecError when the master's answer is not what it should be */
  readonly take: (body: Buffer | undefined) => void
}

const PERIOD_MS = 60_000

/**
 * Keeps a slave's tables as its master's are: topics, groups, offsets of consumers and of delay levels, request modes. All are fetched
 * when the master becomes known, and every minute.
 *
 * Apache: broker.slave.SlaveSynchronize
 */
export class SlaveSynchronize implements Service {
  readonly #deps: SlaveSynchronizeDeps
  readonly #failures: FailureLog
  #timer: Timer | undefined
  #isRunning = false
  #syncing: Promise<void> | undefined

  constructor(deps: SlaveSynchronizeDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, "the master's tables cannot be fetched")
    deps.groupMaster.onChange(() => void this.syncAll())
  }

  async start(): Promise<void> {
    this.#isRunning = true
    this.#timer = this.#deps.clock.setInterval(() => void this.syncAll(), PERIOD_MS)
    await this.syncAll()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
    await this.#syncing
  }

  /** Resolves when all tables are the master's, or could not be fetched; a call that meets a running one joins it. */
  syncAll(): Promise<void> {
    const { storeConfig, groupMaster } = this.#deps
    const { masterAddr } = groupMaster
    if (!this.#isRunning || storeConfig.brokerRole !== 'SLAVE' || masterAddr === undefined) {
      return Promise.resolve()
    }
    this.#syncing ??= this.#syncFrom(masterAddr).finally(() => {
      this.#syncing = undefined
    })
    return this.#syncing
  }

  /** One after the other: a table that fails does not keep the others back. */
  async #syncFrom(masterAddr: string): Promise<void> {
    let hasFailed = false
    for (const { code, take } of this.#tables) {
      try {
        take(await this.#fetch(masterAddr, code))
      } catch (error) {
        hasFailed = true
        this.#failures.failed(error, { masterAddr, code })
      }
    }
    if (!hasFailed) this.#failures.worked()
  }

  async #fetch(masterAddr: string, code: number): Promise<Buffer | undefined> {
    const response = await this.#deps.invoke(masterAddr, RemotingCommand.request(code))
    if (response.code === ResponseCode.SUCCESS) return response.body
    throw new RemotingError(response.code as ResponseCode, response.remark ?? 'no remark')
  }

  get #tables(): readonly SyncedTable[] {
    const deps = this.#deps
    return [
      {
        code: RequestCode.GET_ALL_TOPIC_CONFIG,
        take: (body) => {
          const master = TopicConfigAndMappingSerializeWrapper.decode(body)
          deps.topicConfigManager.takeOver(master)
        },
      },
      {
        code: RequestCode.GET_ALL_CONSUMER_OFFSET,
        take: (body) => {
          deps.consumerOffsetManager.takeOver(ConsumerOffsetSerializeWrapper.decode(body))
        },
      },
      {
        code: RequestCode.GET_ALL_DELAY_OFFSET,
        take: (body) => {
          deps.scheduleMessageService.takeOver(DelayOffsetSerializeWrapper.decode(body))
        },
      },
      {
        code: RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG,
        take: (body) => {
          deps.subscriptionGroupManager.takeOver(SubscriptionGroupWrapper.decode(body))
        },
      },
      {
        code: RequestCode.GET_ALL_MESSAGE_REQUEST_MODE,
        take: (body) => {
          const { messageRequestModeMap } = MessageRequestModeSerializeWrapper.decode(body)
          deps.messageRequestModeManager.takeOver(messageRequestModeMap)
        },
      },
    ]
  }
}
