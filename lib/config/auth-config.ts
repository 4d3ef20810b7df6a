import type { ConfigOf } from './option.ts'
import { boolean, int, optionalString } from './option.ts'

/** Keys, types and defaults of Apache 5.3.3. Apache: auth.config.AuthConfig */
export const AUTH_OPTIONS = {
  configName: optionalString(),
  clusterName: optionalString(),
  authConfigPath: optionalString(),
  authenticationEnabled: boolean(false, {
    supported: [false],
    text: 'Check signatures of requests.',
  }),
  authenticationProvider: optionalString(),
  authenticationMetadataProvider: optionalString(),
  authenticationStrategy: optionalString(),
  authenticationWhitelist: optionalString(),
  initAuthenticationUser: optionalString(),
  innerClientAuthenticationCredentials: optionalString(),
  authorizationEnabled: boolean(false, {
    supported: [false],
    text: 'Check rights of signed requests.',
  }),
  authorizationProvider: optionalString(),
  authorizationMetadataProvider: optionalString(),
  authorizationStrategy: optionalString(),
  authorizationWhitelist: optionalString(),
  migrateAuthFromV1Enabled: boolean(false),
  userCacheMaxNum: int(1000),
  userCacheExpiredSecond: int(600),
  userCacheRefreshSecond: int(60),
  aclCacheMaxNum: int(1000),
  aclCacheExpiredSecond: int(600),
  aclCacheRefreshSecond: int(60),
  statefulAuthenticationCacheMaxNum: int(10_000),
  statefulAuthenticationCacheExpiredSecond: int(60),
  statefulAuthorizationCacheMaxNum: int(10_000),
  statefulAuthorizationCacheExpiredSecond: int(60),
}

export type AuthConfig = ConfigOf<typeof AUTH_OPTIONS>
