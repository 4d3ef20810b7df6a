import type { OffsetWrapper } from '../../../../codec/body/consume-stats.ts'
import { ConsumeStats } from '../../../../codec/body/consume-stats.ts'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { GroupList } from '../../../../codec/body/topic-list.ts'
import { GetConsumeStatsRequestHeader } from '../../../../codec/header/get-consume-stats.ts'
import { QueryTopicConsumeByWhoRequestHeader } from '../../../../codec/header/query-topic-consume-by-who.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { TopicConfigManager } from '../../topic/topic-config-manager.ts'
import type { TopicQueueMappingManager } from '../../topic/topic-queue-mapping-manager.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import { queueProgress } from './queue-progress.ts'

export interface ConsumeStatsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'getTopicQueueMapping'>
  readonly consumerManager: Pick<ConsumerManager, 'mayConsume' | 'queryTopicConsumeByWho'>
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'tpsGroupGetNums'>
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue' | 'getMessageStoreTimestamp'>
}

/**
 * How far groups are: GET_CONSUME_STATS and QUERY_TOPIC_CONSUME_BY_WHO.
 * Apache: broker.processor.AdminBrokerProcessor
 */
export class ConsumeStatsProcessor implements RequestProcessor {
  readonly #deps: ConsumeStatsDeps

  constructor(deps: ConsumeStatsDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    return request.code === RequestCode.GET_CONSUME_STATS
      ? this.#getConsumeStats(request)
      : this.#queryTopicConsumeByWho(request)
  }

  async #getConsumeStats(request: RemotingCommand): Promise<RemotingCommand> {
    const header = GetConsumeStatsRequestHeader.decode(request.extFields)
    const { consumerGroup: group, topic: onlyTopic, topicList = '' } = header
    const named = topicList.split(';').filter((topic) => topic !== '')
    const topics = named.length > 0 ? named : this.#topicsOf(group, onlyTopic)
    const offsetTable: [MessageQueue, OffsetWrapper][] = []
    let consumeTps = 0
    const { topicConfigManager, topicQueueMappingManager } = this.#deps
    for (const topic of new Set(topics)) {
      const readQueueNums = topicConfigManager.selectTopicConfig(topic)?.readQueueNums ?? 0
      if (readQueueNums > 0) {
        consumeTps += this.#deps.brokerStatsManager.tpsGroupGetNums(group, topic)
      }
      const isStatic = topicQueueMappingManager.getTopicQueueMapping(topic) !== undefined
      for (let queueId = 0; queueId < readQueueNums; queueId++) {
        const queue = { brokerName: this.#deps.brokerConfig.brokerName, queueId, topic }
        offsetTable.push([queue, await queueProgress(this.#deps, group, topic, queueId, isStatic)])
      }
    }
    return success(ConsumeStats.encode({ consumeTps, offsetTable }))
  }

  /** The topic asked for or those with offsets; of a group that is online only what it subscribes to. */
  #topicsOf(group: string, onlyTopic: string | undefined): string[] {
    const isNamed = onlyTopic !== undefined && onlyTopic.trim() !== ''
    const topics = isNamed
      ? [onlyTopic]
      : this.#deps.consumerOffsetManager.whichTopicByConsumer(group)
    return topics.filter((topic) => this.#deps.consumerManager.mayConsume(group, topic))
  }

  /** Groups that are online, and groups with offsets. (Apache names the topic in place of those that are online.) */
  #queryTopicConsumeByWho(request: RemotingCommand): RemotingCommand {
    const { topic } = QueryTopicConsumeByWhoRequestHeader.decode(request.extFields)
    const groups = new Set([
      ...this.#deps.consumerManager.queryTopicConsumeByWho(topic),
      ...this.#deps.consumerOffsetManager.whichGroupByTopic(topic),
    ])
    return success(GroupList.encode({ groupList: [...groups] }))
  }
}

function success(body: Buffer): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}
