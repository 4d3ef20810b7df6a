import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 50 UPDATE_AND_CREATE_ACL_CONFIG. The lists are joined by `,`. */
export const CreateAccessConfigRequestHeader = defineHeader('CreateAccessConfigRequestHeader', {
  accessKey: required('string'),
  secretKey: optional('string'),
  whiteRemoteAddress: optional('string'),
  admin: optional('boolean'),
  defaultTopicPerm: optional('string'),
  defaultGroupPerm: optional('string'),
  topicPerms: optional('string'),
  groupPerms: optional('string'),
})
export type CreateAccessConfigRequestHeader = HeaderOf<typeof CreateAccessConfigRequestHeader>

/** Code 51 DELETE_ACL_CONFIG. */
export const DeleteAccessConfigRequestHeader = defineHeader('DeleteAccessConfigRequestHeader', {
  accessKey: required('string'),
})
export type DeleteAccessConfigRequestHeader = HeaderOf<typeof DeleteAccessConfigRequestHeader>

/** Answer to code 52 GET_BROKER_CLUSTER_ACL_INFO. The version is a DataVersion as JSON. */
export const GetBrokerAclConfigResponseHeader = defineHeader('GetBrokerAclConfigResponseHeader', {
  version: required('string'),
  allAclFileVersion: optional('string'),
  brokerName: required('string'),
  brokerAddr: required('string'),
  clusterName: required('string'),
})
export type GetBrokerAclConfigResponseHeader = HeaderOf<typeof GetBrokerAclConfigResponseHeader>

/** Code 53 UPDATE_GLOBAL_WHITE_ADDRS_CONFIG. The addresses are joined by `,`. 4.9.0 does not know of the file. */
export const UpdateGlobalWhiteAddrsConfigRequestHeader = defineHeader(
  'UpdateGlobalWhiteAddrsConfigRequestHeader',
  { globalWhiteAddrs: required('string'), aclFileFullPath: optional('string') },
)
export type UpdateGlobalWhiteAddrsConfigRequestHeader = HeaderOf<
  typeof UpdateGlobalWhiteAddrsConfigRequestHeader
>
