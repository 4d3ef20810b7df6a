import { newestJavaSuite } from './java.ts'

const CLASSES = 'org.apache.rocketmq.auth'
/** Where brokers keep users and rights; who asks is not checked by that alone. */
export const METADATA_PROVIDERS = {
  authenticationMetadataProvider: `${CLASSES}.authentication.provider.LocalAuthenticationMetadataProvider`,
  authorizationMetadataProvider: `${CLASSES}.authorization.provider.LocalAuthorizationMetadataProvider`,
}
/** Requests are signed and their rights checked; there is a super user, `admin`. */
export const AUTH_SETTINGS = {
  ...METADATA_PROVIDERS,
  authenticationEnabled: 'true',
  initAuthenticationUser: '{"username":"admin","password":"admin-secret"}',
  innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"inner-secret"}',
  authorizationEnabled: 'true',
}

/** The newest Java client with right secrets, wrong ones and none, with rights and without, on a broker that wants them. */
export const authSuite = newestJavaSuite('auth', AUTH_SETTINGS, 'startOne')
