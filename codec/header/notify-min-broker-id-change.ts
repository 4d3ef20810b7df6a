import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional } from '../schema.ts'

/** Code 905 NOTIFY_MIN_BROKER_ID_CHANGE, one-way from a NameServer to brokers. */
export const NotifyMinBrokerIdChangeRequestHeader = defineHeader(
  'NotifyMinBrokerIdChangeRequestHeader',
  {
    minBrokerId: optional('long'),
    brokerName: optional('string'),
    minBrokerAddr: optional('string'),
    offlineBrokerAddr: optional('string'),
    haBrokerAddr: optional('string'),
  },
)
export type NotifyMinBrokerIdChangeRequestHeader = HeaderOf<
  typeof NotifyMinBrokerIdChangeRequestHeader
>
