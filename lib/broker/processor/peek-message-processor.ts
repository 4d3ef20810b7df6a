import { CodecError } from '../../../codec/errors.ts'
import {
  PeekMessageRequestHeader,
  PopMessageResponseHeader,
} from '../../../codec/header/pop-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import type { GetMessageResult, MessageStore } from '../../store/types.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import { buildPopRetryTopic } from '../topic/topic-names.ts'
import { orRefusal } from './pop/held-requests.ts'
import type { PopChecks } from './pop/pop-checks.ts'
import { INIT_MODE_MIN, type PopOffsets } from './pop/pop-offsets.ts'

export interface PeekMessageDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enableRetryTopicV2'>
  readonly messageStore: Pick<MessageStore, 'getMessage' | 'getMaxOffsetInQueue'>
  readonly topicConfigManager: Pick<TopicConfigManager, 'selectTopicConfig'>
  readonly checks: PopChecks
  readonly popOffsets: PopOffsets
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages'>
  readonly clock: Clock
  /** At least 0, less than 1. */
  readonly random: () => number
}

/** What was found so far. */
interface Peek {
  readonly header: PeekMessageRequestHeader
  readonly records: Buffer[]
  messageCount: number
  /** Messages that are there to be popped, those in `records` too. */
  restNum: number
}

/** So often the retry topic comes first, in percent. Source: PeekMessageProcessor */
const RETRY_FIRST_PERCENT = 20

/**
 * PEEK_MESSAGE: the messages that a pop would get next, which stay where they are. It is never held.
 *
 * Apache: broker.processor.PeekMessageProcessor
 */
export class PeekMessageProcessor implements RequestProcessor {
  readonly #deps: PeekMessageDeps

  constructor(deps: PeekMessageDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const header = PeekMessageRequestHeader.decode(request.extFields)
    return orRefusal(fieldsOf(0), () => {
      const { checks } = this.#deps
      checks.checkBroker(channel, 'peeking')
      checks.checkReadable(header, channel)
      checks.checkGroup(header.consumerGroup)
      if (header.maxMsgNums < 0) {
        throw new CodecError(`maxMsgNums[${header.maxMsgNums}] is negative`)
      }
      return this.#peek(header)
    })
  }

  async #peek(header: PeekMessageRequestHeader): Promise<RemotingCommand> {
    const beginMs = this.#deps.clock.now()
    const { topic, consumerGroup, queueId, maxMsgNums } = header
    const peek: Peek = { header, records: [], messageCount: 0, restNum: 0 }
    const randomQ = Math.floor(this.#deps.random() * 100)
    const { enableRetryTopicV2 } = this.#deps.brokerConfig
    const retryTopic = buildPopRetryTopic(topic, consumerGroup, enableRetryTopicV2)
    const isRetryFirst = randomQ < RETRY_FIRST_PERCENT
    if (isRetryFirst) await this.#readTopic(peek, retryTopic, randomQ)
    if (queueId < 0) await this.#readTopic(peek, topic, randomQ)
    else await this.#readQueue(peek, topic, queueId)
    if (!isRetryFirst && peek.records.length < maxMsgNums) {
      await this.#readTopic(peek, retryTopic, randomQ)
    }
    if (peek.records.length === 0) {
      const { PULL_NOT_FOUND } = ResponseCode
      return RemotingCommand.response(PULL_NOT_FOUND, 'NO_MESSAGE_IN_QUEUE', fieldsOf(peek.restNum))
    }
    this.#count(peek, beginMs)
    const response = RemotingCommand.response(ResponseCode.SUCCESS, 'FOUND', fieldsOf(peek.restNum))
    response.bodySlices = peek.records
    return response
  }

  /** Beginning with another queue each time. */
  async #readTopic(peek: Peek, topic: string, randomQ: number): Promise<void> {
    const readQueueNums = this.#deps.topicConfigManager.selectTopicConfig(topic)?.readQueueNums ?? 0
    for (let i = 0; i < readQueueNums; i++) {
      await this.#readQueue(peek, topic, (randomQ + i) % readQueueNums)
    }
  }

  async #readQueue(peek: Peek, topic: string, queueId: number): Promise<void> {
    const { messageStore, popOffsets, brokerStatsManager } = this.#deps
    const { consumerGroup: group, maxMsgNums: wanted, topic: peekedTopic } = peek.header
    const offset = popOffsets.peek(topic, group, queueId, INIT_MODE_MIN)
    peek.restNum += messageStore.getMaxOffsetInQueue(topic, queueId) - offset
    const maxMsgNums = wanted - peek.records.length
    if (maxMsgNums <= 0) return
    const place = { group, topic, queueId, maxMsgNums }
    let result = await messageStore.getMessage({ ...place, offset })
    if (result.status === 'OFFSET_TOO_SMALL' || result.status === 'OFFSET_OVERFLOW_BADLY') {
      result = await messageStore.getMessage({ ...place, offset: result.nextBeginOffset })
    }
    peek.records.push(...result.records)
    peek.messageCount += result.messageCount
    if (topic === peekedTopic && result.records.length > 0) {
      const { messageCount } = result
      brokerStatsManager.messages.incMessagesOut(group, topic, messageCount, bytesOf(result))
    }
  }

  #count(peek: Peek, beginMs: number): void {
    const { gets } = this.#deps.brokerStatsManager
    const { consumerGroup, topic, queueId } = peek.header
    gets.incGroupGet(consumerGroup, topic, peek.messageCount, bytesOf(peek))
    gets.incGroupGetLatency(consumerGroup, topic, queueId, this.#deps.clock.now() - beginMs)
  }
}

function bytesOf({ records }: Pick<GetMessageResult, 'records'>): number {
  let bytes = 0
  for (const record of records) bytes += record.length
  return bytes
}

/** What Apache's header holds besides where nothing was set. */
function fieldsOf(restNum: number): Record<string, string> {
  return PopMessageResponseHeader.encode({ popTime: 0, invisibleTime: 0, reviveQid: 0, restNum })
}
