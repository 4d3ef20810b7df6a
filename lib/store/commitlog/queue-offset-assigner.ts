import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { appendProperty, deleteProperty, findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { hasFlag, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { isLmq, LMQ_QUEUE_ID } from '../../common/light-message-queue.ts'
import { multiDispatchNames, topicAllowsLmq } from '../multi-dispatch.ts'
import type { MessageStoreConfig } from '../config.ts'
import type { QueueOffsetTable } from './queue-offset-table.ts'

/** What a message takes of its queue beyond one offset, and of other queues. */
export interface AssignedMessage {
  /** With its offsets in the properties. */
  readonly message: MessageExtBrokerInner
  /** Messages in the record. */
  readonly messageNum: number
  /** Light message queues that get it, a name for each offset that is taken. */
  readonly lmqs: readonly string[]
}

const { PROPERTY_INNER_NUM, PROPERTY_INNER_BASE } = MessageConst
const { PROPERTY_INNER_MULTI_DISPATCH, PROPERTY_INNER_MULTI_QUEUE_OFFSET } = MessageConst
const NO_LMQS: readonly string[] = []

/** Writes queue offsets into the properties of messages that carry them: batches kept as one, and messages for light message queues. */
export class QueueOffsetAssigner {
  readonly #config: Pick<MessageStoreConfig, 'enableLmq'>
  readonly #queueOffsets: QueueOffsetTable

  constructor(config: Pick<MessageStoreConfig, 'enableLmq'>, queueOffsets: QueueOffsetTable) {
    this.#config = config
    this.#queueOffsets = queueOffsets
  }

  /** undefined for an ordinary message. Takes no offset yet. */
  assign(message: MessageExtBrokerInner): AssignedMessage | undefined {
    const isInnerBatch = hasFlag(message.sysFlag, MessageSysFlag.INNER_BATCH_FLAG)
    const lmqs = this.#config.enableLmq ? multiDispatchOf(message) : undefined
    if (!isInnerBatch && lmqs === undefined) return undefined
    let { properties } = message
    if (isInnerBatch) properties = this.#withInnerBase(message, properties)
    if (lmqs !== undefined) properties = this.#withMultiQueueOffset(lmqs, properties)
    return {
      message: { ...message, properties },
      messageNum: isInnerBatch ? messageNumOf(properties) : 1,
      lmqs: lmqs?.filter(isLmq) ?? NO_LMQS,
    }
  }

  /** Source: store.queue.BatchConsumeQueue#assignQueueOffset */
  #withInnerBase({ topic, queueId }: MessageExtBrokerInner, properties: string): string {
    const base = this.#queueOffsets.get(topic, queueId)
    return appendProperty(
      deleteProperty(properties, PROPERTY_INNER_BASE),
      PROPERTY_INNER_BASE,
      String(base),
    )
  }

  /** Names of other queues have no offset here. Source: store.LmqDispatch#wrapLmqDispatch */
  #withMultiQueueOffset(names: readonly string[], properties: string): string {
    const offsets = names.map((name) =>
      isLmq(name) ? String(this.#queueOffsets.get(name, LMQ_QUEUE_ID)) : '',
    )
    return appendProperty(
      deleteProperty(properties, PROPERTY_INNER_MULTI_QUEUE_OFFSET),
      PROPERTY_INNER_MULTI_QUEUE_OFFSET,
      offsets.join(','),
    )
  }

  /** Takes the offsets of light message queues, and returns their names. Source: store.LmqDispatch#updateLmqOffsets */
  take({ lmqs }: AssignedMessage): readonly string[] {
    for (const name of lmqs) this.#move(name, 1)
    return lmqs
  }

  /** Gives them back, when the message could not be written. */
  giveBack(lmqs: readonly string[]): void {
    for (const name of lmqs) this.#move(name, -1)
  }

  #move(name: string, by: number): void {
    this.#queueOffsets.set(name, LMQ_QUEUE_ID, this.#queueOffsets.get(name, LMQ_QUEUE_ID) + by)
  }
}

/** Source: common.message.MessageExtBrokerInner#needDispatchLMQ */
function multiDispatchOf({ topic, properties }: MessageExtBrokerInner): string[] | undefined {
  const names = findProperty(properties, PROPERTY_INNER_MULTI_DISPATCH)
  if (names === undefined || names.trim() === '' || !topicAllowsLmq(topic)) return undefined
  return multiDispatchNames(names)
}

/** Source: store.CommitLog#getMessageNum */
function messageNumOf(properties: string): number {
  return Math.max(Number(findProperty(properties, PROPERTY_INNER_NUM) ?? 1), 1)
}
