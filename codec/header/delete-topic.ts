import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 215 DELETE_TOPIC_IN_BROKER. */
export const DeleteTopicRequestHeader = defineHeader('DeleteTopicRequestHeader', {
  topic: required('string'),
  ...TOPIC_RPC_FIELDS,
})
export type DeleteTopicRequestHeader = HeaderOf<typeof DeleteTopicRequestHeader>

/** Code 216 DELETE_TOPIC_IN_NAMESRV; without `clusterName` the topic goes everywhere. */
export const DeleteTopicFromNamesrvRequestHeader = defineHeader(
  'DeleteTopicFromNamesrvRequestHeader',
  {
    topic: required('string'),
    clusterName: optional('string'),
    ...TOPIC_RPC_FIELDS,
  },
)
export type DeleteTopicFromNamesrvRequestHeader = HeaderOf<
  typeof DeleteTopicFromNamesrvRequestHeader
>
