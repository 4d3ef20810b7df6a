import type { UserInfo } from '../../codec/body/user-info.ts'

/** Super users may do everything. Source: auth.authentication.enums.UserType */
export const UserType = { SUPER: 'Super', NORMAL: 'Normal' } as const
export type UserType = (typeof UserType)[keyof typeof UserType]

/** Source: auth.authentication.enums.UserStatus */
export const UserStatus = { ENABLE: 'enable', DISABLE: 'disable' } as const
export type UserStatus = (typeof UserStatus)[keyof typeof UserStatus]

/** Apache: auth.authentication.model.User */
export interface User {
  readonly username: string
  readonly password: string
  readonly userType: UserType
  readonly userStatus: UserStatus
}

/** What a request tells of a user; what it leaves out, or names that are none, is undefined. */
export type UserChange = Partial<User>

/** Source: broker.auth.converter.UserConverter#convertUser */
export function toUserChange(info: UserInfo): UserChange {
  const userType = byName(Object.values(UserType), info.userType)
  const userStatus = byName(Object.values(UserStatus), info.userStatus)
  return {
    ...(info.username !== undefined && { username: info.username }),
    ...(info.password !== undefined && { password: info.password }),
    ...(userType !== undefined && { userType }),
    ...(userStatus !== undefined && { userStatus }),
  }
}

/** Names are told apart regardless of case, as by Apache. */
export function byName<T extends string>(names: readonly T[], name: string | undefined) {
  return names.find((each) => each.toLowerCase() === name?.toLowerCase())
}

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}
