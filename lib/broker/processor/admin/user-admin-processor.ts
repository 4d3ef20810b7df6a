import { UserInfo, encodeUserInfos } from '../../../../codec/body/user-info.ts'
import {
  CreateUserRequestHeader,
  DeleteUserRequestHeader,
  GetUserRequestHeader,
  ListUsersRequestHeader,
  UpdateUserRequestHeader,
} from '../../../../codec/header/auth.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { ACCESS_KEY } from '../../../auth/acl-signer.ts'
import type { AuthenticationMetadataManager } from '../../../auth/authentication-metadata-manager.ts'
import { noPermission } from '../../../auth/no-permission.ts'
import { type UserChange, UserType, isBlank, toUserChange } from '../../../auth/user.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'

export interface UserAdminDeps {
  readonly authenticationMetadataManager: AuthenticationMetadataManager
}

/**
 * Makes, changes, deletes and tells users, with their passwords: access control says who may ask. Only super users touch
 * super users.
 *
 * Apache: broker.processor.AdminBrokerProcessor, the requests about users
 */
export class UserAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.AUTH_CREATE_USER,
    RequestCode.AUTH_UPDATE_USER,
    RequestCode.AUTH_DELETE_USER,
    RequestCode.AUTH_GET_USER,
    RequestCode.AUTH_LIST_USER,
  ]

  readonly #users: AuthenticationMetadataManager

  constructor({ authenticationMetadataManager }: UserAdminDeps) {
    this.#users = authenticationMetadataManager
  }

  process(request: RemotingCommand): RemotingCommand {
    switch (request.code) {
      case RequestCode.AUTH_CREATE_USER:
        return this.#createUser(request)
      case RequestCode.AUTH_UPDATE_USER:
        return this.#updateUser(request)
      case RequestCode.AUTH_DELETE_USER:
        return this.#deleteUser(request)
      case RequestCode.AUTH_GET_USER:
        return this.#getUser(request)
      default:
        return this.#listUser(request)
    }
  }

  #createUser(request: RemotingCommand): RemotingCommand {
    const { username } = CreateUserRequestHeader.decode(request.extFields)
    const change = readChange(requireName(username), request)
    if (change.userType === UserType.SUPER && this.#isNotSuperUserLogin(request)) {
      const remark = 'The super user can only be create by super user'
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    this.#users.createUser(change)
    return success()
  }

  #updateUser(request: RemotingCommand): RemotingCommand {
    const { username } = UpdateUserRequestHeader.decode(request.extFields)
    const name = requireName(username)
    const change = readChange(name, request)
    const remark = 'The super user can only be update by super user'
    if (change.userType === UserType.SUPER && this.#isNotSuperUserLogin(request)) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    const old = this.#users.getUser(name)
    if (old?.userType === UserType.SUPER && this.#isNotSuperUserLogin(request)) {
      throw noPermission(remark)
    }
    this.#users.updateUser(change)
    return success()
  }

  #deleteUser(request: RemotingCommand): RemotingCommand {
    const { username = '' } = DeleteUserRequestHeader.decode(request.extFields)
    const user = this.#users.getUser(username)
    if (user === undefined) return success()
    if (user.userType === UserType.SUPER && this.#isNotSuperUserLogin(request)) {
      throw noPermission('The super user can only be update by super user')
    }
    this.#users.deleteUser(username)
    return success()
  }

  /** A user that is not there is answered with success and no body. */
  #getUser(request: RemotingCommand): RemotingCommand {
    const { username } = GetUserRequestHeader.decode(request.extFields)
    const user = this.#users.getUser(requireName(isBlank(username) ? undefined : username))
    return success(user && UserInfo.encode(user))
  }

  #listUser(request: RemotingCommand): RemotingCommand {
    const { filter } = ListUsersRequestHeader.decode(request.extFields)
    const users = this.#users.listUser(filter)
    return success(users.length === 0 ? undefined : encodeUserInfos(users))
  }

  /** Without authentication nobody has logged in, and everybody may. */
  #isNotSuperUserLogin({ extFields }: RemotingCommand): boolean {
    const accessKey = extFields?.[ACCESS_KEY]
    return accessKey !== undefined && accessKey !== '' && !this.#users.isSuperUser(accessKey)
  }
}

function requireName(username: string | undefined): string {
  if (username !== undefined && username !== '') return username
  throw new RemotingError(ResponseCode.INVALID_PARAMETER, 'The username is blank')
}

/** The header's name counts, whatever the body's is. */
function readChange(username: string, { body }: RemotingCommand): UserChange {
  return { ...toUserChange(UserInfo.decode(body)), username }
}

function success(body?: Buffer): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}
