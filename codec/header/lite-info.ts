import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 200075 GET_PARENT_TOPIC_INFO, since 5.5.0, as all of these. (200074 GET_BROKER_LITE_INFO has no fields.) */
export const GetParentTopicInfoRequestHeader = defineHeader('GetParentTopicInfoRequestHeader', {
  topic: required('string'),
})
export type GetParentTopicInfoRequestHeader = HeaderOf<typeof GetParentTopicInfoRequestHeader>

/** Code 200076 GET_LITE_TOPIC_INFO. */
export const GetLiteTopicInfoRequestHeader = defineHeader('GetLiteTopicInfoRequestHeader', {
  parentTopic: optional('string'),
  liteTopic: optional('string'),
})
export type GetLiteTopicInfoRequestHeader = HeaderOf<typeof GetLiteTopicInfoRequestHeader>

/** Code 200077 GET_LITE_CLIENT_INFO; `maxCount` lite topics are told, 1000 where it is missing. */
export const GetLiteClientInfoRequestHeader = defineHeader('GetLiteClientInfoRequestHeader', {
  parentTopic: optional('string'),
  group: optional('string'),
  clientId: optional('string'),
  maxCount: optional('int'),
})
export type GetLiteClientInfoRequestHeader = HeaderOf<typeof GetLiteClientInfoRequestHeader>

/** Code 200078 GET_LITE_GROUP_INFO: of one lite topic, or of those that are furthest behind. */
export const GetLiteGroupInfoRequestHeader = defineHeader('GetLiteGroupInfoRequestHeader', {
  group: required('string'),
  liteTopic: optional('string'),
  topK: optional('int'),
})
export type GetLiteGroupInfoRequestHeader = HeaderOf<typeof GetLiteGroupInfoRequestHeader>

/** Code 200079 TRIGGER_LITE_DISPATCH; without `clientId` for all clients of the group. */
export const TriggerLiteDispatchRequestHeader = defineHeader('TriggerLiteDispatchRequestHeader', {
  group: required('string'),
  clientId: optional('string'),
})
export type TriggerLiteDispatchRequestHeader = HeaderOf<typeof TriggerLiteDispatchRequestHeader>
