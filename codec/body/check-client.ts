import { optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody } from '../json-schema.ts'
import { SubscriptionData } from './subscription-data.ts'

/** Body of 46 CHECK_CLIENT_CONFIG. */
export const CheckClientRequestBody = defineBody('CheckClientRequestBody', {
  clientId: text(''),
  group: text(''),
  namespace: optional(text()),
  subscriptionData: optional(SubscriptionData),
})
export type CheckClientRequestBody = ValueOf<typeof CheckClientRequestBody>
