import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStore } from '../../store/types.ts'
import { SystemTopic } from '../topic/topic-validator.ts'
import { parseLong, TRANSACTION_GROUP, TRANSACTION_QUEUE_ID } from './half-message.ts'
import type { OpRemovals } from './op-removals.ts'
import { OFFSET_SEPARATOR, REMOVE_TAG } from './transactional-op-batch-service.ts'

export interface OpQueueReaderDeps {
  readonly messageStore: Pick<MessageStore, 'getMessage'>
  readonly logger: Logger
}

/** Op messages read at a time. Source: TransactionalMessageServiceImpl#OP_MSG_PULL_NUMS */
const OP_MSG_PULL_NUMS = 32

/** Reads op messages in their order. Source: TransactionalMessageServiceImpl#fillOpRemoveMap */
export class OpQueueReader {
  readonly #deps: OpQueueReaderDeps
  readonly #removals: OpRemovals
  #nextOffset: number
  #isExhausted = false
  #lastBornTimestamp = 0

  constructor(deps: OpQueueReaderDeps, removals: OpRemovals, offset: number) {
    this.#deps = deps
    this.#removals = removals
    this.#nextOffset = offset
  }

  /** Everything before it has been read. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  /** The last read found nothing new. */
  get isExhausted(): boolean {
    return this.#isExhausted
  }

  /** When the last op message that was read came into being. */
  get lastBornTimestamp(): number {
    return this.#lastBornTimestamp
  }

  /** Reads the next op messages, if there are any. */
  async fill(): Promise<void> {
    const { records, nextBeginOffset } = await this.#deps.messageStore.getMessage({
      group: TRANSACTION_GROUP,
      topic: SystemTopic.RMQ_SYS_TRANS_OP_HALF_TOPIC,
      queueId: TRANSACTION_QUEUE_ID,
      offset: this.#nextOffset,
      maxMsgNums: OP_MSG_PULL_NUMS,
    })
    this.#isExhausted = nextBeginOffset === this.#nextOffset
    this.#nextOffset = nextBeginOffset
    for (const record of records) this.#read(record)
  }

  #read(record: Buffer): void {
    const { queueOffset, properties, body, bornTimestamp } = decodeRecord(record)
    this.#lastBornTimestamp = bornTimestamp
    if (findProperty(properties, MessageConst.PROPERTY_TAGS) !== REMOVE_TAG) {
      this.#deps.logger.error({ queueOffset }, 'op message without the tag that removes')
      return
    }
    this.#removals.add(queueOffset, body.toString().split(OFFSET_SEPARATOR).map(parseLong))
  }
}
