import { flag, int, long, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'

/**
 * What a consumer wants of a topic. `codeSet` holds the String.hashCode of each tag.
 * Source: remoting.protocol.heartbeat.SubscriptionData
 */
export const SubscriptionData = defineBody('SubscriptionData', {
  classFilterMode: flag(false),
  codeSet: list(int()),
  /** TAG or SQL92. */
  expressionType: text('TAG'),
  subString: text(''),
  /** Milliseconds: when the consumer last changed it. */
  subVersion: long(0),
  tagsSet: list(text()),
  topic: text(),
})
export type SubscriptionData = ValueOf<typeof SubscriptionData>
