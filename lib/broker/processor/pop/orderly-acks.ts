import { ResponseCode } from '../../../../codec/response-code.ts'
import { toError } from '../../../common/errors.ts'
import { type Channel, RemotingError } from '../../../remoting/index.ts'
import type { PopMessageRequestHeader } from '../../../../codec/header/pop-message.ts'
import type { PopLongPollingService } from '../../longpolling/pop-long-polling-service.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { ConsumerOrderInfoManager } from '../../pop/consumer-order-info-manager.ts'
import { CommitResult } from '../../pop/order-info-table.ts'
import { popQueueKey } from '../../pop/pop-ack-constants.ts'
import type { PopInflightMessageCounter } from '../../pop/pop-inflight-message-counter.ts'

/** The acknowledgement of a message that was popped in order. */
export interface OrderlyAck {
  readonly topic: string
  readonly group: string
  readonly queueId: number
  readonly offset: number
  readonly popTimeMs: number
  readonly invisibleTimeMs: number
}

export interface OrderlyAcksDeps {
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly orderInfo: ConsumerOrderInfoManager
  readonly inflight: PopInflightMessageCounter
  readonly longPolling: Pick<PopLongPollingService<PopMessageRequestHeader>, 'notifyGroup'>
}

/**
 * Acknowledgements of what was popped in order: the group's offset goes to the first message that is open. One of an earlier
 * pop, or of what is behind the offset, does nothing.
 *
 * Apache: broker.processor.AckMessageProcessor#ackOrderly
 */
export class OrderlyAcks {
  readonly #deps: OrderlyAcksDeps

  constructor(deps: OrderlyAcksDeps) {
    this.#deps = deps
  }

  /** Acknowledges what it can. @throws RemotingError when one of the messages is none of those that were popped */
  ackAll(pop: Omit<OrderlyAck, 'offset'>, offsets: readonly number[], channel: Channel): void {
    let refusal: Error | undefined
    for (const offset of offsets) {
      try {
        this.ack({ ...pop, offset }, channel)
      } catch (thrown) {
        refusal = toError(thrown)
      }
    }
    if (refusal !== undefined) throw refusal
  }

  /** @throws RemotingError when the message is none of those that were popped */
  ack(ack: OrderlyAck, channel: Channel): void {
    const { topic, group, queueId, offset, popTimeMs, invisibleTimeMs } = ack
    const { consumerOffsetManager, orderInfo, inflight, longPolling } = this.#deps
    const oldOffset = consumerOffsetManager.queryOffset(group, topic, queueId)
    if (offset < oldOffset) return
    const next = orderInfo.commitAndNext(topic, group, queueId, offset, popTimeMs)
    if (next === CommitResult.ILLEGAL) {
      const key = popQueueKey(topic, group, queueId)
      throw new RemotingError(
        ResponseCode.MESSAGE_ILLEGAL,
        `offset is illegal, key:${key}, old:${oldOffset}, commit:${offset}, next:${next}, /${channel.remoteHost.toString()}`,
      )
    }
    if (next >= 0) {
      if (!consumerOffsetManager.hasOffsetReset(topic, group, queueId)) {
        consumerOffsetManager.commitOffset(group, topic, queueId, next)
      }
      if (!orderInfo.checkBlock(undefined, topic, group, queueId, invisibleTimeMs)) {
        longPolling.notifyGroup(topic, group, queueId)
      }
    }
    inflight.decrementInFlightMessageNum(topic, group, popTimeMs, queueId, 1)
  }
}
