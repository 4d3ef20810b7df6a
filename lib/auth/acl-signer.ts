import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RemotingCommand } from '../../codec/remoting-command.ts'

/** Names of the extension fields that sign a request. Source: acl.common.SessionCredentials */
export const ACCESS_KEY = 'AccessKey'
export const SECURITY_TOKEN = 'SecurityToken'
export const SIGNATURE = 'Signature'

/** A mark of queries by unique key that old clients add behind the signature. Source: common.MixAll */
const UNIQUE_MSG_QUERY_FLAG = '_UNIQUE_KEY_QUERY'
/** The version number of the last such client. Source: common.MQVersion.Version.V4_9_3 */
const V4_9_3 = 399

/**
 * The signature of a request by `secretKey`: HMAC-SHA1, in base64, over the values of its extension fields in the order of
 * their names, then its body. A signature among the fields does not count.
 *
 * Apache: acl.common.AclSigner, acl.common.AclUtils#combineRequestContent
 */
export function calSignature(request: RemotingCommand, secretKey: string): string {
  const fields = request.extFields ?? {}
  const names = Object.keys(fields).filter((name) => isSigned(name, request.version))
  const content = names
    .sort()
    .map((name) => fields[name])
    .join('')
  const hmac = createHmac('sha1', secretKey).update(content, 'utf8')
  if (request.body !== undefined) hmac.update(request.body)
  return hmac.digest('base64')
}

function isSigned(name: string, version: number): boolean {
  if (name === SIGNATURE) return false
  return name !== UNIQUE_MSG_QUERY_FLAG || version > V4_9_3
}

/** Whether two signatures are the same; how long it takes does not tell where they differ. */
export function isSameSignature(expected: string, given: string): boolean {
  const bytes = Buffer.from(expected)
  const others = Buffer.from(given)
  return bytes.length === others.length && timingSafeEqual(bytes, others)
}
