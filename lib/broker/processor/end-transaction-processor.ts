import { EndTransactionRequestHeader } from '../../../codec/header/end-transaction.ts'
import type { MessageExt } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { MessageStore, PutMessageCallback, PutMessageResult } from '../../store/types.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { endMessageTransaction, parseLong } from '../transaction/half-message.ts'
import type { CommittedMessage } from '../transaction/half-message.ts'
import type { TransactionalMessageService } from '../transaction/transactional-message-service.ts'
import type { TimerRemarkFacts } from './send/timer-remark.ts'
import { FINAL_PUT_CODE, finalPutRemark } from './send/final-put-status.ts'

export interface EndTransactionProcessorDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'transactionTimeOut'>
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole' | 'maxMessageSize'> & TimerRemarkFacts
  readonly messageStore: MessageStore
  readonly transactions: TransactionalMessageService
  readonly scheduleHook: ScheduleHook
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'puts' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * END_TRANSACTION: the producer, asked or unasked, tells what shall become of a half message. Committed, it is stored
 * under its own topic; in both cases an op message will say that it is settled. "Unknown" gets no answer, as in Apache.
 *
 * Apache: broker.processor.EndTransactionProcessor
 */
export class EndTransactionProcessor implements RequestProcessor {
  readonly #deps: EndTransactionProcessorDeps

  constructor(deps: EndTransactionProcessorDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const header = EndTransactionRequestHeader.decode(request.extFields)
    if (this.#deps.storeConfig.brokerRole === 'SLAVE') {
      return RemotingCommand.response(ResponseCode.SLAVE_NOT_AVAILABLE)
    }
    const isCommit = header.commitOrRollback === MessageSysFlag.TRANSACTION_COMMIT_TYPE
    if (!isCommit && header.commitOrRollback !== MessageSysFlag.TRANSACTION_ROLLBACK_TYPE) {
      this.#logUnknown(header, channel)
      request.markOneway() // nothing waits for an answer that never comes
      return undefined
    }
    const half = await this.#requireHalfMessage(header)
    if (this.#rejectCommitOrRollback(header, half)) {
      return RemotingCommand.response(ResponseCode.ILLEGAL_OPERATION)
    }
    checkPrepareMessage(half, header)
    return isCommit ? this.#commit(half) : this.#rollback(half)
  }

  #logUnknown(header: EndTransactionRequestHeader, channel: Channel): void {
    const { producerGroup, msgId, fromTransactionCheck } = header
    const remote = channel.remoteHost.toString()
    const fields = { remote, producerGroup, msgId, fromTransactionCheck }
    this.#deps.logger.warn(fields, 'the producer does not know the state of its transaction')
  }

  async #requireHalfMessage({ commitLogOffset }: EndTransactionRequestHeader): Promise<MessageExt> {
    const half = await this.#deps.messageStore.lookMessageByOffset(commitLogOffset)
    if (half?.topic === SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC) return half
    throw systemError('Find prepared transaction message failed')
  }

  /** Who set the time of the first check has until then to decide unasked. */
  #rejectCommitOrRollback(header: EndTransactionRequestHeader, half: MessageExt): boolean {
    if (header.fromTransactionCheck === true) return false
    const name = MessageConst.PROPERTY_CHECK_IMMUNITY_TIME_IN_SECONDS
    const seconds = findProperty(half.properties, name)
    if (seconds === undefined) return false
    const { transactionTimeOut } = this.#deps.brokerConfig
    const immunityMs = Math.max(parseLong(seconds) * 1000, transactionTimeOut)
    return this.#deps.clock.now() - half.bornTimestamp > immunityMs
  }

  #rollback(half: MessageExt): RemotingCommand {
    const { transactions } = this.#deps
    if (transactions.begin(half)) {
      transactions.deletePrepareMessage(half)
      const topic = findProperty(half.properties, MessageConst.PROPERTY_REAL_TOPIC)
      if (topic !== undefined) this.#deps.brokerStatsManager.messages.incRollback(topic)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  async #commit(half: MessageExt): Promise<RemotingCommand> {
    const { transactions } = this.#deps
    const committed = endMessageTransaction(half)
    if (committed === undefined) throw systemError('The half message has no real topic')
    if (!transactions.begin(half)) return RemotingCommand.response(ResponseCode.SUCCESS)
    const { topic } = committed.message
    const result = await this.#sendFinalMessage(committed)
    if (result.appended === undefined) transactions.giveUp(half)
    else {
      transactions.deletePrepareMessage(half)
      const { clock, brokerStatsManager } = this.#deps
      brokerStatsManager.messages.incCommit(topic, clock.now() - half.bornTimestamp)
    }
    const remark = finalPutRemark(result.status, this.#deps.storeConfig)
    return RemotingCommand.response(FINAL_PUT_CODE[result.status], remark)
  }

  #sendFinalMessage({ message, properties }: CommittedMessage): Promise<PutMessageResult> {
    const { scheduleHook, brokerStatsManager } = this.#deps
    return new Promise((resolve) => {
      const done: PutMessageCallback = (result) => {
        const { appended } = result
        if (appended !== undefined) {
          brokerStatsManager.puts.incTopicPut(message.topic, appended.messageCount, appended.size)
        }
        resolve(result)
      }
      scheduleHook.putMessage(message, done, properties)
    })
  }
}

/** @throws RemotingError when the request is not about this half message, or not its producer's */
function checkPrepareMessage(half: MessageExt, header: EndTransactionRequestHeader): void {
  const group = findProperty(half.properties, MessageConst.PROPERTY_PRODUCER_GROUP)
  if (group !== header.producerGroup) throw systemError('The producer group wrong')
  if (half.queueOffset !== header.tranStateTableOffset) {
    throw systemError('The transaction state table offset wrong')
  }
  if (half.commitLogOffset !== header.commitLogOffset) {
    throw systemError('The commit log offset wrong')
  }
}

function systemError(remark: string): RemotingError {
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
