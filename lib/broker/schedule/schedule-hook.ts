import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { decodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { getTransactionValue, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import type { Clock } from '../../common/clock.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import type { TimerMessageStore } from '../../store/timer/timer-message-store.ts'
import { PutMessageStatus, type MessageStore, type PutMessageCallback } from '../../store/types.ts'
import { getDelayTimeLevel, transformDelayLevelMessage } from './delay-transform.ts'
import {
  isTimerMessage,
  requestedDeliverMs,
  TIMER_PROPERTIES,
  timerOutMs,
  transformTimerMessage,
} from './timer-transform.ts'

export interface ScheduleHookDeps {
  readonly storeConfig: Pick<MessageStoreConfig, 'timerWheelEnable' | 'timerMaxDelaySec'>
  readonly messageStore: Pick<MessageStore, 'putMessage' | 'putMessages'>
  readonly delayLevels: DelayLevels
  readonly timerMessageStore: Pick<TimerMessageStore, 'isReject' | 'precisionMs'>
  readonly clock: Clock
}

/**
 * The one way into the store for messages that may ask for a delay, or a time of delivery: those take a detour, by
 * SCHEDULE_TOPIC_XXXX or rmq_sys_wheel_timer.
 *
 * Apache: broker.util.HookUtils
 */
export class ScheduleHook {
  readonly #deps: ScheduleHookDeps

  constructor(deps: ScheduleHookDeps) {
    this.#deps = deps
  }

  /**
   * Puts a message, on a detour where it asks for one, or refuses it with the status that says why. `properties` are all of
   * the message's; they get what the detour needs.
   *
   * @throws CodecError when the delay level is no number
   */
  putMessage(
    message: MessageExtBrokerInner,
    done: PutMessageCallback,
    properties: Map<string, string> = decodeProperties(message.properties),
  ): void {
    const refused = this.handleScheduleMessage(message, properties)
    if (refused === undefined) this.#deps.messageStore.putMessage(message, done)
    else done({ status: refused })
  }

  /** The same for a batch: its members wait together. */
  putMessages(
    batch: MessageExtBrokerInner,
    done: PutMessageCallback,
    properties: Map<string, string>,
  ): void {
    const refused = this.handleScheduleMessage(batch, properties)
    if (refused === undefined) this.#deps.messageStore.putMessages(batch, done)
    else done({ status: refused })
  }

  /** Turns a message that asks for a delay into the one that waits; returns why it is refused. Others stay as they are. */
  handleScheduleMessage(
    message: MessageExtBrokerInner,
    properties: Map<string, string>,
  ): PutMessageStatus | undefined {
    const type = getTransactionValue(message.sysFlag)
    if (
      type === MessageSysFlag.TRANSACTION_PREPARED_TYPE ||
      type === MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
    ) {
      return undefined
    }
    const level = getDelayTimeLevel(properties)
    if (level > 0) {
      for (const name of TIMER_PROPERTIES) properties.delete(name)
      const { maxDelayLevel } = this.#deps.delayLevels
      transformDelayLevelMessage(message, properties, Math.min(level, maxDelayLevel))
      return undefined
    }
    return isTimerMessage(message, properties)
      ? this.#transformTimer(message, properties)
      : undefined
  }

  #transformTimer(
    message: MessageExtBrokerInner,
    properties: Map<string, string>,
  ): PutMessageStatus | undefined {
    const { storeConfig, clock, timerMessageStore } = this.#deps
    if (!storeConfig.timerWheelEnable) return PutMessageStatus.WHEEL_TIMER_NOT_ENABLE
    const nowMs = clock.now()
    const deliverMs = requestedDeliverMs(properties, nowMs)
    if (deliverMs === undefined) return PutMessageStatus.WHEEL_TIMER_MSG_ILLEGAL
    if (deliverMs <= nowMs) {
      const isDelete = properties.has(MessageConst.PROPERTY_TIMER_DEL_UNIQKEY)
      return isDelete ? PutMessageStatus.WHEEL_TIMER_MSG_ILLEGAL : undefined
    }
    if (deliverMs - nowMs > storeConfig.timerMaxDelaySec * 1000) {
      return PutMessageStatus.WHEEL_TIMER_MSG_ILLEGAL
    }
    const outMs = timerOutMs(deliverMs, timerMessageStore.precisionMs)
    if (timerMessageStore.isReject(outMs)) return PutMessageStatus.WHEEL_TIMER_FLOW_CONTROL
    transformTimerMessage(message, properties, outMs)
    return undefined
  }
}
