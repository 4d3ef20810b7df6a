import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep } from '../step.ts'
import { ask, json, refused } from './builders.ts'

const USER = { username: 'u1', password: 'p1', userType: 'Normal' }
const ENTRY = { resource: 'Topic:P', actions: ['Pub'], decision: 'Allow' }
const ACL = { subject: 'User:u1', policies: [{ policyType: 'Custom', entries: [ENTRY] }] }

/** Users and rights, on a broker that has no provider of either. */
export const ACCESS: readonly ScriptStep[] = [
  json('user made', Code.AUTH_CREATE_USER, USER, { username: 'u1' }),
  json('user without a name', Code.AUTH_CREATE_USER, { password: 'p1' }, { username: '' }),
  json('user changed', Code.AUTH_UPDATE_USER, USER, { username: 'u1' }),
  ask('user', Code.AUTH_GET_USER, { username: 'u1' }),
  ask('users', Code.AUTH_LIST_USER),
  ask('user deleted', Code.AUTH_DELETE_USER, { username: 'u1' }),
  json('rights given', Code.AUTH_CREATE_ACL, ACL, { subject: 'User:u1' }),
  json('rights changed', Code.AUTH_UPDATE_ACL, ACL, { subject: 'User:u1' }),
  refused(ask('rights of a user', Code.AUTH_GET_ACL, { subject: 'User:u1' })),
  refused(ask('rights', Code.AUTH_LIST_ACL)),
  ask('rights taken', Code.AUTH_DELETE_ACL, { subject: 'User:u1' }),
]
