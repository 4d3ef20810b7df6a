import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional } from '../schema.ts'

const USERNAME = { username: optional('string') }
const SUBJECT = { subject: optional('string') }

/** Code 3001 AUTH_CREATE_USER. */
export const CreateUserRequestHeader = defineHeader('CreateUserRequestHeader', USERNAME)
export type CreateUserRequestHeader = HeaderOf<typeof CreateUserRequestHeader>

/** Code 3002 AUTH_UPDATE_USER. */
export const UpdateUserRequestHeader = defineHeader('UpdateUserRequestHeader', USERNAME)
export type UpdateUserRequestHeader = HeaderOf<typeof UpdateUserRequestHeader>

/** Code 3003 AUTH_DELETE_USER. */
export const DeleteUserRequestHeader = defineHeader('DeleteUserRequestHeader', USERNAME)
export type DeleteUserRequestHeader = HeaderOf<typeof DeleteUserRequestHeader>

/** Code 3004 AUTH_GET_USER. */
export const GetUserRequestHeader = defineHeader('GetUserRequestHeader', USERNAME)
export type GetUserRequestHeader = HeaderOf<typeof GetUserRequestHeader>

/** Code 3005 AUTH_LIST_USER. */
export const ListUsersRequestHeader = defineHeader('ListUsersRequestHeader', {
  filter: optional('string'),
})
export type ListUsersRequestHeader = HeaderOf<typeof ListUsersRequestHeader>

/** Code 3006 AUTH_CREATE_ACL. */
export const CreateAclRequestHeader = defineHeader('CreateAclRequestHeader', SUBJECT)
export type CreateAclRequestHeader = HeaderOf<typeof CreateAclRequestHeader>

/** Code 3007 AUTH_UPDATE_ACL. */
export const UpdateAclRequestHeader = defineHeader('UpdateAclRequestHeader', SUBJECT)
export type UpdateAclRequestHeader = HeaderOf<typeof UpdateAclRequestHeader>

/** Code 3008 AUTH_DELETE_ACL. */
export const DeleteAclRequestHeader = defineHeader('DeleteAclRequestHeader', {
  subject: optional('string'),
  policyType: optional('string'),
  resource: optional('string'),
})
export type DeleteAclRequestHeader = HeaderOf<typeof DeleteAclRequestHeader>

/** Code 3009 AUTH_GET_ACL. */
export const GetAclRequestHeader = defineHeader('GetAclRequestHeader', SUBJECT)
export type GetAclRequestHeader = HeaderOf<typeof GetAclRequestHeader>

/** Code 3010 AUTH_LIST_ACL. */
export const ListAclsRequestHeader = defineHeader('ListAclsRequestHeader', {
  subjectFilter: optional('string'),
  resourceFilter: optional('string'),
})
export type ListAclsRequestHeader = HeaderOf<typeof ListAclsRequestHeader>
