import type { MessageQueue } from '../../codec/body/message-queue.ts'
import {
  SendMessageRequestHeaderV2,
  SendMessageResponseHeader,
} from '../../codec/header/send-message.ts'
import { Host } from '../../codec/message/host.ts'
import { UniqIdGenerator } from '../../codec/message/message-id.ts'
import { encodeProperties } from '../../codec/message/properties.ts'
import { MessageConst } from '../../codec/message/property-names.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { type Clock, startOfLocalMonth } from '../common/clock.ts'
import type { FileSystem } from '../common/file-system.ts'
import { localAddresses, selectLocalAddress } from '../common/local-address.ts'
import { CREATE_TOPIC_KEY } from './broker-calls.ts'
import type { MqAdminClient } from './mq-admin-client.ts'
import { type QueuePlace, writableQueues } from './topic-queues.ts'

/** Queues of a topic that a send makes, as Apache's clients want them. Source: DefaultMQProducer#defaultTopicQueueNums */
const DEFAULT_TOPIC_QUEUE_NUMS = 4

/** The message is stored with all of these; what failed behind that is in the name. Apache: client.producer.SendStatus */
const SEND_STATUS = new Map<number, string>([
  [ResponseCode.SUCCESS, 'SEND_OK'],
  [ResponseCode.FLUSH_DISK_TIMEOUT, 'FLUSH_DISK_TIMEOUT'],
  [ResponseCode.FLUSH_SLAVE_TIMEOUT, 'FLUSH_SLAVE_TIMEOUT'],
  [ResponseCode.SLAVE_NOT_AVAILABLE, 'SLAVE_NOT_AVAILABLE'],
])
const ACCEPTED = [...SEND_STATUS.keys()]

export interface OutgoingMessage {
  readonly topic: string
  readonly body: Buffer
  readonly tags?: string | undefined
  /** Separated by blanks. */
  readonly keys?: string | undefined
  /** Of a message that is sent again; its unique id among them counts. */
  readonly properties?: ReadonlyMap<string, string>
}

/** Apache: client.producer.SendResult */
export interface SendResult {
  readonly sendStatus: string
  readonly msgId: string
  readonly offsetMsgId: string
  readonly messageQueue: MessageQueue
  readonly queueOffset: number
}

export interface AdminProducerDeps {
  readonly admin: MqAdminClient
  readonly clock: Clock
  readonly fileSystem: FileSystem
}

/** Sends messages for tools, to one queue of the topic after the other. Apache: client.producer.DefaultMQProducer */
export class AdminProducer {
  readonly #deps: AdminProducerDeps
  readonly #group: string
  readonly #ids: UniqIdGenerator
  readonly #queues = new Map<string, QueuePlace[]>()
  #turn = 0

  constructor(deps: AdminProducerDeps, group: string) {
    this.#deps = deps
    this.#group = group
    const { ip } = Host.of(selectLocalAddress(localAddresses(deps.fileSystem)), 0)
    this.#ids = new UniqIdGenerator(ip, process.pid, deps.clock.now())
  }

  /**
   * Sends to `queue`, or to the next one.
   * @throws (rejects) RemotingError when the message is refused, Error when the topic has no such queue
   */
  async send(message: OutgoingMessage, queue?: Omit<MessageQueue, 'topic'>): Promise<SendResult> {
    const { topic, body, tags, keys } = message
    const queues = await this.#queuesOf(topic)
    const place = queue === undefined ? queues[this.#turn++ % queues.length] : find(queues, queue)
    if (place === undefined) throw new Error(`${topic}: there is no such queue to write to`)
    const { clock } = this.#deps
    const nowMs = clock.now()
    const newId = this.#ids.create(nowMs, startOfLocalMonth(nowMs))
    const properties = new Map<string, string | undefined>([
      [MessageConst.PROPERTY_KEYS, keys],
      [MessageConst.PROPERTY_TAGS, tags],
      [MessageConst.PROPERTY_WAIT_STORE_MSG_OK, 'true'],
      [MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX, newId],
      ...(message.properties ?? []),
    ])
    const msgId = properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? newId
    const header = SendMessageRequestHeaderV2.encode({
      producerGroup: this.#group,
      topic,
      defaultTopic: CREATE_TOPIC_KEY,
      defaultTopicQueueNums: DEFAULT_TOPIC_QUEUE_NUMS,
      queueId: place.queueId,
      sysFlag: 0,
      bornTimestamp: nowMs,
      flag: 0,
      properties: encodeProperties(properties),
      reconsumeTimes: 0,
      bname: place.brokerName,
    })
    const call = { code: RequestCode.SEND_MESSAGE_V2, header, body }
    const response = await this.#deps.admin.invoke(place.address, call, ACCEPTED)
    const answer = SendMessageResponseHeader.decode(response.extFields)
    return {
      sendStatus: SEND_STATUS.get(response.code) as string,
      msgId,
      offsetMsgId: answer.msgId,
      messageQueue: { topic, brokerName: place.brokerName, queueId: answer.queueId },
      queueOffset: answer.queueOffset,
    }
  }

  /** A topic that does not exist yet is made by the broker, where that is allowed: after the model of CREATE_TOPIC_KEY. */
  async #queuesOf(topic: string): Promise<QueuePlace[]> {
    const known = this.#queues.get(topic)
    if (known !== undefined) return known
    const { admin } = this.#deps
    const queues = await admin.examineTopicRouteInfo(topic).then(writableQueues, async (error) => {
      const model = await admin.examineTopicRouteInfo(CREATE_TOPIC_KEY).catch(() => undefined)
      if (model === undefined) throw error
      return writableQueues(model).filter(({ queueId }) => queueId < DEFAULT_TOPIC_QUEUE_NUMS)
    })
    this.#queues.set(topic, queues)
    return queues
  }
}

function find(
  queues: readonly QueuePlace[],
  { brokerName, queueId }: Omit<MessageQueue, 'topic'>,
): QueuePlace | undefined {
  return queues.find((each) => each.brokerName === brokerName && each.queueId === queueId)
}

/** Source: client.producer.SendResult#toString */
export function describeSendResult(result: SendResult): string {
  const { sendStatus, msgId, offsetMsgId, messageQueue, queueOffset } = result
  const fields = [
    `sendStatus=${sendStatus}`,
    `msgId=${msgId}`,
    `offsetMsgId=${offsetMsgId}`,
    `messageQueue=${describeQueue(messageQueue)}`,
    `queueOffset=${queueOffset}`,
    'recallHandle=null',
  ]
  return `SendResult [${fields.join(', ')}]`
}

/** Source: common.message.MessageQueue#toString */
export function describeQueue({ topic, brokerName, queueId }: MessageQueue): string {
  return `MessageQueue [topic=${topic}, brokerName=${brokerName}, queueId=${queueId}]`
}
