import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import { ResetOffsetBody, ResetOffsetBodyForC } from '../../../codec/body/reset-offset.ts'
import { ResetOffsetRequestHeader } from '../../../codec/header/reset-offset.ts'
import { MqVersion } from '../../../codec/mq-version.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { ClientChannelInfo } from './client-channel-info.ts'
import type { ConsumerManager } from './consumer-manager.ts'

export interface ClientOffsetResetDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset'>
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'getOffsetInQueueByTime'>
}

/** In a request: the end of the queue. */
const TO_THE_END = -1
/** What Apache's header says where no queue is named. */
const ALL_QUEUES = -1

/** Resets offsets by telling the group's clients. Apache: broker.client.net.Broker2Client#resetOffset */
export class ClientOffsetReset {
  readonly #deps: ClientOffsetResetDeps

  constructor(deps: ClientOffsetResetDeps) {
    this.#deps = deps
  }

  /** The answer to INVOKE_BROKER_TO_RESET_OFFSET. @throws RemotingError when it cannot be done */
  async reset(header: ResetOffsetRequestHeader, isForCpp: boolean): Promise<RemotingCommand> {
    const { topic, group, timestamp } = header
    const offsetTable = await this.#offsets(header)
    const clients = [...(this.#deps.consumerManager.getConsumerGroupInfo(group)?.clients ?? [])]
    if (clients.length === 0) {
      throw new RemotingError(
        ResponseCode.CONSUMER_NOT_ONLINE,
        `Consumer not online, so can not reset offset, Group: ${group} Topic: ${topic} Timestamp: ${timestamp}`,
      )
    }
    const body = isForCpp ? bodyForCpp(offsetTable) : ResetOffsetBody.encode({ offsetTable })
    for (const client of clients)
      notify(client, { topic, group, queueId: ALL_QUEUES, timestamp, isForce: false }, body)
    return RemotingCommand.response(
      ResponseCode.SUCCESS,
      NOT_SET_REMARK,
      undefined,
      ResetOffsetBody.encode({ offsetTable }),
    )
  }

  async #offsets(header: ResetOffsetRequestHeader): Promise<[MessageQueue, number][]> {
    const { topic, group, isForce } = header
    const topicConfig = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (topicConfig === undefined) {
      throw new RemotingError(
        ResponseCode.TOPIC_NOT_EXIST,
        `[reset-offset] reset offset failed, no topic in this broker. topic=${topic}`,
      )
    }
    const { brokerName } = this.#deps.brokerConfig
    const table: [MessageQueue, number][] = []
    for (let queueId = 0; queueId < topicConfig.writeQueueNums; queueId++) {
      const consumed = this.#deps.consumerOffsetManager.queryOffset(group, topic, queueId)
      if (consumed === -1) {
        const remark = `THe consumer group <${group}> not exist`
        throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
      }
      const target = Math.max(await this.#target(header, queueId), 0)
      const offset = isForce ? target : Math.min(target, consumed)
      table.push([{ brokerName, queueId, topic }, offset])
    }
    return table
  }

  async #target({ topic, timestamp }: ResetOffsetRequestHeader, queueId: number): Promise<number> {
    const { messageStore } = this.#deps
    return timestamp === TO_THE_END
      ? messageStore.getMaxOffsetInQueue(topic, queueId)
      : messageStore.getOffsetInQueueByTime(topic, queueId, timestamp, 'lower')
  }
}

function bodyForCpp(offsetTable: readonly [MessageQueue, number][]): Buffer {
  return ResetOffsetBodyForC.encode({
    offsetTable: offsetTable.map(([queue, offset]) => ({ ...queue, offset })),
  })
}

function notify(client: ClientChannelInfo, header: ResetOffsetRequestHeader, body: Buffer): void {
  if (client.version < MqVersion.V3_0_7_SNAPSHOT) {
    throw new RemotingError(
      ResponseCode.SYSTEM_ERROR,
      `the client does not support this feature. version=${client.version}`,
    )
  }
  client.channel.invokeOneway(
    RemotingCommand.request(
      RequestCode.RESET_CONSUMER_CLIENT_OFFSET,
      ResetOffsetRequestHeader.encode(header),
      body,
    ),
  )
}
