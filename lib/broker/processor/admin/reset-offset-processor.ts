import { ResetOffsetBody } from '../../../../codec/body/reset-offset.ts'
import { ResetOffsetRequestHeader } from '../../../../codec/header/reset-offset.ts'
import { LanguageCode } from '../../../../codec/language-code.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../../config/message-store-config.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ClientOffsetReset } from '../../client/client-offset-reset.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'

export interface ResetOffsetDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName' | 'useServerSideResetOffset'>
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'containsSubscriptionGroup'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly messageStore: Pick<
    MessageStore,
    'getMaxOffsetInQueue' | 'getMinOffsetInQueue' | 'getOffsetInQueueByTime'
  >
  readonly clients: ClientOffsetReset
}

/** In a request: the end of the queue as a time, or no offset. */
const NONE = -1

/**
 * INVOKE_BROKER_TO_RESET_OFFSET: the broker keeps the offsets and tells the group with its next pulls, or, without
 * useServerSideResetOffset, tells the clients.
 * Apache: broker.processor.AdminBrokerProcessor#resetOffset, resetOffsetInner
 */
export class ResetOffsetProcessor implements RequestProcessor {
  readonly #deps: ResetOffsetDeps

  constructor(deps: ResetOffsetDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand): Promise<RemotingCommand> {
    const header = ResetOffsetRequestHeader.decode(request.extFields)
    if (!this.#deps.brokerConfig.useServerSideResetOffset) {
      return this.#deps.clients.reset(header, request.language === LanguageCode.CPP)
    }
    const { topic, group } = header
    const readQueueNums = this.#check(topic, group)
    const targets = await this.#targets(header, readQueueNums)
    for (const [queueId, offset] of targets) {
      this.#deps.consumerOffsetManager.assignResetOffset(topic, group, queueId, offset)
    }
    const { brokerName } = this.#deps.brokerConfig
    const body = ResetOffsetBody.encode({
      offsetTable: targets.map(([queueId, offset]) => [{ brokerName, queueId, topic }, offset]),
    })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #check(topic: string, group: string): number {
    const { storeConfig, topicConfigManager, subscriptionGroupManager } = this.#deps
    if (storeConfig.brokerRole === 'SLAVE') {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'Can not reset offset in slave broker')
    }
    const topicConfig = topicConfigManager.selectTopicConfig(topic)
    if (topicConfig === undefined) {
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, `Topic ${topic} does not exist`)
    }
    if (!subscriptionGroupManager.containsSubscriptionGroup(group)) {
      const remark = `Group ${group} does not exist`
      throw new RemotingError(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark)
    }
    if (topicConfig.readQueueNums === 0) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'No queues to reset.')
    }
    return topicConfig.readQueueNums
  }

  async #targets(
    { topic, queueId = NONE, offset = NONE, timestamp }: ResetOffsetRequestHeader,
    readQueueNums: number,
  ): Promise<[queueId: number, offset: number][]> {
    if (queueId >= 0 && offset !== NONE) {
      this.#checkRange(topic, queueId, offset)
      return [[queueId, offset]]
    }
    const queueIds = queueId >= 0 ? [queueId] : Array.from({ length: readQueueNums }, (_, id) => id)
    const targets: [number, number][] = []
    for (const id of queueIds) targets.push([id, await this.#offsetAt(topic, id, timestamp)])
    return targets
  }

  #checkRange(topic: string, queueId: number, offset: number): void {
    const min = this.#deps.messageStore.getMinOffsetInQueue(topic, queueId)
    const max = this.#deps.messageStore.getMaxOffsetInQueue(topic, queueId)
    if ((min >= 0 && offset < min) || offset > max + 1) {
      throw new RemotingError(
        ResponseCode.SYSTEM_ERROR,
        `Target offset ${offset} not in consume queue range [${min}-${max}]`,
      )
    }
  }

  async #offsetAt(topic: string, queueId: number, timestamp: number): Promise<number> {
    const { messageStore } = this.#deps
    if (timestamp < 0) return messageStore.getMaxOffsetInQueue(topic, queueId)
    return messageStore.getOffsetInQueueByTime(topic, queueId, timestamp, 'lower')
  }
}
