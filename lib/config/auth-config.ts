import type { ConfigOf } from './option.ts'
import { boolean, int, optionalString, systemProperties } from './option.ts'

const CLASSES = 'org.apache.rocketmq.auth'
export const STATEFUL_AUTHENTICATION = `${CLASSES}.authentication.strategy.StatefulAuthenticationStrategy`
export const STATEFUL_AUTHORIZATION = `${CLASSES}.authorization.strategy.StatefulAuthorizationStrategy`

/**
 * Keys, types and defaults of Apache 5.3.3. They are neither told by GET_BROKER_CONFIG, some being secret, nor changed at run
 * time. Apache's broker tells those that its file names. Apache: auth.config.AuthConfig
 */
export const AUTH_OPTIONS = systemProperties({
  configName: optionalString(),
  clusterName: optionalString(),
  authConfigPath: optionalString(),
  authenticationEnabled: boolean(false, {
    text: 'Take only requests that a user has signed ([security.md](security.md)).',
  }),
  authenticationProvider: optionalString({
    supported: [undefined, `${CLASSES}.authentication.provider.DefaultAuthenticationProvider`],
    text: 'How requests are checked: there is one way.',
  }),
  authenticationMetadataProvider: optionalString({
    supported: [
      undefined,
      `${CLASSES}.authentication.provider.LocalAuthenticationMetadataProvider`,
    ],
    text: 'Where users are kept: in the store. Not set: there are no users, and no request is taken.',
  }),
  authenticationStrategy: optionalString({
    supported: [
      undefined,
      `${CLASSES}.authentication.strategy.StatelessAuthenticationStrategy`,
      STATEFUL_AUTHENTICATION,
    ],
    text: 'When signatures are checked: with each request, or by the stateful one with the first of a user over a connection.',
  }),
  authenticationWhitelist: optionalString({
    text: 'Request codes, joined by `,`, that need no signature.',
  }),
  initAuthenticationUser: optionalString({
    secret: true,
    text: 'Super user to make at the start unless it is there, `{"username":"..","password":".."}`.',
  }),
  innerClientAuthenticationCredentials: optionalString({
    secret: true,
    text: 'Super user, made likewise, by which the broker signs what it asks others, `{"accessKey":"..","secretKey":".."}`.',
  }),
  authorizationEnabled: boolean(false, {
    text: 'Take only requests that their user has the rights for ([security.md](security.md)).',
  }),
  authorizationProvider: optionalString({
    supported: [undefined, `${CLASSES}.authorization.provider.DefaultAuthorizationProvider`],
    text: 'How rights are checked: there is one way.',
  }),
  authorizationMetadataProvider: optionalString({
    supported: [undefined, `${CLASSES}.authorization.provider.LocalAuthorizationMetadataProvider`],
    text: 'Where rights are kept: in the store. Not set: only super users have any.',
  }),
  authorizationStrategy: optionalString({
    supported: [
      undefined,
      `${CLASSES}.authorization.strategy.StatelessAuthorizationStrategy`,
      STATEFUL_AUTHORIZATION,
    ],
    text: 'When rights are checked: with each request, or by the stateful one with the first of a user for a resource over a connection.',
  }),
  authorizationWhitelist: optionalString({
    text: 'Request codes, joined by `,`, that need no rights.',
  }),
  migrateAuthFromV1Enabled: boolean(false, {
    supported: [false],
    text: 'Take accounts over from plain_acl.yml.',
  }),
  userCacheMaxNum: int(1000),
  userCacheExpiredSecond: int(600),
  userCacheRefreshSecond: int(60),
  aclCacheMaxNum: int(1000),
  aclCacheExpiredSecond: int(600),
  aclCacheRefreshSecond: int(60),
  statefulAuthenticationCacheMaxNum: int(10_000, {
    min: 0,
    text: 'How many decisions about signatures the stateful strategy remembers; the oldest are forgotten.',
  }),
  statefulAuthenticationCacheExpiredSecond: int(60, {
    min: 0,
    text: 'For how long it believes one, whatever has happened to the user since.',
  }),
  statefulAuthorizationCacheMaxNum: int(10_000, {
    min: 0,
    text: 'How many decisions about rights the stateful strategy remembers; the oldest are forgotten.',
  }),
  statefulAuthorizationCacheExpiredSecond: int(60, {
    min: 0,
    text: 'For how long it believes one, whatever has happened to the rights since.',
  }),
})

export type AuthConfig = ConfigOf<typeof AUTH_OPTIONS>
