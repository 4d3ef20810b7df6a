import type { HeaderOf } from '../schema.ts'
import { defineHeader, required } from '../schema.ts'

/** Code 224 GET_TOPICS_BY_CLUSTER. */
export const GetTopicsByClusterRequestHeader = defineHeader('GetTopicsByClusterRequestHeader', {
  cluster: required('string'),
})
export type GetTopicsByClusterRequestHeader = HeaderOf<typeof GetTopicsByClusterRequestHeader>
