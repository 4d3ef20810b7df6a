import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional } from '../schema.ts'

/**
 * Code 21 GET_ALL_TOPIC_CONFIG, of 5.5.0 on: a part of the topics in the order of their names. Without any field: all of them, as
 * before. `dataVersion` is JSON, that of the part before.
 */
export const GetAllTopicConfigRequestHeader = defineHeader('GetAllTopicConfigRequestHeader', {
  topicSeq: optional('int'),
  dataVersion: optional('string'),
  maxTopicNum: optional('int'),
})
export type GetAllTopicConfigRequestHeader = HeaderOf<typeof GetAllTopicConfigRequestHeader>

/** Answer to 21; without it all topics were sent. */
export const GetAllTopicConfigResponseHeader = defineHeader('GetAllTopicConfigResponseHeader', {
  totalTopicNum: optional('int'),
})
export type GetAllTopicConfigResponseHeader = HeaderOf<typeof GetAllTopicConfigResponseHeader>

/** Code 201 GET_ALL_SUBSCRIPTIONGROUP_CONFIG, likewise. */
export const GetAllSubscriptionGroupRequestHeader = defineHeader(
  'GetAllSubscriptionGroupRequestHeader',
  {
    groupSeq: optional('int'),
    dataVersion: optional('string'),
    maxGroupNum: optional('int'),
  },
)
export type GetAllSubscriptionGroupRequestHeader = HeaderOf<
  typeof GetAllSubscriptionGroupRequestHeader
>

/** Answer to 201; without it all groups were sent. */
export const GetAllSubscriptionGroupResponseHeader = defineHeader(
  'GetAllSubscriptionGroupResponseHeader',
  { totalGroupNum: optional('int') },
)
export type GetAllSubscriptionGroupResponseHeader = HeaderOf<
  typeof GetAllSubscriptionGroupResponseHeader
>
