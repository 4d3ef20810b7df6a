import { parseAttributes } from '../../../../codec/body/topic-attributes.ts'
import type { TopicConfig } from '../../../../codec/body/topic-config.ts'
import type { CreateTopicRequestHeader } from '../../../../codec/header/create-topic.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import { validateTopic } from '../../topic/topic-validator.ts'

/* What the requests that change topics have in common. */

export interface TopicNameCheckDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'validateSystemTopicWhenUpdateTopic'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'isSystemTopic'>
}

/** Whether the name may be a topic's, and is not one of the broker's own. @throws RemotingError */
export function checkTopicName(deps: TopicNameCheckDeps, topic: string): void {
  const refusal = validateTopic(topic)
  if (refusal !== undefined) throw invalid(refusal)
  refuseSystemTopic(deps, topic)
}

/** @throws RemotingError */
export function refuseSystemTopic(
  { brokerConfig, topicConfigManager }: TopicNameCheckDeps,
  topic: string,
): void {
  if (!brokerConfig.validateSystemTopicWhenUpdateTopic) return
  if (!topicConfigManager.isSystemTopic(topic)) return
  throw invalid(`The topic[${topic}] is conflict with system topic.`)
}

/** @throws RemotingError when the filter type is none */
export function topicConfigOf(header: CreateTopicRequestHeader): TopicConfig {
  const { topicFilterType } = header
  if (topicFilterType !== 'SINGLE_TAG' && topicFilterType !== 'MULTI_TAG') {
    const remark = `topicFilterType = [${topicFilterType}] value invalid`
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
  }
  return {
    attributes: parseAttributes(header.attributes),
    order: header.order,
    perm: header.perm,
    readQueueNums: header.readQueueNums,
    topicFilterType,
    topicName: header.topic,
    topicSysFlag: header.topicSysFlag ?? 0,
    writeQueueNums: header.writeQueueNums,
  }
}

export function invalid(remark: string): RemotingError {
  return new RemotingError(ResponseCode.INVALID_PARAMETER, remark)
}
