import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Codes 17 UPDATE_AND_CREATE_TOPIC and 513. `attributes` is text: `+key=value,-key`. */
export const CreateTopicRequestHeader = defineHeader('CreateTopicRequestHeader', {
  topic: required('string'),
  defaultTopic: required('string'),
  readQueueNums: required('int'),
  writeQueueNums: required('int'),
  perm: required('int'),
  topicFilterType: required('string'),
  topicSysFlag: optional('int'),
  order: required('boolean'),
  attributes: optional('string'),
  force: optional('boolean'),
  ...TOPIC_RPC_FIELDS,
})
export type CreateTopicRequestHeader = HeaderOf<typeof CreateTopicRequestHeader>

/** Code 18 UPDATE_AND_CREATE_TOPIC_LIST; the topics are in the body. */
export const CreateTopicListRequestHeader = defineHeader('CreateTopicListRequestHeader', {
  ...RPC_FIELDS,
})
export type CreateTopicListRequestHeader = HeaderOf<typeof CreateTopicListRequestHeader>
