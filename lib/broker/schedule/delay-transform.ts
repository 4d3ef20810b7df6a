import { CodecError } from '../../../codec/errors.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { getTransactionValue, MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { DelayLevels } from '../../common/delay-levels.ts'
import { RemotingError } from '../../remoting/index.ts'
import { SYSTEM_TOPIC_PREFIX, SystemTopic } from '../topic/topic-validator.ts'

const TIMER_TOPIC = `${SYSTEM_TOPIC_PREFIX}wheel_timer`
const TIMER_PROPERTIES = [
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
]

/**
 * Sends a message with a delay level on its detour: it is stored in SCHEDULE_TOPIC_XXXX, in the queue of its level, with
 * its own topic and queue in its properties. Other messages stay as they are. `properties` are all of the message's.
 *
 * @throws RemotingError when the message asks for a time of delivery, which needs the timer wheel
 * Source: broker.util.HookUtils#handleScheduleMessage
 */
export function handleScheduleMessage(
  message: MessageExtBrokerInner,
  properties: Map<string, string>,
  delayLevels: DelayLevels,
): void {
  const type = getTransactionValue(message.sysFlag)
  if (
    type === MessageSysFlag.TRANSACTION_PREPARED_TYPE ||
    type === MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
  ) {
    return
  }
  const level = getDelayTimeLevel(properties)
  if (level > 0) {
    for (const name of TIMER_PROPERTIES) properties.delete(name)
    transformDelayLevelMessage(message, properties, Math.min(level, delayLevels.maxDelayLevel))
  } else if (isTimerMessage(message, properties)) {
    throw new RemotingError(
      ResponseCode.SYSTEM_ERROR,
      'accurate timer message is not enabled, timerWheelEnable is false',
    )
  }
}

/** 0 when the message has none. @throws CodecError when it is not a number */
export function getDelayTimeLevel(properties: ReadonlyMap<string, string>): number {
  const text = properties.get(MessageConst.PROPERTY_DELAY_TIME_LEVEL)
  if (text === undefined) return 0
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text)
  throw new CodecError(`For input string: "${text.slice(0, 40)}"`)
}

/** The queue of SCHEDULE_TOPIC_XXXX that holds the messages of a level. */
export function delayLevel2QueueId(level: number): number {
  return level - 1
}

function transformDelayLevelMessage(
  message: MessageExtBrokerInner,
  properties: Map<string, string>,
  level: number,
): void {
  properties.set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, String(level))
  properties.set(MessageConst.PROPERTY_REAL_TOPIC, message.topic)
  properties.set(MessageConst.PROPERTY_REAL_QUEUE_ID, String(message.queueId))
  message.properties = encodeProperties(properties)
  message.topic = SystemTopic.RMQ_SYS_SCHEDULE_TOPIC
  message.queueId = delayLevel2QueueId(level)
}

function isTimerMessage(
  message: MessageExtBrokerInner,
  properties: ReadonlyMap<string, string>,
): boolean {
  if (message.topic === TIMER_TOPIC || properties.has(MessageConst.PROPERTY_TIMER_OUT_MS)) {
    return false
  }
  return TIMER_PROPERTIES.some((name) => properties.has(name))
}
