import {
  PullMessageRequestHeader,
  PullMessageResponseHeader,
} from '../../../codec/header/pull-message.ts'
import {
  SendMessageRequestHeaderV2,
  SendMessageResponseHeader,
} from '../../../codec/header/send-message.ts'
import { javaHashCode } from '../../../codec/java.ts'
import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import {
  type AppendResult,
  type MessageStore,
  type PutMessageCallback,
  PutMessageStatus,
} from '../../store/types.ts'
import { REVIVE_GROUP } from '../pop/pop-ack-constants.ts'
import { SystemTopic, SYSTEM_TOPIC_PREFIX } from '../topic/topic-validator.ts'
import { escapedMessage, escapedWaitingMessage } from './escaped-message.ts'
import type { RemoteQueue, TopicPublishInfo } from './topic-publish-info.ts'

export interface EscapeBridgeDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    | 'brokerName'
    | 'brokerId'
    | 'brokerClusterName'
    | 'enableSlaveActingMaster'
    | 'enableRemoteEscape'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'>
  readonly messageStore: Pick<MessageStore, 'putMessage'>
  readonly topicPublishInfo: TopicPublishInfo
  /** Asks another broker. @throws (rejects) RemotingError when it does not answer */
  readonly invoke: (address: string, request: RemotingCommand) => Promise<RemotingCommand>
  readonly clock: Clock
  readonly logger: Logger
}

/** The answers that say where the message is. */
const STORED: ReadonlySet<number> = new Set([
  ResponseCode.SUCCESS,
  ResponseCode.FLUSH_DISK_TIMEOUT,
  ResponseCode.FLUSH_SLAVE_TIMEOUT,
  ResponseCode.SLAVE_NOT_AVAILABLE,
])
/** Of those that are not there. */
const NOT_FOUND: ReadonlySet<number> = new Set([
  ResponseCode.PULL_NOT_FOUND,
  ResponseCode.PULL_RETRY_IMMEDIATELY,
  ResponseCode.PULL_OFFSET_MOVED,
])
const DEFAULT_TOPIC_QUEUE_NUMS = 8
/** FLAG_SUBSCRIPTION: the pull brings its own. */
const PULL_SYS_FLAG = 4

/**
 * Where a broker puts what it delivers by itself: a master into its store; a slave, which must not write its log, sends it to another
 * broker that has the topic, when enableRemoteEscape is set. A message whose answer is lost is sent again, and comes twice.
 *
 * Apache: broker.failover.EscapeBridge
 */
export class EscapeBridge {
  readonly #deps: EscapeBridgeDeps
  readonly #failures: FailureLog
  #next = 0

  constructor(deps: EscapeBridgeDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'a message cannot be sent to another broker')
  }

  /** Messages go to other brokers; otherwise into the store. */
  get isRemote(): boolean {
    return this.#deps.storeConfig.brokerRole === 'SLAVE'
  }

  /** A message whose time has come, or a half message. At another broker it may come into any queue of its topic. */
  putMessage(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    if (!this.isRemote) this.#deps.messageStore.putMessage(message, done)
    else if (message.topic.startsWith(`${SYSTEM_TOPIC_PREFIX}REVIVE_LOG_`))
      this.#putSpecific(message, done)
    else this.#escape(escapedMessage(message), (queues) => this.#nextOf(queues), done)
  }

  /** From a slave only: what goes to one queue of a topic goes into one queue of another broker, as long as routes stay the same. */
  putMessageToSpecificQueue(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    this.#putSpecific(message, done)
  }

  /**
   * The message at a queue offset of another broker; undefined when it has been removed there.
   * @throws (rejects) RemotingError when it cannot be told
   */
  async getMessage(
    topic: string,
    offset: number,
    queueId: number,
    brokerName: string,
  ): Promise<MessageExt | undefined> {
    const { topicPublishInfo, invoke, clock } = this.#deps
    const address = await topicPublishInfo.readableAddress(topic, brokerName)
    if (address === undefined)
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, `the broker ${brokerName} is not found`)
    const header = PullMessageRequestHeader.encode({
      consumerGroup: REVIVE_GROUP,
      topic,
      queueId,
      queueOffset: offset,
      maxMsgNums: 1,
      sysFlag: PULL_SYS_FLAG,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subscription: '*',
      subVersion: clock.now(),
      expressionType: 'TAG',
      bname: brokerName,
    })
    const request = RemotingCommand.request(RequestCode.PULL_MESSAGE, header)
    const response = await this.#forgetting(topic, () => invoke(address, request))
    return readPulled(response, offset)
  }

  #putSpecific(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    const { topic, queueId } = message
    const hash = (javaHashCode(topic + this.#deps.brokerConfig.brokerName) >>> 0) + queueId
    this.#escape(escapedWaitingMessage(message), (queues) => queues[hash % queues.length], done)
  }

  #nextOf(queues: readonly RemoteQueue[]): RemoteQueue | undefined {
    this.#next = (this.#next + 1) % Number.MAX_SAFE_INTEGER
    return queues[this.#next % queues.length]
  }

  #escape(
    message: MessageExtBrokerInner,
    choose: (queues: readonly RemoteQueue[]) => RemoteQueue | undefined,
    done: PutMessageCallback,
  ): void {
    const { enableSlaveActingMaster, enableRemoteEscape } = this.#deps.brokerConfig
    if (!enableSlaveActingMaster || !enableRemoteEscape) {
      const reason = 'a slave puts nothing without enableSlaveActingMaster and enableRemoteEscape'
      done({ status: PutMessageStatus.SERVICE_NOT_AVAILABLE, reason })
      return
    }
    this.#send(message, choose).then(
      (appended) => {
        this.#failures.worked()
        done({ status: PutMessageStatus.PUT_OK, appended })
      },
      (error: unknown) => {
        const { topic } = message
        this.#failures.failed(error, { topic })
        const reason = toError(error).message
        done({ status: PutMessageStatus.PUT_TO_REMOTE_BROKER_FAIL, reason })
      },
    )
  }

  async #send(
    message: MessageExtBrokerInner,
    choose: (queues: readonly RemoteQueue[]) => RemoteQueue | undefined,
  ): Promise<AppendResult> {
    const { topicPublishInfo, invoke, clock } = this.#deps
    const { topic, body } = message
    const queue = choose(await topicPublishInfo.writableQueues(topic))
    if (queue === undefined) {
      const remark = `no other broker can be written to that has the topic ${topic}`
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    const header = this.#sendHeader(message, queue)
    const request = RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, body)
    const response = await this.#forgetting(topic, () => invoke(queue.brokerAddr, request))
    if (!STORED.has(response.code)) {
      topicPublishInfo.forget(topic)
      throw new RemotingError(response.code as ResponseCode, response.remark ?? 'no remark')
    }
    const { msgId, queueOffset } = SendMessageResponseHeader.decode(response.extFields)
    return {
      commitLogOffset: 0,
      size: body.length,
      queueOffset,
      storeTimestamp: clock.now(),
      messageCount: 1,
      offsetMsgId: msgId,
    }
  }

  #sendHeader(message: MessageExtBrokerInner, { brokerName, queueId }: RemoteQueue) {
    const { brokerConfig } = this.#deps
    const group = findProperty(message.properties, MessageConst.PROPERTY_PRODUCER_GROUP)
    return SendMessageRequestHeaderV2.encode({
      producerGroup:
        group ?? `InnerProducerGroup_${brokerConfig.brokerName}_${brokerConfig.brokerId}`,
      topic: message.topic,
      defaultTopic: SystemTopic.AUTO_CREATE_TOPIC_KEY_TOPIC,
      defaultTopicQueueNums: DEFAULT_TOPIC_QUEUE_NUMS,
      queueId,
      sysFlag: message.sysFlag,
      bornTimestamp: message.bornTimestamp,
      flag: message.flag,
      properties: message.properties,
      reconsumeTimes: message.reconsumeTimes,
      unitMode: false,
      batch: false,
      bname: brokerName,
    })
  }

  /** A broker that does not answer may have another address by now. */
  async #forgetting<T>(topic: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      this.#deps.topicPublishInfo.forget(topic)
      throw error
    }
  }
}

function readPulled(response: RemotingCommand, offset: number): MessageExt | undefined {
  const { code, body, remark } = response
  if (code === ResponseCode.SUCCESS && body !== undefined && body.length > 0) {
    return decodeRecord(body.subarray(0, body.readInt32BE(0)))
  }
  const isRemoved =
    NOT_FOUND.has(code) && PullMessageResponseHeader.decode(response.extFields).minOffset > offset
  if (isRemoved) return undefined
  throw new RemotingError(code as ResponseCode, remark ?? 'no remark')
}
