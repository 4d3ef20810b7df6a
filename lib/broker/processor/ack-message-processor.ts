import {
  BatchAckMessageRequestBody,
  setBitsOf,
  type AckMsg,
  type BatchAck,
} from '../../../codec/body/pop-ack.ts'
import { CodecError } from '../../../codec/errors.ts'
import { AckMessageRequestHeader } from '../../../codec/header/ack-message.ts'
import { ExtraInfo, POP_ORDER_REVIVE_QUEUE, RetryFlag } from '../../../codec/pop-extra-info.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'
import type { PopBufferMergeService } from '../pop/pop-buffer-merge-service.ts'
import type { PopInflightMessageCounter } from '../pop/pop-inflight-message-counter.ts'
import type { ReviveLog } from '../pop/revive-log.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import { buildPopRetryTopicV1, buildPopRetryTopicV2 } from '../topic/topic-names.ts'
import { isOfLiteTopic, type LiteAcks } from './lite/lite-acks.ts'
import type { OrderlyAcks } from './pop/orderly-acks.ts'
import type { PopChecks } from './pop/pop-checks.ts'

export interface AckMessageDeps {
  readonly messageStore: Pick<MessageStore, 'getMinOffsetInQueue' | 'getMaxOffsetInQueue'>
  readonly checks: PopChecks
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets'>
  readonly buffer: PopBufferMergeService
  readonly reviveLog: ReviveLog
  readonly orderlyAcks: OrderlyAcks
  readonly liteAcks: Pick<LiteAcks, 'ack'>
  readonly inflight: PopInflightMessageCounter
}

/**
 * ACK_MESSAGE and BATCH_ACK_MESSAGE: messages that were popped are consumed. Whether the handle is that of a pop shows only
 * when its check point is looked for, in the buffer or in the revive topic: an acknowledgement without one does nothing.
 *
 * Apache: broker.processor.AckMessageProcessor
 */
export class AckMessageProcessor implements RequestProcessor {
  static readonly requestCodes = [RequestCode.ACK_MESSAGE, RequestCode.BATCH_ACK_MESSAGE]
  readonly #deps: AckMessageDeps

  constructor(deps: AckMessageDeps) {
    this.#deps = deps
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    if (request.code === RequestCode.BATCH_ACK_MESSAGE) return this.#batchAck(request, channel)
    await this.#ack(request, channel)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  async #ack(request: RemotingCommand, channel: Channel): Promise<void> {
    const header = AckMessageRequestHeader.decode(request.extFields)
    const { topic, queueId, offset, consumerGroup: group } = header
    this.#deps.checks.checkQueue(header, channel)
    if (isOfLiteTopic(header)) {
      this.#deps.liteAcks.ack(header)
      return
    }
    const { minOffset, maxOffset } = this.#bounds(topic, queueId)
    if (offset < minOffset || offset > maxOffset) {
      throw new RemotingError(
        ResponseCode.NO_MESSAGE,
        `offset is illegal, key:${topic}@${queueId}, commit:${offset}, store:${minOffset}~${maxOffset}`,
      )
    }
    const info = new ExtraInfo(header.extraInfo)
    const { brokerName, reviveQid, ckQueueOffset: so, popTime: pt, invisibleTime } = info
    if (info.isOrder) {
      this.#deps.orderlyAcks.ack(
        { topic, group, queueId, offset, popTimeMs: pt, invisibleTimeMs: invisibleTime },
        channel,
      )
      return
    }
    const ack = { ao: offset, so, c: group, t: topic, q: queueId, pt, bn: brokerName }
    await this.#append(ack, [offset], reviveQid, pt + invisibleTime)
  }

  async #batchAck(request: RemotingCommand, channel: Channel): Promise<RemotingCommand> {
    const body = request.body
    const { acks, brokerName } =
      body === undefined || body.length === 0
        ? { acks: [] }
        : BatchAckMessageRequestBody.decode(body)
    if (acks.length === 0) return RemotingCommand.response(ResponseCode.NO_MESSAGE)
    for (const ack of acks) await this.#appendBatch(ack, brokerName, channel)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  async #appendBatch(
    batch: BatchAck,
    brokerName: string | undefined,
    channel: Channel,
  ): Promise<void> {
    const topic = realTopicOf(batch)
    const { c: group, q: queueId, so, rq, pt, it } = batch
    const { minOffset, maxOffset } = this.#bounds(topic, queueId)
    const offsets: number[] = []
    for (const bit of setBitsOf(batch.b)) {
      if (so + bit > maxOffset) break
      if (so + bit >= minOffset) offsets.push(so + bit)
    }
    if (rq === POP_ORDER_REVIVE_QUEUE) {
      // Offsets of queues that are none would never go away. For the others Apache writes what it is told, and revival finds nothing.
      if (this.#deps.messageStore.getMinOffsetInQueue(topic, queueId) < 0) return
      const pop = { topic, group, queueId, popTimeMs: pt, invisibleTimeMs: it }
      this.#deps.orderlyAcks.ackAll(pop, offsets, channel)
    } else if (offsets.length > 0) {
      const ack = { ao: -1, so, c: group, t: topic, q: queueId, pt }
      await this.#append(
        brokerName === undefined ? ack : { ...ack, bn: brokerName },
        offsets,
        rq,
        pt + it,
      )
    }
  }

  #bounds(topic: string, queueId: number): { minOffset: number; maxOffset: number } {
    const { messageStore } = this.#deps
    return {
      minOffset: Math.max(messageStore.getMinOffsetInQueue(topic, queueId), 0),
      maxOffset: messageStore.getMaxOffsetInQueue(topic, queueId),
    }
  }

  /** Resolves when the acknowledgement is in the buffer or in the store, or the store has refused it: Apache's answer is 0 then, too. */
  async #append(
    ack: AckMsg,
    offsets: readonly number[],
    reviveQid: number,
    reviveTimeMs: number,
  ): Promise<void> {
    const { buffer, reviveLog, inflight, brokerStatsManager } = this.#deps
    brokerStatsManager.gets.incGroupAckNums(ack.c, ack.t, offsets.length)
    const isBatch = ack.ao === -1
    const batch = { ...ack, aol: [...offsets] }
    if (!buffer.addAk(isBatch ? batch : ack)) {
      await new Promise<boolean>((resolve) => {
        if (isBatch) reviveLog.putBatchAck(batch, reviveQid, reviveTimeMs, resolve)
        else reviveLog.putAck(ack, reviveQid, reviveTimeMs, resolve)
      })
    }
    inflight.decrementInFlightMessageNum(ack.t, ack.c, ack.pt, ack.q, offsets.length)
  }
}

/** The topic that the messages of a batch stand in. */
function realTopicOf({ t, c, r }: BatchAck): string {
  switch (r) {
    case RetryFlag.NORMAL_TOPIC:
      return t
    case RetryFlag.RETRY_TOPIC:
      return buildPopRetryTopicV1(t, c)
    case RetryFlag.RETRY_TOPIC_V2:
      return buildPopRetryTopicV2(t, c)
    default:
      throw new CodecError('getRetry fail, format is wrong')
  }
}
