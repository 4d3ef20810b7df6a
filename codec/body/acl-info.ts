import { parseJson } from '../fastjson.ts'
import { stringifyJson } from '../fastjson-writer.ts'
import type { ValueOf } from '../json-codec.ts'
import { optional, text } from '../json-codec.ts'
import { defineBody, list, object } from '../json-schema.ts'

const PolicyEntryInfo = object({
  resource: optional(text()),
  actions: list(text()),
  sourceIps: optional(list(text())),
  decision: optional(text()),
})
export type PolicyEntryInfo = ValueOf<typeof PolicyEntryInfo>

const PolicyInfo = object({
  policyType: optional(text()),
  entries: list(PolicyEntryInfo),
})
export type PolicyInfo = ValueOf<typeof PolicyInfo>

/**
 * The rights of a subject in the bodies of 3006 AUTH_CREATE_ACL, 3007 and the answer to 3009; in the answer to 3010 a list of
 * them. `{"subject":"User:x","policies":[{"policyType":"Custom","entries":[{"resource":"Topic:t","actions":["Pub"],
 * "sourceIps":["10.0.0.0/8"],"decision":"Allow"}]}]}`. Source: remoting.protocol.body.AclInfo
 */
export const AclInfo = defineBody('AclInfo', {
  subject: optional(text()),
  policies: list(PolicyInfo),
})
export type AclInfo = ValueOf<typeof AclInfo>

const AclInfos = list(AclInfo)

export function encodeAclInfos(acls: readonly AclInfo[]): Buffer {
  return Buffer.from(stringifyJson(AclInfos.toJson([...acls])))
}

/** @throws CodecError when the text is not a list of such rights */
export function decodeAclInfos(source: Buffer | string): AclInfo[] {
  return AclInfos.fromJson(parseJson(source))
}
