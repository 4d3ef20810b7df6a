import type { AclInfo, PolicyEntryInfo, PolicyInfo } from '../../codec/body/acl-info.ts'
import { isValidIpOrCidr } from './ip-range.ts'
import { noPermission } from './no-permission.ts'
import { type Acl, Action, Decision, type Policy, type PolicyEntry, PolicyType } from './policy.ts'
import { parseResource, resourceKey } from './resource.ts'
import { byName, isBlank } from './user.ts'

/** Source: broker.auth.converter.AclConverter */
export function toAclInfo({ subject, policies }: Acl): AclInfo {
  return { subject, policies: policies.map(toPolicyInfo) }
}

function toPolicyInfo({ policyType, entries }: Policy): PolicyInfo {
  return {
    policyType,
    entries: entries.map(({ resource, actions, sourceIps, decision }) => ({
      resource: resourceKey(resource),
      actions: [...actions],
      ...(sourceIps.length > 0 && { sourceIps: [...sourceIps] }),
      decision,
    })),
  }
}

/**
 * Policies as tools give them. A policy without entries, and actions that are none, are passed over; a policy of no type is a
 * custom one.
 * @throws RemotingError NO_PERMISSION, as Apache, for what makes no sense
 *
 * Source: broker.auth.converter.AclConverter, auth.authorization.manager.AuthorizationMetadataManagerImpl#validate
 */
export function toPolicies({ policies }: AclInfo): Policy[] {
  const filled = policies.filter(({ entries }) => entries.length > 0)
  if (filled.length === 0) throw noPermission('The policies is empty.')
  return filled.map(({ policyType, entries }) => ({
    policyType: byName(Object.values(PolicyType), policyType) ?? PolicyType.CUSTOM,
    entries: entries.map(toEntry),
  }))
}

function toEntry({ resource: key, actions: names, sourceIps = [], decision }: PolicyEntryInfo) {
  const resource = parseResource(key)
  if (resource === undefined) throw noPermission('The resource is null.')
  const actions = names.flatMap((name) => byName(Object.values(Action), name) ?? [])
  if (actions.length === 0) throw noPermission('The actions is empty.')
  if (actions.includes(Action.ANY)) throw noPermission('The actions can not be Any.')
  if (sourceIps.some(isBlank)) throw noPermission('The source ip is empty.')
  if (!sourceIps.every(isValidIpOrCidr)) throw noPermission('The source ip is invalid.')
  const decided = byName(Object.values(Decision), decision)
  if (decided === undefined) throw noPermission('The decision is null or illegal.')
  return { resource, actions, sourceIps, decision: decided } satisfies PolicyEntry
}
