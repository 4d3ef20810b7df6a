import { flag, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody } from '../json-schema.ts'

/** Answer to 309 CONSUME_MESSAGE_DIRECTLY, made by the consumer. `consumeResult` is a CMResult: CR_SUCCESS, CR_LATER, .. */
export const ConsumeMessageDirectlyResult = defineBody('ConsumeMessageDirectlyResult', {
  order: flag(false),
  autoCommit: flag(true),
  consumeResult: optional(text()),
  remark: optional(text()),
  spentTimeMills: long(0),
})
export type ConsumeMessageDirectlyResult = ValueOf<typeof ConsumeMessageDirectlyResult>
