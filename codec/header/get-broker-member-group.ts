import type { HeaderOf } from '../schema.ts'
import { defineHeader, required } from '../schema.ts'

/** Code 901 GET_BROKER_MEMBER_GROUP. */
export const GetBrokerMemberGroupRequestHeader = defineHeader('GetBrokerMemberGroupRequestHeader', {
  clusterName: required('string'),
  brokerName: required('string'),
})
export type GetBrokerMemberGroupRequestHeader = HeaderOf<typeof GetBrokerMemberGroupRequestHeader>
