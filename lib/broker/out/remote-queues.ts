import { TopicConfigAndQueueMapping } from '../../../codec/body/topic-queue-mapping.ts'
import { TopicStatsTable } from '../../../codec/body/topic-stats.ts'
import { GetTopicConfigRequestHeader } from '../../../codec/header/get-config.ts'
import {
  GetEarliestMsgStoretimeRequestHeader,
  GetEarliestMsgStoretimeResponseHeader,
} from '../../../codec/header/get-earliest-msg-storetime.ts'
import {
  GetMaxOffsetRequestHeader,
  GetMaxOffsetResponseHeader,
} from '../../../codec/header/get-max-offset.ts'
import {
  GetMinOffsetRequestHeader,
  GetMinOffsetResponseHeader,
} from '../../../codec/header/get-min-offset.ts'
import { GetTopicStatsInfoRequestHeader } from '../../../codec/header/get-topic-stats-info.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import {
  QueryConsumerOffsetRequestHeader,
  QueryConsumerOffsetResponseHeader,
} from '../../../codec/header/query-consumer-offset.ts'
import {
  SearchOffsetRequestHeader,
  SearchOffsetResponseHeader,
} from '../../../codec/header/search-offset.ts'
import { UpdateConsumerOffsetRequestHeader } from '../../../codec/header/update-consumer-offset.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RpcClient } from './rpc-client.ts'

/** A queue of a named broker. */
export interface RemoteQueue {
  readonly bname: string
  readonly topic: string
  readonly queueId: number
}

const PULLED: readonly number[] = [
  ResponseCode.SUCCESS,
  ResponseCode.PULL_NOT_FOUND,
  ResponseCode.PULL_RETRY_IMMEDIATELY,
  ResponseCode.PULL_OFFSET_MOVED,
]
const SUCCESS_OR_NOT_FOUND: readonly number[] = [ResponseCode.SUCCESS, ResponseCode.QUERY_NOT_FOUND]

/**
 * What brokers ask each other about the queues of static topics. `lo=false` says that the queue itself is meant.
 * All reject with RemotingError SYSTEM_ERROR when there is no answer.
 *
 * Apache: remoting.rpc.RpcClientImpl
 */
export class RemoteQueues {
  readonly #rpc: Pick<RpcClient, 'invoke'>

  constructor(rpc: Pick<RpcClient, 'invoke'>) {
    this.#rpc = rpc
  }

  async getMaxOffset(queue: RemoteQueue): Promise<number> {
    const fields = GetMaxOffsetRequestHeader.encode({ ...queue, lo: false })
    const { extFields } = await this.#rpc.invoke(queue.bname, RequestCode.GET_MAX_OFFSET, fields)
    return GetMaxOffsetResponseHeader.decode(extFields).offset
  }

  async getMinOffset(queue: RemoteQueue): Promise<number> {
    const fields = GetMinOffsetRequestHeader.encode({ ...queue, lo: false })
    const { extFields } = await this.#rpc.invoke(queue.bname, RequestCode.GET_MIN_OFFSET, fields)
    return GetMinOffsetResponseHeader.decode(extFields).offset
  }

  async searchOffset(
    queue: RemoteQueue,
    timestamp: number,
    boundaryType: 'lower' | 'upper',
  ): Promise<number> {
    const code = RequestCode.SEARCH_OFFSET_BY_TIMESTAMP
    const header = { ...queue, timestamp, boundaryType: boundaryType.toUpperCase(), lo: false }
    const fields = SearchOffsetRequestHeader.encode(header)
    const { extFields } = await this.#rpc.invoke(queue.bname, code, fields)
    return SearchOffsetResponseHeader.decode(extFields).offset
  }

  async getEarliestMsgStoretime(queue: RemoteQueue): Promise<number> {
    const code = RequestCode.GET_EARLIEST_MSG_STORETIME
    const fields = GetEarliestMsgStoretimeRequestHeader.encode({ ...queue, lo: false })
    const { extFields } = await this.#rpc.invoke(queue.bname, code, fields)
    return GetEarliestMsgStoretimeResponseHeader.decode(extFields).timestamp
  }

  /** The offset of a group; undefined when it has stored none. */
  async queryConsumerOffset(
    queue: RemoteQueue,
    consumerGroup: string,
  ): Promise<number | undefined> {
    const code = RequestCode.QUERY_CONSUMER_OFFSET
    const header = { ...queue, consumerGroup, setZeroIfNotFound: false, lo: false }
    const fields = QueryConsumerOffsetRequestHeader.encode(header)
    const response = await this.#rpc.invoke(queue.bname, code, fields, SUCCESS_OR_NOT_FOUND)
    if (response.code === ResponseCode.QUERY_NOT_FOUND) return undefined
    return QueryConsumerOffsetResponseHeader.decode(response.extFields).offset
  }

  async updateConsumerOffset(
    queue: RemoteQueue,
    consumerGroup: string,
    commitOffset: number,
  ): Promise<void> {
    const header = { ...queue, consumerGroup, commitOffset, lo: false }
    const fields = UpdateConsumerOffsetRequestHeader.encode(header)
    await this.#rpc.invoke(queue.bname, RequestCode.UPDATE_CONSUMER_OFFSET, fields)
  }

  /** The answer to a pull that names a queue of the broker `bname`. */
  pullMessage(bname: string, header: PullMessageRequestHeader): Promise<RemotingCommand> {
    const fields = PullMessageRequestHeader.encode({ ...header, bname, lo: false })
    return this.#rpc.invoke(bname, RequestCode.PULL_MESSAGE, fields, PULLED)
  }

  async getTopicStatsInfo(bname: string, topic: string): Promise<TopicStatsTable> {
    const fields = GetTopicStatsInfoRequestHeader.encode({ topic, bname, lo: false })
    const { body } = await this.#rpc.invoke(bname, RequestCode.GET_TOPIC_STATS_INFO, fields)
    return TopicStatsTable.decode(body)
  }

  async getTopicConfig(bname: string, topic: string): Promise<TopicConfigAndQueueMapping> {
    const fields = GetTopicConfigRequestHeader.encode({ topic, bname, lo: true })
    const { body } = await this.#rpc.invoke(bname, RequestCode.GET_TOPIC_CONFIG, fields)
    return TopicConfigAndQueueMapping.decode(body)
  }
}
