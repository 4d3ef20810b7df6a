import { MessageConst } from '../../../codec/message/property-names.ts'

/** Source: common.attribute.TopicMessageType#getMetricsValue */
export type MetricsMessageType = 'normal' | 'fifo' | 'delay' | 'transaction'

const START_DELIVER_TIME = '__STARTDELIVERTIME'
const DELAY_PROPERTIES = [
  START_DELIVER_TIME,
  MessageConst.PROPERTY_DELAY_TIME_LEVEL,
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
]

/** Source: broker.metrics.BrokerMetricsManager#getMessageType */
export function messageTypeOf(properties: ReadonlyMap<string, string>): MetricsMessageType {
  const prepared = properties.get(MessageConst.PROPERTY_TRANSACTION_PREPARED)
  if (prepared?.toLowerCase() === 'true') return 'transaction'
  if (properties.has(MessageConst.PROPERTY_SHARDING_KEY)) return 'fifo'
  return DELAY_PROPERTIES.some((name) => properties.has(name)) ? 'delay' : 'normal'
}

/** The same of encoded properties that have nothing the broker acts on: no transaction, and none of its own delays. */
export function messageTypeOfOrdinary(text: string): MetricsMessageType {
  if (text.includes(`${MessageConst.PROPERTY_SHARDING_KEY}\u0001`)) return 'fifo'
  return text.includes(`${START_DELIVER_TIME}\u0001`) ? 'delay' : 'normal'
}
