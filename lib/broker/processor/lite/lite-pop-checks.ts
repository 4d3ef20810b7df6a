import type { PopLiteMessageRequestHeader } from '../../../../codec/header/pop-lite-message.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Clock } from '../../../common/clock.ts'
import { isReadable } from '../../../common/perm-name.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError } from '../../../remoting/index.ts'
import { isLiteParent } from '../../lite/lite-metadata.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import { FAQ_SUGGESTION } from '../faq.ts'

export interface LitePopChecksDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerIP1' | 'brokerPermission'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly subscriptionGroupManager: Pick<SubscriptionGroupManager, 'findSubscriptionGroupConfig'>
  readonly clock: Clock
}

/** A client that asks so long after the end of its own time is not served. */
const TIMEOUT_TOO_MUCH_MS = 500
const MAX_MESSAGES = 32

/** Apache: broker.processor.PopLiteMessageProcessor#preCheck */
export class LitePopChecks {
  readonly #deps: LitePopChecksDeps

  constructor(deps: LitePopChecksDeps) {
    this.#deps = deps
  }

  /** @throws RemotingError in the order of Apache's checks */
  check(header: PopLiteMessageRequestHeader, channel: Channel): void {
    const { brokerConfig, clock } = this.#deps
    const broker = `the broker[${brokerConfig.brokerIP1 ?? channel.localHost.address}]`
    if (clock.now() - header.bornTime - header.pollTime > TIMEOUT_TOO_MUCH_MS) {
      refuse(ResponseCode.POLLING_TIMEOUT, `${broker} pop message is timeout too much`)
    }
    if (!isReadable(brokerConfig.brokerPermission)) {
      refuse(ResponseCode.NO_PERMISSION, `${broker} pop message is forbidden`)
    }
    if (header.maxMsgNum > MAX_MESSAGES) {
      refuse(
        ResponseCode.INVALID_PARAMETER,
        `${broker} pop message's num is greater than ${MAX_MESSAGES}`,
      )
    }
    this.#checkTopic(header.topic)
    this.#checkGroup(header)
  }

  #checkTopic(topic: string): void {
    const config = this.#deps.topicConfigManager.selectTopicConfig(topic)
    if (config === undefined) {
      const remark = `topic [${topic}] not exist, apply first please! ${FAQ_SUGGESTION}`
      refuse(ResponseCode.TOPIC_NOT_EXIST, remark)
    }
    if (!isReadable(config.perm)) {
      refuse(ResponseCode.NO_PERMISSION, `the topic [${topic}] peeking message is forbidden`)
    }
    if (!isLiteParent(config)) {
      refuse(ResponseCode.INVALID_PARAMETER, `the topic [${topic}] message type not match`)
    }
  }

  #checkGroup({ topic, consumerGroup: group }: PopLiteMessageRequestHeader): void {
    const config = this.#deps.subscriptionGroupManager.findSubscriptionGroupConfig(group)
    if (config === undefined) {
      const remark = `subscription group [${group}] not exist, ${FAQ_SUGGESTION}`
      refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark)
    }
    if (!config.consumeEnable) {
      refuse(ResponseCode.NO_PERMISSION, `subscription group no permission, ${group}`)
    }
    if (config.attributes.get('lite.bind.topic') !== topic) {
      refuse(ResponseCode.INVALID_PARAMETER, `subscription bind topic not match, ${group}`)
    }
  }
}

function refuse(code: ResponseCode, remark: string): never {
  throw new RemotingError(code, remark)
}
