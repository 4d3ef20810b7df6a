import { AclError } from './acl-error.ts'
import { checkPermission, needsAdmin, parsePermission, parseResourcePerm } from './permission.ts'
import type { PlainAccessConfig } from './plain-access-data.ts'
import { groupKey, isGroupKey, type NeededAccess } from './needed-access.ts'
import { remoteAddressStrategy, type RemoteAddressStrategy } from './remote-address-strategy.ts'

/** Keys and secrets are longer than this. */
const MIN_LENGTH = 6

/** An account, made ready for checking requests. Apache: acl.plain.PlainAccessResource */
export class PlainAccount {
  readonly accessKey: string
  readonly secretKey: string
  /** Whether requests from an address pass unsigned, and with all rights. */
  readonly isWhite: RemoteAddressStrategy
  readonly #admin: boolean
  readonly #defaultTopicPerm: number
  readonly #defaultGroupPerm: number
  readonly #perms: ReadonlyMap<string, number>

  /** @throws AclError when the account is not one */
  constructor(config: PlainAccessConfig) {
    const { accessKey, topicPerms = [], groupPerms = [] } = config
    this.accessKey = accessKey
    this.secretKey = checkKeys(config)
    this.isWhite = remoteAddressStrategy(config.whiteRemoteAddress)
    this.#admin = config.admin
    this.#defaultTopicPerm = parsePermission(config.defaultTopicPerm)
    this.#defaultGroupPerm = parsePermission(config.defaultGroupPerm)
    const groups = groupPerms.map((each) => parseResourcePerm(each, 'group'))
    this.#perms = new Map([
      ...groups.map(([group, perm]) => [groupKey(group), perm] as const),
      ...topicPerms.map((each) => parseResourcePerm(each, 'topic')),
    ])
  }

  /** Why the account may not do it; undefined: it may. Apache: acl.plain.PlainPermissionChecker */
  problemWith({ code, resources }: NeededAccess): string | undefined {
    if (this.#admin) return undefined
    if (needsAdmin(code)) {
      return `Need admin permission for request code=${code}, but accessKey=${this.accessKey} is not`
    }
    for (const [key, needed] of resources) {
      const owned = this.#perms.get(key)
      const isDefault = owned === undefined
      if (!checkPermission(needed, owned ?? this.#defaultPerm(key))) {
        const name = isGroupKey(key) ? `group:${groupOf(key)}` : `topic:${key}`
        return `No ${isDefault ? 'default ' : ''}permission for ${name}`
      }
    }
    return undefined
  }

  #defaultPerm(key: string): number {
    return isGroupKey(key) ? this.#defaultGroupPerm : this.#defaultTopicPerm
  }
}

/** The secret. The message does not tell it, as Apache's does. @throws AclError */
export function checkKeys({ accessKey, secretKey }: PlainAccessConfig): string {
  if (accessKey.length > MIN_LENGTH && secretKey !== undefined && secretKey.length > MIN_LENGTH) {
    return secretKey
  }
  throw new AclError(
    `The accessKey=${accessKey} and its secretKey cannot be null and length should longer than 6`,
  )
}

/** The group, without the topic that a retry topic of pop consumption names. Source: common.KeyBuilder#parseGroup */
function groupOf(key: string): string {
  const [group = ''] = key.slice(groupKey('').length).split('+')
  return group
}
