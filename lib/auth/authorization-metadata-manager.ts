import type { LocalAuthenticationMetadataProvider } from './local-authentication-metadata-provider.ts'
import type { LocalAuthorizationMetadataProvider } from './local-authorization-metadata-provider.ts'
import { noPermission } from './no-permission.ts'
import { type Acl, type Policy, type PolicyEntry, PolicyType } from './policy.ts'
import { type Resource, resourceKey } from './resource.ts'
import { systemError } from './system-error.ts'
import { byName, isBlank } from './user.ts'

const USER = 'User'

/** The subject of a user: `User:name`. */
export function userSubject(username: string): string {
  return `${USER}:${username}`
}

/**
 * Rights as tools manage them. What is refused is refused with NO_PERMISSION, as by Apache; without providers of users and
 * rights with SYSTEM_ERROR.
 *
 * Apache: auth.authorization.manager.AuthorizationMetadataManagerImpl
 */
export class AuthorizationMetadataManager {
  readonly #users: LocalAuthenticationMetadataProvider | undefined
  readonly #acls: LocalAuthorizationMetadataProvider | undefined

  constructor(
    users: LocalAuthenticationMetadataProvider | undefined,
    acls: LocalAuthorizationMetadataProvider | undefined,
  ) {
    this.#users = users
    this.#acls = acls
  }

  /** Adds to the rights of a user; a right about the same resource is replaced. Creating and updating are the same. */
  updateAcl(subjectKey: string | undefined, policies: readonly Policy[]): void {
    const acls = this.#provider()
    const { subject, exists } = this.#findSubject(subjectKey)
    if (!exists) throw noPermission(`The subject of ${subject} is not exist.`)
    const old = acls.getAcl(subject)?.policies ?? []
    acls.putAcl({ subject, policies: mergePolicies(old, policies) })
  }

  /** Deletes the right about `resource`; all rights without one. */
  deleteAcl(subjectKey: string | undefined, policyType?: string, resource?: Resource): void {
    const acls = this.#provider()
    const { subject, exists } = this.#findSubject(subjectKey, 'The subject is null.')
    if (!exists) throw noPermission('The subject is not exist.')
    const old = acls.getAcl(subject)
    if (old === undefined) throw noPermission('The acl is not exist.')
    const type = byName(Object.values(PolicyType), policyType) ?? PolicyType.CUSTOM
    const policies = resource === undefined ? [] : withoutEntry(old.policies, type, resource)
    if (policies.length === 0) acls.deleteAcl(subject)
    else acls.putAcl({ subject, policies })
  }

  getAcl(subjectKey: string | undefined): Acl | undefined {
    const acls = this.#provider()
    const { subject, exists } = this.#findSubject(subjectKey)
    if (!exists) throw noPermission('The subject is not exist.')
    return acls.getAcl(subject)
  }

  /** Rights of subjects that contain `subjectFilter`, about resources that contain `resourceFilter`. */
  listAcl(subjectFilter = '', resourceFilter = ''): Acl[] {
    const acls = this.#provider().listAcl()
    return acls
      .filter(({ subject }) => isBlank(subjectFilter) || subject.includes(subjectFilter))
      .map((acl) => (isBlank(resourceFilter) ? acl : aboutResources(acl, resourceFilter)))
      .filter(({ policies }) => policies.length > 0)
  }

  #findSubject(key: string | undefined, problem?: string): { subject: string; exists: boolean } {
    const [type, name] = splitSubject(key)
    if (type.toLowerCase() === USER.toLowerCase()) {
      return { subject: userSubject(name), exists: this.#users?.getUser(name) !== undefined }
    }
    throw problem === undefined ? systemError() : noPermission(problem)
  }

  #provider(): LocalAuthorizationMetadataProvider {
    if (this.#acls !== undefined && this.#users !== undefined) return this.#acls
    throw systemError()
  }
}

function splitSubject(key = ''): [type: string, name: string] {
  const colon = key.indexOf(':')
  return colon < 0 ? [key, ''] : [key.slice(0, colon), key.slice(colon + 1)]
}

/** Source: auth.authorization.model.Acl#updatePolicy, Policy#updateEntry */
function mergePolicies(old: readonly Policy[], added: readonly Policy[]): Policy[] {
  const merged = new Map(old.map(({ policyType, entries }) => [policyType, byResource(entries)]))
  for (const { policyType, entries } of added) {
    const known = merged.get(policyType) ?? new Map<string, PolicyEntry>()
    for (const [key, entry] of byResource(entries)) known.set(key, entry)
    merged.set(policyType, known)
  }
  return Array.from(merged, ([policyType, entries]) => ({
    policyType,
    entries: [...entries.values()],
  }))
}

function byResource(entries: readonly PolicyEntry[]): Map<string, PolicyEntry> {
  return new Map(entries.map((entry) => [resourceKey(entry.resource), entry]))
}

/** Source: auth.authorization.model.Acl#deletePolicy */
function withoutEntry(policies: readonly Policy[], type: PolicyType, resource: Resource): Policy[] {
  const key = resourceKey(resource)
  return policies
    .map((policy) => {
      if (policy.policyType !== type) return policy
      const entries = policy.entries.filter((entry) => resourceKey(entry.resource) !== key)
      return { ...policy, entries }
    })
    .filter(({ entries }) => entries.length > 0)
}

/** A filter that is part of the subject finds all rights of it. */
function aboutResources({ subject, policies }: Acl, filter: string): Acl {
  if (subject.includes(filter)) return { subject, policies }
  const kept = policies.map(({ policyType, entries }) => ({
    policyType,
    entries: entries.filter(({ resource }) => resourceKey(resource).includes(filter)),
  }))
  return { subject, policies: kept.filter(({ entries }) => entries.length > 0) }
}
