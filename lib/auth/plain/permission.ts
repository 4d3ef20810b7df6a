import { RequestCode } from '../../../codec/request-code.ts'
import { AclError } from './acl-error.ts'

/** Bits. Source: acl.common.Permission */
export const Permission = { DENY: 1, PUB: 4, SUB: 8 } as const

const BY_NAME: Readonly<Record<string, number>> = {
  PUB: Permission.PUB,
  SUB: Permission.SUB,
  'PUB|SUB': Permission.PUB | Permission.SUB,
  'SUB|PUB': Permission.PUB | Permission.SUB,
  DENY: Permission.DENY,
}

/**
 * What only an account with `admin: true` may ask. Source: acl.common.Permission#ADMIN_CODE of 5.2.0, up to DELETE_SUBSCRIPTIONGROUP.
 * The others would be ways around: to make oneself an administrator, and to make by 5.x's requests what those of 4.x refuse.
 */
const ADMIN_CODES: ReadonlySet<number> = new Set([
  RequestCode.UPDATE_AND_CREATE_TOPIC,
  RequestCode.UPDATE_BROKER_CONFIG,
  RequestCode.DELETE_TOPIC_IN_BROKER,
  RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
  RequestCode.DELETE_SUBSCRIPTIONGROUP,
  RequestCode.UPDATE_AND_CREATE_ACL_CONFIG,
  RequestCode.DELETE_ACL_CONFIG,
  RequestCode.UPDATE_GLOBAL_WHITE_ADDRS_CONFIG,
  RequestCode.UPDATE_AND_CREATE_TOPIC_LIST,
  RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC,
  RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
  RequestCode.AUTH_CREATE_USER,
  RequestCode.AUTH_UPDATE_USER,
  RequestCode.AUTH_DELETE_USER,
  RequestCode.AUTH_CREATE_ACL,
  RequestCode.AUTH_UPDATE_ACL,
  RequestCode.AUTH_DELETE_ACL,
])

export function needsAdmin(code: number): boolean {
  return ADMIN_CODES.has(code)
}

export function checkPermission(needed: number, owned: number): boolean {
  return (owned & Permission.DENY) === 0 && (needed & owned) > 0
}

/** What is missing or unknown is DENY. */
export function parsePermission(text: string | undefined): number {
  return BY_NAME[text?.trim() ?? ''] ?? Permission.DENY
}

/** `topicA=SUB` as name and permission. @throws AclError, in the words of `kind` */
export function parseResourcePerm(resource: string, kind: 'topic' | 'group'): [string, number] {
  const parts = splitResource(resource)
  if (parts === undefined) {
    throw new AclError(`Parse resource permission failed for ${kind}:${resource}`)
  }
  return [parts[0].trim(), parsePermission(parts[1])]
}

/** The stricter check of what an administrator sets. @throws AclError */
export function checkResourcePerms(resources: readonly string[]): void {
  for (const resource of resources) {
    const parts = splitResource(resource)
    if (parts === undefined) {
      throw new AclError(
        `Parse Resource format error for ${resource}.\nThe expected resource format is 'Res=Perm'. For example: topicA=SUB`,
      )
    }
    if (parts[1].trim() !== 'DENY' && parsePermission(parts[1]) === Permission.DENY) {
      throw new AclError(
        `Parse resource permission error for ${resource}.\nThe expected permissions are 'SUB' or 'PUB' or 'SUB|PUB' or 'PUB|SUB'.`,
      )
    }
  }
}

function splitResource(resource: string): readonly [string, string] | undefined {
  const [name, perm, ...rest] = resource.split('=').filter((part) => part !== '')
  return name === undefined || perm === undefined || rest.length > 0 ? undefined : [name, perm]
}
