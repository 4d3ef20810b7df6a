import type { MessageExtBrokerInner } from '../../codec/message/message.ts'
import type { Clock } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import { checkInnerBatch, illegal } from './commitlog/append-check.ts'
import { splitBatch } from './commitlog/split-batch.ts'
import type { MessageStoreConfig } from './config.ts'
import type { StoreParts } from './store-parts.ts'
import {
  PutMessageStatus,
  type CQType,
  type PutMessageCallback,
  type PutMessageResult,
} from './types.ts'

const DISK_FULL: PutMessageResult = {
  status: PutMessageStatus.SERVICE_NOT_AVAILABLE,
  reason: 'the disk is too full',
}

const SLAVE_MODE: PutMessageResult = {
  status: PutMessageStatus.SERVICE_NOT_AVAILABLE,
  reason: 'the store is in slave mode',
}

export interface MessagePutsDeps extends Pick<
  StoreParts,
  'log' | 'queues' | 'stats' | 'diskSpace'
> {
  readonly config: MessageStoreConfig
  readonly clock: Clock
}

/** Puts: whether the store takes them, how batches become messages, and how long they took. Source: store.DefaultMessageStore */
export class MessagePuts {
  readonly #config: MessageStoreConfig
  readonly #clock: Clock
  readonly #log: MessagePutsDeps['log']
  readonly #stats: MessagePutsDeps['stats']
  readonly #diskSpace: MessagePutsDeps['diskSpace']
  readonly #cqType: (topic: string) => CQType

  constructor({ config, clock, log, queues, stats, diskSpace }: MessagePutsDeps) {
    this.#config = config
    this.#clock = clock
    this.#log = log
    this.#stats = stats
    this.#diskSpace = diskSpace
    this.#cqType = (topic) => queues.cqType(topic)
  }

  putMessage(message: MessageExtBrokerInner, done: PutMessageCallback): void {
    const refused = this.#refusal() ?? checkInnerBatch(message, this.#cqType)
    if (refused !== undefined) done(refused)
    else this.#log.append(message, this.#counted(done))
  }

  putMessages(batch: MessageExtBrokerInner, done: PutMessageCallback): void {
    const refused = this.#refusal()
    if (refused !== undefined) {
      done(refused)
      return
    }
    if (batch.body.length > this.#config.maxMessageSize) {
      done(illegal(`the batch has ${batch.body.length} bytes`))
      return
    }
    try {
      this.#log.appendBatch(splitBatch(batch), this.#counted(done))
    } catch (error) {
      done(illegal(toError(error).message))
    }
  }

  /** Source: store.util.HookUtils#checkBeforePutMessage */
  #refusal(): PutMessageResult | undefined {
    if (this.#config.brokerRole === 'SLAVE') return SLAVE_MODE
    return this.#diskSpace.isFull ? DISK_FULL : undefined
  }

  #counted(done: PutMessageCallback): PutMessageCallback {
    const beginMs = this.#clock.now()
    return (result) => {
      this.#stats.countPut(result, beginMs)
      done(result)
    }
  }
}
