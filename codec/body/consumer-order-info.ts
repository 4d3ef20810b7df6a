import { int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, numberTable, object, table } from '../json-schema.ts'

/**
 * What a group has popped of one queue in order and not acknowledged in full. Times are milliseconds.
 * Source: broker.offset.ConsumerOrderInfoManager.OrderInfo
 */
export const OrderInfo = object({
  /** The attempt that popped. */
  a: optional(text()),
  /** Bit i: the i-th of `o` is acknowledged. */
  cm: long(0),
  /** For how long the messages are invisible. */
  i: optional(long()),
  /** When they were popped, by the broker's clock at the update. */
  l: long(0),
  /** The first queue offset, then the distances of the others from it. */
  o: list(long()),
  /** Queue offset to how often the message was popped before. */
  oc: optional(numberTable(int())),
  /** Queue offset to when the message becomes visible, where that was changed. */
  ot: optional(numberTable(long())),
  popTime: long(0),
})
export type OrderInfo = ValueOf<typeof OrderInfo>

/** Content of consumerOrderInfo.json: `topic@group`, then queue id. Source: broker.offset.ConsumerOrderInfoManager */
export const ConsumerOrderInfoWrapper = defineBody('ConsumerOrderInfoManager', {
  table: table(numberTable(OrderInfo)),
})
export type ConsumerOrderInfoWrapper = ValueOf<typeof ConsumerOrderInfoWrapper>
