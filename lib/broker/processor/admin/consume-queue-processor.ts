import {
  type ConsumeQueueData,
  QueryConsumeQueueResponseBody,
} from '../../../../codec/body/query-consumer.ts'
import { QueryConsumeQueueRequestHeader } from '../../../../codec/header/query-consume-queue.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'

export interface ConsumeQueueDeps {
  readonly consumerManager: Pick<ConsumerManager, 'findSubscriptionData'>
  readonly messageStore: Pick<
    MessageStore,
    'getMinOffsetInQueue' | 'getMaxOffsetInQueue' | 'iterateFrom'
  >
}

/** Units told at most; what a frame holds is far more. Apache stops at the end of the consume queue's file. */
const MAX_UNITS = 10_000

/** QUERY_CONSUME_QUEUE: units of a queue as they are stored. Apache: broker.processor.AdminBrokerProcessor */
export class ConsumeQueueProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [RequestCode.QUERY_CONSUME_QUEUE]

  readonly #deps: ConsumeQueueDeps

  constructor(deps: ConsumeQueueDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand): Promise<RemotingCommand> {
    const { messageStore } = this.#deps
    const header = QueryConsumeQueueRequestHeader.decode(request.extFields)
    const { topic = '', queueId = 0, index = 0, count = 0 } = header
    const minQueueIndex = messageStore.getMinOffsetInQueue(topic, queueId)
    if (minQueueIndex < 0) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, `${queueId}@${topic} is not exist!`)
    }
    const maxQueueIndex = messageStore.getMaxOffsetInQueue(topic, queueId)
    const body: QueryConsumeQueueResponseBody = { minQueueIndex, maxQueueIndex, queueData: [] }
    const isThere = index >= minQueueIndex && index < maxQueueIndex
    if (!isThere) {
      const remark = `Index ${index} of ${queueId}@${topic} is not exist!`
      return RemotingCommand.response(ResponseCode.SUCCESS, remark)
    }
    if (header.consumerGroup !== undefined) {
      Object.assign(body, this.#subscription(header.consumerGroup, topic))
    }
    body.queueData = await this.#units(topic, queueId, index, Math.min(count, MAX_UNITS))
    const encoded = QueryConsumeQueueResponseBody.encode(body)
    return RemotingCommand.response(ResponseCode.SUCCESS, NOT_SET_REMARK, undefined, encoded)
  }

  #subscription(group: string, topic: string): Partial<QueryConsumeQueueResponseBody> {
    const subscriptionData = this.#deps.consumerManager.findSubscriptionData(group, topic)
    if (subscriptionData === undefined) return { filterData: `${group}@${topic} is not online!` }
    return { subscriptionData, filterData: 'null' }
  }

  async #units(
    topic: string,
    queueId: number,
    index: number,
    count: number,
  ): Promise<ConsumeQueueData[]> {
    if (count <= 0) return []
    const units = await this.#deps.messageStore.iterateFrom(topic, queueId, index, count)
    const wanted = units.filter(({ queueOffset }) => queueOffset - index < count)
    return wanted.map(({ commitLogOffset, size, tagsCode }) => ({
      physicOffset: commitLogOffset,
      physicSize: size,
      tagsCode: tagsCode ?? 0,
      eval: false,
    }))
  }
}
