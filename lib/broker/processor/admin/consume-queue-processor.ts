import {
  type ConsumeQueueData,
  QueryConsumeQueueResponseBody,
} from '../../../../codec/body/query-consumer.ts'
import { stringifyJson } from '../../../../codec/fastjson-writer.ts'
import { QueryConsumeQueueRequestHeader } from '../../../../codec/header/query-consume-queue.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { extUnitSize } from '../../../../codec/store/consume-queue-ext-unit.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { CqUnit, MessageFilter, MessageStore } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import { type ConsumerFilterData, consumerFilterJson } from '../../filter/consumer-filter-data.ts'
import type { ConsumerFilterManager } from '../../filter/consumer-filter-manager.ts'
import { isTagType } from '../../filter/expression-type.ts'
import { tagMessageFilter } from '../../filter/tag-message-filter.ts'

export interface ConsumeQueueDeps {
  readonly consumerManager: Pick<ConsumerManager, 'findSubscriptionData'>
  readonly consumerFilterManager: Pick<ConsumerFilterManager, 'get'>
  readonly messageStore: Pick<
    MessageStore,
    'getMinOffsetInQueue' | 'getMaxOffsetInQueue' | 'iterateFrom'
  >
}

/** Units told at most; what a frame holds is far more. Apache stops at the end of the consume queue's file. */
const MAX_UNITS = 10_000

const BYTES_PER_LINE = 8

type QueueFilter = Pick<MessageFilter, 'isMatchedByConsumeQueue'>
const EVERY_MESSAGE: QueueFilter = { isMatchedByConsumeQueue: () => true }

interface Asked {
  readonly body: Partial<QueryConsumeQueueResponseBody>
  /** undefined when nobody is asked about. */
  readonly filter: QueueFilter | undefined
}

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
    const isThere = index >= minQueueIndex && index < maxQueueIndex
    if (!isThere) {
      const remark = `Index ${index} of ${queueId}@${topic} is not exist!`
      return RemotingCommand.response(ResponseCode.SUCCESS, remark)
    }
    const asked = this.#asked(header.consumerGroup, topic)
    const units = await this.#units(topic, queueId, index, Math.min(count, MAX_UNITS))
    const encoded = QueryConsumeQueueResponseBody.encode({
      minQueueIndex,
      maxQueueIndex,
      ...asked.body,
      queueData: units.map((unit) => toJson(unit, asked.filter)),
    })
    return RemotingCommand.response(ResponseCode.SUCCESS, NOT_SET_REMARK, undefined, encoded)
  }

  /** What the group that is asked about wants, if there is one. */
  #asked(group: string | undefined, topic: string): Asked {
    if (group === undefined) return { body: {}, filter: undefined }
    const { consumerManager, consumerFilterManager } = this.#deps
    const subscriptionData = consumerManager.findSubscriptionData(group, topic)
    if (subscriptionData === undefined) {
      return { body: { filterData: `${group}@${topic} is not online!` }, filter: undefined }
    }
    const data = consumerFilterManager.get(topic, group)
    const filterData = data === undefined ? 'null' : filterDataOf(data)
    const filter = isTagType(subscriptionData.expressionType)
      ? tagMessageFilter(subscriptionData)
      : data?.filter
    return { body: { subscriptionData, filterData }, filter: filter ?? EVERY_MESSAGE }
  }

  async #units(
    topic: string,
    queueId: number,
    index: number,
    count: number,
  ): Promise<readonly CqUnit[]> {
    if (count <= 0) return []
    const units = await this.#deps.messageStore.iterateFrom(topic, queueId, index, count)
    return units.filter(({ queueOffset }) => queueOffset - index < count)
  }
}

/** As fastjson writes it: the positions of bits, the first list, in one line. */
function filterDataOf(data: ConsumerFilterData): string {
  const text = stringifyJson(consumerFilterJson(data), { pretty: true })
  return text.replace(/\[[\s\d,]*\]/, (list) => list.replaceAll(/\s/g, ''))
}

/** With what consume queue ext has of a message, it is told whether the group wants it. */
function toJson(
  { commitLogOffset, size, tagsCode, ext }: CqUnit,
  filter: QueueFilter | undefined,
): ConsumeQueueData {
  const unit = { physicOffset: commitLogOffset, physicSize: size, tagsCode: tagsCode ?? 0 }
  if (ext === undefined) return { ...unit, eval: false }
  const { filterBitMap, msgStoreTime } = ext
  return {
    ...unit,
    extendDataJson: stringifyJson({
      filterBitMap: filterBitMap?.toString('base64'),
      msgStoreTime,
      size: extUnitSize(filterBitMap),
      tagsCode: ext.tagsCode,
    }),
    ...(filterBitMap && { bitMap: bitsOf(filterBitMap) }),
    eval: filter?.isMatchedByConsumeQueue(ext.tagsCode, ext) ?? false,
  }
}

/** The last bit first, eight bytes a line. Source: filter module, util.BitsArray#toString */
function bitsOf(bitMap: Buffer): string {
  let text = ''
  for (let index = bitMap.length - 1; index >= 0; index--) {
    text += (bitMap[index] as number).toString(2).padStart(8, '0')
    if (index % BYTES_PER_LINE === 0) text += '\n'
  }
  return text
}
