import { UserInfo } from '../../codec/body/user-info.ts'
import type { AuthConfig } from '../config/auth-config.ts'
import { ConfigError } from '../config/errors.ts'
import { userSubject } from './authorization-metadata-manager.ts'
import type { LocalAuthenticationMetadataProvider } from './local-authentication-metadata-provider.ts'
import type { LocalAuthorizationMetadataProvider } from './local-authorization-metadata-provider.ts'
import { noPermission } from './no-permission.ts'
import { innerClientCredentials } from './session-credentials.ts'
import { systemError } from './system-error.ts'
import { type User, type UserChange, UserStatus, UserType, isBlank, toUserChange } from './user.ts'

/**
 * Users as tools manage them. What is refused is refused with NO_PERMISSION, as by Apache; without a provider with
 * SYSTEM_ERROR.
 *
 * Apache: auth.authentication.manager.AuthenticationMetadataManagerImpl
 */
export class AuthenticationMetadataManager {
  readonly #users: LocalAuthenticationMetadataProvider | undefined
  readonly #acls: LocalAuthorizationMetadataProvider | undefined

  /** They are undefined when authenticationMetadataProvider or authorizationMetadataProvider is not set. */
  constructor(
    users: LocalAuthenticationMetadataProvider | undefined,
    acls: LocalAuthorizationMetadataProvider | undefined,
  ) {
    this.#users = users
    this.#acls = acls
  }

  /**
   * Makes the users that the configuration names, unless they are there.
   * @throws ConfigError, without secrets, when they are not well-formed or there is no provider
   */
  initUser(
    config: Pick<AuthConfig, 'initAuthenticationUser' | 'innerClientAuthenticationCredentials'>,
  ): void {
    if (!isBlank(config.initAuthenticationUser)) {
      this.#init('initAuthenticationUser', parseUser(config.initAuthenticationUser))
    }
    const inner = innerClientCredentials(config)
    if (inner !== undefined) {
      const { accessKey: username, secretKey: password } = inner
      this.#init('innerClientAuthenticationCredentials', { username, password })
    }
  }

  createUser(change: UserChange): void {
    const { username, password, userType = UserType.NORMAL, userStatus } = change
    if (username === undefined || isBlank(username)) throw noPermission('username can not be blank')
    if (password === undefined || isBlank(password)) throw noPermission('password can not be blank')
    const users = this.#provider()
    if (users.getUser(username) !== undefined) throw noPermission('The user is existed')
    users.putUser({ username, password, userType, userStatus: userStatus ?? UserStatus.ENABLE })
  }

  /** What the change leaves out, and a blank password, stays as it is. */
  updateUser(change: UserChange): void {
    const { username = '', password, ...kind } = change
    if (isBlank(username)) throw noPermission('username can not be blank')
    const old = this.#provider().getUser(username)
    if (old === undefined) throw noPermission('The user is not exist')
    const kept = password === undefined || isBlank(password) ? old.password : password
    this.#provider().putUser({ ...old, ...kind, password: kept })
  }

  /** With its rights. */
  deleteUser(username: string): void {
    if (isBlank(username)) throw noPermission('username can not be blank')
    this.#provider().deleteUser(username)
    this.#acls?.deleteAcl(userSubject(username))
  }

  getUser(username: string): User | undefined {
    if (isBlank(username)) throw noPermission('username can not be blank')
    return this.#provider().getUser(username)
  }

  /** Those whose name contains `filter`. */
  listUser(filter: string | undefined): User[] {
    return this.#provider().listUser(filter)
  }

  isSuperUser(username: string): boolean {
    const user = this.getUser(username)
    if (user === undefined) throw noPermission(`User:${username} is not found`)
    return user.userType === UserType.SUPER
  }

  #init(key: string, user: UserChange | undefined): void {
    if (user?.username === undefined || isBlank(user.username) || isBlank(user.password)) {
      throw new ConfigError(`${key}: expected is {"username":"..","password":".."}`)
    }
    if (this.#users === undefined) {
      throw new ConfigError(`${key}: authenticationMetadataProvider is not set`)
    }
    if (this.#users.getUser(user.username) === undefined) {
      this.createUser({ ...user, userType: UserType.SUPER })
    }
  }

  #provider(): LocalAuthenticationMetadataProvider {
    if (this.#users !== undefined) return this.#users
    throw systemError()
  }
}

function parseUser(source: string | undefined): UserChange | undefined {
  try {
    return toUserChange(UserInfo.decode(source))
  } catch {
    return undefined
  }
}
