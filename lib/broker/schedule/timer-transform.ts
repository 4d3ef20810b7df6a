import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { TIMER_QUEUE_ID, TIMER_TOPIC } from '../../store/timer/timer-message-store.ts'

/** The ways in which a message asks for a time of delivery. */
export const TIMER_PROPERTIES = [
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
] as const

/** Messages that wait already, or have waited, do not wait again. Source: broker.util.HookUtils#checkIfTimerMessage */
export function isTimerMessage(
  { topic }: MessageExtBrokerInner,
  properties: ReadonlyMap<string, string>,
): boolean {
  if (topic === TIMER_TOPIC || properties.has(MessageConst.PROPERTY_TIMER_OUT_MS)) return false
  return TIMER_PROPERTIES.some((name) => properties.has(name))
}

/** When a message asks to be delivered, milliseconds; of several ways the first one counts. undefined when that is no number. */
export function requestedDeliverMs(
  properties: ReadonlyMap<string, string>,
  nowMs: number,
): number | undefined {
  const delaySec = properties.get(MessageConst.PROPERTY_TIMER_DELAY_SEC)
  if (delaySec !== undefined) return after(nowMs, parseLong(delaySec), 1000)
  const delayMs = properties.get(MessageConst.PROPERTY_TIMER_DELAY_MS)
  if (delayMs !== undefined) return after(nowMs, parseLong(delayMs), 1)
  return parseLong(properties.get(MessageConst.PROPERTY_TIMER_DELIVER_MS) ?? '')
}

function after(nowMs: number, delay: number | undefined, unitMs: number): number | undefined {
  return delay === undefined ? undefined : nowMs + delay * unitMs
}

/** What Java takes for a long; beyond the safe integers only roughly, which is too far away in any case. */
function parseLong(text: string): number | undefined {
  if (!/^[+-]?\d{1,100}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(64, value) === value ? Number(value) : undefined
}

/** The slot of a time of delivery: the last one that is over by then. Source: broker.util.HookUtils#transformTimerMessage */
export function timerOutMs(deliverMs: number, precisionMs: number): number {
  const rest = deliverMs % precisionMs
  return rest === 0 ? deliverMs - precisionMs : deliverMs - rest
}

/** Sends a message on its detour: it waits in rmq_sys_wheel_timer, with its own topic and queue in its properties. */
export function transformTimerMessage(
  message: MessageExtBrokerInner,
  properties: Map<string, string>,
  outMs: number,
): void {
  properties.set(MessageConst.PROPERTY_TIMER_OUT_MS, String(outMs))
  properties.set(MessageConst.PROPERTY_REAL_TOPIC, message.topic)
  properties.set(MessageConst.PROPERTY_REAL_QUEUE_ID, String(message.queueId))
  message.properties = encodeProperties(properties)
  message.topic = TIMER_TOPIC
  message.queueId = TIMER_QUEUE_ID
}
