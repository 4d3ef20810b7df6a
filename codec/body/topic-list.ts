import { optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'

/** Answer to the many requests for topic names. Source: remoting.protocol.body.TopicList */
export const TopicList = defineBody('TopicList', {
  brokerAddr: optional(text()),
  topicList: list(text()),
})
export type TopicList = ValueOf<typeof TopicList>

/** Answer to 300 QUERY_TOPIC_CONSUME_BY_WHO. Source: remoting.protocol.body.GroupList */
export const GroupList = defineBody('GroupList', { groupList: list(text()) })
export type GroupList = ValueOf<typeof GroupList>
