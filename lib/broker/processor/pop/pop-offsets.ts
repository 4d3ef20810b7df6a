import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { ConsumerOrderInfoManager } from '../../pop/consumer-order-info-manager.ts'
import { popQueueKey } from '../../pop/pop-ack-constants.ts'
import type { PopBufferMergeService } from '../../pop/pop-buffer-merge-service.ts'
import type { PopInflightMessageCounter } from '../../pop/pop-inflight-message-counter.ts'
import { isRetryTopic } from '../../topic/topic-names.ts'

/** A group that has no offset begins at the oldest message; otherwise at the newest. Source: common.constant.ConsumeInitMode */
export const INIT_MODE_MIN = 0
export const INIT_MODE_MAX = 1

export interface PopOffsetsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'initPopOffsetByCheckMsgInMem'>
  readonly messageStore: Pick<
    MessageStore,
    'getMinOffsetInQueue' | 'getMaxOffsetInQueue' | 'checkInMemByConsumeOffset'
  >
  readonly consumerOffsetManager: ConsumerOffsetManager
  readonly buffer: Pick<PopBufferMergeService, 'getLatestOffset' | 'clearOffsetQueue'>
  readonly orderInfo: Pick<ConsumerOrderInfoManager, 'clearBlock'>
  readonly inflight: Pick<PopInflightMessageCounter, 'clearInFlightMessageNum'>
}

/** Where pops begin. Apache: broker.processor.PopMessageProcessor#getPopOffset, #getInitOffset, #resetPopOffset */
export class PopOffsets {
  readonly #deps: PopOffsetsDeps

  constructor(deps: PopOffsetsDeps) {
    this.#deps = deps
  }

  /** Where the next pop of a queue would begin; changes nothing. */
  peek(topic: string, group: string, queueId: number, initMode: number): number {
    const { consumerOffsetManager } = this.#deps
    const committed = consumerOffsetManager.queryOffset(group, topic, queueId)
    const offset = committed < 0 ? initPopOffset(this.#deps, topic, queueId, initMode) : committed
    return Math.max(this.#deps.buffer.getLatestOffset(popQueueKey(topic, group, queueId)), offset)
  }

  /** Where this pop begins: a new group gets its offset, and one that was reset begins anew. */
  take(topic: string, group: string, queueId: number, initMode: number): number {
    const { consumerOffsetManager, buffer, orderInfo, inflight } = this.#deps
    const key = popQueueKey(topic, group, queueId)
    let offset = consumerOffsetManager.queryOffset(group, topic, queueId)
    if (offset < 0) {
      offset = initPopOffset(this.#deps, topic, queueId, initMode)
      consumerOffsetManager.commitOffset(group, topic, queueId, offset)
    }
    const resetOffset = consumerOffsetManager.queryThenEraseResetOffset(topic, group, queueId)
    if (resetOffset !== undefined) {
      orderInfo.clearBlock(topic, group, queueId)
      buffer.clearOffsetQueue(key)
      inflight.clearInFlightMessageNum(topic, group, queueId)
      consumerOffsetManager.commitOffset(group, topic, queueId, resetOffset)
      return resetOffset
    }
    return Math.max(buffer.getLatestOffset(key), offset)
  }
}

/**
 * Where a group begins that has no offset: at the oldest message, or at the newest; at the oldest too where the queue is so young
 * that its first message is in memory.
 */
export function initPopOffset(
  { messageStore, brokerConfig }: Pick<PopOffsetsDeps, 'messageStore' | 'brokerConfig'>,
  topic: string,
  queueId: number,
  initMode: number,
): number {
  const minOffset = Math.max(messageStore.getMinOffsetInQueue(topic, queueId), 0)
  if (initMode === INIT_MODE_MIN || isRetryTopic(topic)) return minOffset
  if (
    brokerConfig.initPopOffsetByCheckMsgInMem &&
    minOffset === 0 &&
    messageStore.checkInMemByConsumeOffset(topic, queueId, 0)
  ) {
    return 0
  }
  return Math.max(messageStore.getMaxOffsetInQueue(topic, queueId) - 1, 0)
}
