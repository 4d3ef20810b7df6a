import { parseJson } from '../fastjson.ts'
import { stringifyJson } from '../fastjson-writer.ts'
import type { ValueOf } from '../json-codec.ts'
import { optional, text } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'

/**
 * A user in the bodies of 3001 AUTH_CREATE_USER, 3002 and the answer to 3004; in the answer to 3005 a list of them.
 * `userType` is Super or Normal, `userStatus` enable or disable. Source: remoting.protocol.body.UserInfo
 */
export const UserInfo = defineBody('UserInfo', {
  username: optional(text()),
  password: optional(text()),
  userType: optional(text()),
  userStatus: optional(text()),
})
export type UserInfo = ValueOf<typeof UserInfo>

const UserInfos = list(UserInfo)

export function encodeUserInfos(users: readonly UserInfo[]): Buffer {
  return Buffer.from(stringifyJson(UserInfos.toJson([...users])))
}

/** @throws CodecError when the text is not a list of users */
export function decodeUserInfos(source: Buffer | string): UserInfo[] {
  return UserInfos.fromJson(parseJson(source))
}
