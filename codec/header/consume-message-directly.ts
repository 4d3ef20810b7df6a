import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 309 CONSUME_MESSAGE_DIRECTLY, from a tool to the broker and on to the consumer. */
export const ConsumeMessageDirectlyResultRequestHeader = defineHeader(
  'ConsumeMessageDirectlyResultRequestHeader',
  {
    consumerGroup: required('string'),
    clientId: optional('string'),
    msgId: optional('string'),
    brokerName: optional('string'),
    topic: optional('string'),
    topicSysFlag: optional('int'),
    groupSysFlag: optional('int'),
    ...TOPIC_RPC_FIELDS,
  },
)
export type ConsumeMessageDirectlyResultRequestHeader = HeaderOf<
  typeof ConsumeMessageDirectlyResultRequestHeader
>
