import { decodeUserInfos, UserInfo } from '../../../../codec/body/user-info.ts'
import {
  CreateUserRequestHeader,
  DeleteUserRequestHeader,
  GetUserRequestHeader,
  ListUsersRequestHeader,
  UpdateUserRequestHeader,
} from '../../../../codec/header/auth.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'

export async function createUserAt(
  admin: MqAdminClient,
  address: string,
  user: UserInfo,
): Promise<void> {
  const header = CreateUserRequestHeader.encode({ username: user.username })
  const body = UserInfo.encode(user)
  await admin.invoke(address, { code: RequestCode.AUTH_CREATE_USER, header, body })
}

export async function updateUserAt(
  admin: MqAdminClient,
  address: string,
  user: UserInfo,
): Promise<void> {
  const header = UpdateUserRequestHeader.encode({ username: user.username })
  const body = UserInfo.encode(user)
  await admin.invoke(address, { code: RequestCode.AUTH_UPDATE_USER, header, body })
}

export async function deleteUserAt(
  admin: MqAdminClient,
  address: string,
  username: string,
): Promise<void> {
  const header = DeleteUserRequestHeader.encode({ username })
  await admin.invoke(address, { code: RequestCode.AUTH_DELETE_USER, header })
}

/** Resolves with undefined when there is no such user. */
export async function getUserAt(
  admin: MqAdminClient,
  address: string,
  username: string | undefined,
): Promise<UserInfo | undefined> {
  const header = GetUserRequestHeader.encode({ username })
  const { body } = await admin.invoke(address, { code: RequestCode.AUTH_GET_USER, header })
  return body === undefined || body.length === 0 ? undefined : UserInfo.decode(body)
}

/** The users whose name contains `filter`. */
export async function listUsersAt(
  admin: MqAdminClient,
  address: string,
  filter?: string,
): Promise<UserInfo[]> {
  const header = ListUsersRequestHeader.encode({ filter })
  const { body } = await admin.invoke(address, { code: RequestCode.AUTH_LIST_USER, header })
  return body === undefined || body.length === 0 ? [] : decodeUserInfos(body)
}
