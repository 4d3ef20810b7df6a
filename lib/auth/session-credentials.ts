import { parseJson } from '../../codec/fastjson.ts'
import type { ValueOf } from '../../codec/json-codec.ts'
import { optional, text } from '../../codec/json-codec.ts'
import { object } from '../../codec/json-schema.ts'
import type { ExtFields, RemotingCommand } from '../../codec/remoting-command.ts'
import type { AuthConfig } from '../config/auth-config.ts'
import { ConfigError } from '../config/errors.ts'
import { ACCESS_KEY, SECURITY_TOKEN, SIGNATURE, calSignature } from './acl-signer.ts'

const SessionCredentials = object({
  accessKey: text(),
  secretKey: text(),
  securityToken: optional(text()),
})
/** Who a server is towards other servers. Apache: acl.common.SessionCredentials */
export type SessionCredentials = ValueOf<typeof SessionCredentials>

/**
 * innerClientAuthenticationCredentials, undefined when not set.
 * @throws ConfigError, without the value, when it is not `{"accessKey":"..","secretKey":".."}`
 */
export function innerClientCredentials(
  config: Pick<AuthConfig, 'innerClientAuthenticationCredentials'>,
): SessionCredentials | undefined {
  const source = config.innerClientAuthenticationCredentials?.trim() ?? ''
  if (source === '') return undefined
  const credentials = parseCredentials(source)
  if (credentials?.accessKey.trim() && credentials.secretKey.trim()) return credentials
  throw new ConfigError(
    'innerClientAuthenticationCredentials: expected is {"accessKey":"..","secretKey":".."}',
  )
}

function parseCredentials(source: string): SessionCredentials | undefined {
  try {
    return SessionCredentials.fromJson(parseJson(source))
  } catch {
    return undefined
  }
}

/** Signs a request that is about to leave. Apache: acl.common.AclClientRPCHook */
export function signRequest(request: RemotingCommand, credentials: SessionCredentials): void {
  const { accessKey, secretKey, securityToken } = credentials
  // The fields may be shared with other requests.
  const fields: ExtFields = { ...request.extFields, [ACCESS_KEY]: accessKey }
  if (securityToken !== undefined) fields[SECURITY_TOKEN] = securityToken
  request.extFields = fields
  fields[SIGNATURE] = calSignature(request, secretKey)
}
