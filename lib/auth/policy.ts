import { isIpInRange } from './ip-range.ts'
import { type Resource, ResourcePattern, ResourceType, isMatch } from './resource.ts'

/** Source: common.action.Action */
export const Action = {
  UNKNOWN: 'Unknown',
  ALL: 'All',
  ANY: 'Any',
  PUB: 'Pub',
  SUB: 'Sub',
  CREATE: 'Create',
  UPDATE: 'Update',
  DELETE: 'Delete',
  GET: 'Get',
  LIST: 'List',
} as const
export type Action = (typeof Action)[keyof typeof Action]

/** Source: auth.authorization.enums.Decision */
export const Decision = { ALLOW: 'Allow', DENY: 'Deny' } as const
export type Decision = (typeof Decision)[keyof typeof Decision]

/** Custom policies count before default ones. Source: auth.authorization.enums.PolicyType */
export const PolicyType = { CUSTOM: 'Custom', DEFAULT: 'Default' } as const
export type PolicyType = (typeof PolicyType)[keyof typeof PolicyType]

/** Apache: auth.authorization.model.PolicyEntry */
export interface PolicyEntry {
  readonly resource: Resource
  readonly actions: readonly Action[]
  /** Addresses and networks that it is about; empty: all. */
  readonly sourceIps: readonly string[]
  readonly decision: Decision
}

/** Apache: auth.authorization.model.Policy */
export interface Policy {
  readonly policyType: PolicyType
  readonly entries: readonly PolicyEntry[]
}

/** The rights of a subject, `User:name`. Apache: auth.authorization.model.Acl */
export interface Acl {
  readonly subject: string
  readonly policies: readonly Policy[]
}

/** What one request needs a right for: one of the actions will do. Apache: auth.authorization.context.DefaultAuthorizationContext */
export interface AuthorizationContext {
  readonly resource: Resource
  readonly actions: readonly Action[]
}

/**
 * The entry that decides: among those that match the most specific one, of custom policies where one of them matches.
 * Source: auth.authorization.chain.AclAuthorizationHandler#matchPolicyEntries
 */
export function decidingEntry(
  { policies }: Acl,
  context: AuthorizationContext,
  sourceIp: string,
): PolicyEntry | undefined {
  for (const type of [PolicyType.CUSTOM, PolicyType.DEFAULT]) {
    const policy = policies.find(({ policyType }) => policyType === type)
    const entries = policy?.entries.filter((entry) => matches(entry, context, sourceIp)) ?? []
    if (entries.length > 0) return entries.sort(compareEntries)[0]
  }
  return undefined
}

function matches(entry: PolicyEntry, context: AuthorizationContext, sourceIp: string): boolean {
  const { resource, actions, sourceIps } = entry
  if (!isMatch(resource, context.resource)) return false
  const isAction = context.actions.some((each) => actions.includes(each))
  if (!isAction && !actions.includes(Action.ALL)) return false
  return sourceIps.length === 0 || sourceIps.some((range) => isIpInRange(sourceIp, range))
}

const SPECIFIC_FIRST = [ResourcePattern.LITERAL, ResourcePattern.PREFIXED, ResourcePattern.ANY]

/**
 * A name before a prefix, a long prefix before a short one, these before all of a kind, that before everything; what denies
 * before what allows. Apache means that too, but its comparator contradicts itself, so that the order in which rights were given decides.
 */
function compareEntries(a: PolicyEntry, b: PolicyEntry): number {
  return (
    Number(a.resource.type === ResourceType.ANY) - Number(b.resource.type === ResourceType.ANY) ||
    SPECIFIC_FIRST.indexOf(a.resource.pattern) - SPECIFIC_FIRST.indexOf(b.resource.pattern) ||
    b.resource.name.length - a.resource.name.length ||
    Number(a.decision === Decision.ALLOW) - Number(b.decision === Decision.ALLOW)
  )
}
