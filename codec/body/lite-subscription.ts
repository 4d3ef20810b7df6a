import { long, oneOf, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object } from '../json-schema.ts'

/** Where a group begins a lite topic that one of its clients subscribes to. Source: common.lite.OffsetOption */
const OffsetOption = object({
  type: optional(oneOf(['POLICY', 'OFFSET', 'TAIL_N', 'TIMESTAMP'])),
  value: long(0),
})
export type OffsetOption = ValueOf<typeof OffsetOption>

/** What POLICY means by its value; 0 stands for the group's own offset. */
export const OffsetPolicy = { MIN_VALUE: 1, MAX_VALUE: 2 } as const

/** Lite topics of one parent to which one client subscribes, or no longer does. Source: common.lite.LiteSubscriptionDTO */
const LiteSubscriptionDTO = object({
  action: optional(oneOf(['PARTIAL_ADD', 'PARTIAL_REMOVE', 'COMPLETE_ADD', 'COMPLETE_REMOVE'])),
  clientId: optional(text()),
  group: optional(text()),
  liteTopicSet: list(text()),
  offsetOption: optional(OffsetOption),
  /** The parent. */
  topic: optional(text()),
  version: long(0),
})
export type LiteSubscriptionDTO = ValueOf<typeof LiteSubscriptionDTO>

/** Body of 200071 LITE_SUBSCRIPTION_CTL, since 5.5.0. */
export const LiteSubscriptionCtlRequestBody = defineBody('LiteSubscriptionCtlRequestBody', {
  subscriptionSet: list(LiteSubscriptionDTO),
})
export type LiteSubscriptionCtlRequestBody = ValueOf<typeof LiteSubscriptionCtlRequestBody>
