import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 217 REGISTER_TOPIC_IN_NAMESRV; the queues are in the body, TopicRouteData. */
export const RegisterTopicRequestHeader = defineHeader('RegisterTopicRequestHeader', {
  topic: required('string'),
  ...TOPIC_RPC_FIELDS,
})
export type RegisterTopicRequestHeader = HeaderOf<typeof RegisterTopicRequestHeader>
