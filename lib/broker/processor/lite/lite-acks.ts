import type { AckMessageRequestHeader } from '../../../../codec/header/ack-message.ts'
import type {
  ChangeInvisibleTimeRequestHeader,
  ChangeInvisibleTimeResponseHeader,
} from '../../../../codec/header/change-invisible-time.ts'
import { ExtraInfo } from '../../../../codec/pop-extra-info.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Clock } from '../../../common/clock.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { LiteEventDispatcher } from '../../lite/lite-event-dispatcher.ts'
import type { LiteLifecycleManager } from '../../lite/lite-lifecycle-manager.ts'
import type { LiteMetadata } from '../../lite/lite-metadata.ts'
import { toLmqName } from '../../lite/lite-topic-names.ts'
import type { MemoryConsumerOrderInfoManager } from '../../lite/memory-consumer-order-info-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import { CommitResult } from '../../pop/order-info-table.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'

export interface LiteAcksDeps {
  readonly metadata: LiteMetadata
  readonly lifecycle: Pick<LiteLifecycleManager, 'getMaxOffsetInQueue'>
  readonly consumerOffsetManager: Pick<
    ConsumerOffsetManager,
    'queryOffset' | 'commitOffset' | 'hasOffsetReset'
  >
  readonly orderInfo: MemoryConsumerOrderInfoManager
  readonly dispatcher: Pick<LiteEventDispatcher, 'dispatchIfBehind'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets'>
  readonly clock: Clock
}

const QUEUE_ID = 0
/** Source: common.message.ChangeInvisibleTimeResponseHeader, as it is made */
const UNCHANGED = { popTime: 0, invisibleTime: 0, reviveQid: 0 }

/** A header that names a lite topic of its topic. */
export type LiteHeader<H> = H & { readonly liteTopic: string }

export function isOfLiteTopic<H extends { readonly liteTopic?: string | undefined }>(
  header: H,
): header is LiteHeader<H> {
  return header.liteTopic !== undefined && header.liteTopic.trim() !== ''
}

/**
 * Acknowledgements of messages of lite topics, and changes of when these come again.
 *
 * Apache: broker.processor.AckMessageProcessor#ackLite, ChangeInvisibleTimeProcessor#processChangeInvisibleTimeForLite
 */
export class LiteAcks {
  readonly #deps: LiteAcksDeps

  constructor(deps: LiteAcksDeps) {
    this.#deps = deps
  }

  /** The group goes on behind the messages that are acknowledged. @throws RemotingError, CodecError for a broken handle */
  ack(header: LiteHeader<AckMessageRequestHeader>): void {
    const { consumerGroup: group, topic, offset } = header
    const { metadata, lifecycle, consumerOffsetManager, brokerStatsManager } = this.#deps
    if (metadata.bindTopicOf(group) !== topic) {
      refuse(ResponseCode.INVALID_PARAMETER, 'group type or bind topic not match.')
    }
    const lmqName = lmqNameOf(header)
    if (offset > lifecycle.getMaxOffsetInQueue(lmqName)) {
      refuse(ResponseCode.NO_MESSAGE, 'ack offset illegal.')
    }
    const info = new ExtraInfo(header.extraInfo)
    if (header.queueId !== QUEUE_ID || !info.isOrder) {
      refuse(ResponseCode.INVALID_PARAMETER, 'ack queue illegal.')
    }
    const { popTime, invisibleTime } = info
    if (offset < consumerOffsetManager.queryOffset(group, lmqName, QUEUE_ID)) return
    this.#commit(lmqName, group, offset, popTime, invisibleTime)
    brokerStatsManager.gets.incGroupAckNums(group, topic, 1)
  }

  #commit(
    lmqName: string,
    group: string,
    offset: number,
    popTimeMs: number,
    invisibleTimeMs: number,
  ): void {
    const { consumerOffsetManager, orderInfo, dispatcher } = this.#deps
    const next = orderInfo.commitAndNext(lmqName, group, QUEUE_ID, offset, popTimeMs)
    if (next === CommitResult.ILLEGAL) {
      refuse(ResponseCode.MESSAGE_ILLEGAL, 'ack offset illegal.')
    }
    if (next < 0) return
    if (!consumerOffsetManager.hasOffsetReset(lmqName, group, QUEUE_ID)) {
      consumerOffsetManager.commitOffset(group, lmqName, QUEUE_ID, next)
    }
    if (!orderInfo.checkBlock(undefined, lmqName, group, QUEUE_ID, invisibleTimeMs)) {
      dispatcher.dispatchIfBehind(group, lmqName)
    }
  }

  /** Of one message, or with `suspend` of all that were popped with it. @throws CodecError for a broken handle */
  changeInvisibleTime(
    header: LiteHeader<ChangeInvisibleTimeRequestHeader>,
  ): ChangeInvisibleTimeResponseHeader | 'NO_MESSAGE' {
    const { consumerGroup: group, offset, invisibleTime } = header
    const { lifecycle, consumerOffsetManager, orderInfo, clock } = this.#deps
    const lmqName = lmqNameOf(header)
    if (offset > lifecycle.getMaxOffsetInQueue(lmqName)) return 'NO_MESSAGE'
    const { popTime, reviveQid } = new ExtraInfo(header.extraInfo)
    if (offset < consumerOffsetManager.queryOffset(group, lmqName, QUEUE_ID)) return UNCHANGED
    const visibleMs = clock.now() + invisibleTime
    if (header.suspend === true) {
      orderInfo.suspendQueue(lmqName, group, QUEUE_ID, popTime, visibleMs)
    } else {
      orderInfo.updateNextVisibleTime(lmqName, group, QUEUE_ID, offset, popTime, visibleMs)
    }
    return { popTime, invisibleTime: visibleMs - popTime, reviveQid }
  }
}

/** The name of the queue; the topic is one that exists, so that neither part is empty. */
function lmqNameOf({ topic, liteTopic }: LiteHeader<{ readonly topic: string }>): string {
  return toLmqName(topic, liteTopic) ?? ''
}

function refuse(code: ResponseCode, remark: string): never {
  throw new RemotingError(code, remark)
}
