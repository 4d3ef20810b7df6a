import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 200073 NOTIFY_UNSUBSCRIBE_LITE, since 5.5.0: one-way to the client that has lost a lite topic to another. */
export const NotifyUnsubscribeLiteRequestHeader = defineHeader(
  'NotifyUnsubscribeLiteRequestHeader',
  {
    liteTopic: required('string'),
    consumerGroup: required('string'),
    clientId: required('string'),
    ...RPC_FIELDS,
  },
)
export type NotifyUnsubscribeLiteRequestHeader = HeaderOf<typeof NotifyUnsubscribeLiteRequestHeader>
