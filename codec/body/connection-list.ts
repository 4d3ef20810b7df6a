import { int, long, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'
import { ConsumeFromWhere, ConsumeType, MessageModel } from './heartbeat-data.ts'
import { SubscriptionData } from './subscription-data.ts'

/** One client. `language` is a LanguageName, `version` an ordinal of MqVersion. Source: remoting.protocol.body.Connection */
export const Connection = object({
  clientAddr: text(),
  clientId: text(),
  language: text('OTHER'),
  version: int(0),
})
export type Connection = ValueOf<typeof Connection>

/** Answer to 203 GET_CONSUMER_CONNECTION_LIST. */
export const ConsumerConnection = defineBody('ConsumerConnection', {
  connectionSet: list(Connection),
  consumeFromWhere: ConsumeFromWhere,
  consumeType: ConsumeType,
  messageModel: MessageModel,
  /** By topic. */
  subscriptionTable: table(SubscriptionData),
})
export type ConsumerConnection = ValueOf<typeof ConsumerConnection>

/** Answer to 204 GET_PRODUCER_CONNECTION_LIST. */
export const ProducerConnection = defineBody('ProducerConnection', {
  connectionSet: list(Connection),
})
export type ProducerConnection = ValueOf<typeof ProducerConnection>

/** Source: remoting.protocol.body.ProducerInfo */
const ProducerInfo = object({
  clientId: text(),
  language: text('OTHER'),
  lastUpdateTimestamp: long(0),
  remoteIP: text(),
  version: int(0),
})
export type ProducerInfo = ValueOf<typeof ProducerInfo>

/** Answer to 328 GET_ALL_PRODUCER_INFO, by producer group. */
export const ProducerTableInfo = defineBody('ProducerTableInfo', {
  data: table(list(ProducerInfo)),
})
export type ProducerTableInfo = ValueOf<typeof ProducerTableInfo>
