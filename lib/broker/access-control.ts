import { join } from 'node:path'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import { AuthenticationHook } from '../auth/authentication-hook.ts'
import { AuthenticationMetadataManager } from '../auth/authentication-metadata-manager.ts'
import { AuthorizationHook } from '../auth/authorization-hook.ts'
import { AuthorizationMetadataManager } from '../auth/authorization-metadata-manager.ts'
import { DecisionCache } from '../auth/decision-cache.ts'
import { LocalAuthenticationMetadataProvider } from '../auth/local-authentication-metadata-provider.ts'
import { LocalAuthorizationMetadataProvider } from '../auth/local-authorization-metadata-provider.ts'
import { AclError } from '../auth/plain/acl-error.ts'
import { PlainAccessFiles } from '../auth/plain/plain-access-files.ts'
import { PlainAccessHook } from '../auth/plain/plain-access-hook.ts'
import { PlainPermissionManager } from '../auth/plain/plain-permission-manager.ts'
import { innerClientCredentials, signRequest } from '../auth/session-credentials.ts'
import type { Clock } from '../common/clock.ts'
import { toError } from '../common/errors.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import {
  type AuthConfig,
  STATEFUL_AUTHENTICATION,
  STATEFUL_AUTHORIZATION,
} from '../config/auth-config.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/errors.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import { LimitedLogger, type RequestDispatcher } from '../remoting/index.ts'

export interface AccessControlDeps {
  readonly config: AuthConfig
  readonly brokerConfig: Pick<BrokerConfig, 'brokerClusterName' | 'aclEnable' | 'rocketmqHome'>
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly fileSystem: FileSystem
  readonly clock: Clock
  readonly logger: Logger
}

/** Who may do what: a part of the composition of a broker. Source: broker.BrokerController#initialRequestPipeline */
export class AccessControl {
  readonly authenticationMetadataManager: AuthenticationMetadataManager
  readonly authorizationMetadataManager: AuthorizationMetadataManager
  /** Accounts of 4.x; undefined without aclEnable. */
  readonly plainPermissions: PlainPermissionManager | undefined
  /** Signs what the broker asks others; undefined without innerClientAuthenticationCredentials. */
  readonly sign: ((request: RemotingCommand) => void) | undefined
  readonly #deps: AccessControlDeps
  readonly #users: LocalAuthenticationMetadataProvider | undefined
  readonly #acls: LocalAuthorizationMetadataProvider | undefined

  /** @throws ConfigError when innerClientAuthenticationCredentials is not well-formed, or rocketmqHome missing for aclEnable */
  constructor(deps: AccessControlDeps) {
    this.#deps = deps
    this.#users = createUserProvider(deps)
    this.#acls = createAclProvider(deps)
    this.plainPermissions = createPlainPermissions(deps)
    this.authenticationMetadataManager = new AuthenticationMetadataManager(this.#users, this.#acls)
    this.authorizationMetadataManager = new AuthorizationMetadataManager(this.#users, this.#acls)
    const credentials = innerClientCredentials(deps.config)
    if (credentials !== undefined) this.sign = (request) => signRequest(request, credentials)
  }

  /** @throws (rejects) CodecError when a file is broken; ConfigError for accounts and users that cannot be made */
  async load(): Promise<void> {
    await this.#loadAccounts()
    this.#users?.load()
    this.#acls?.load()
    this.authenticationMetadataManager.initUser(this.#deps.config)
  }

  registerHooks(dispatcher: RequestDispatcher): void {
    const { config, brokerConfig, clock } = this.#deps
    const logger = new LimitedLogger(this.#deps.logger, clock)
    if (this.plainPermissions !== undefined) {
      dispatcher.registerRpcHook(new PlainAccessHook(this.plainPermissions, logger))
    }
    const shared = { config, users: this.#users, logger }
    const authenticated = authenticationDecisions(this.#deps)
    dispatcher.registerRpcHook(new AuthenticationHook({ ...shared, decisions: authenticated }))
    dispatcher.registerRpcHook(
      new AuthorizationHook({
        ...shared,
        clusterName: brokerConfig.brokerClusterName,
        acls: this.#acls,
        decisions: authorizationDecisions(this.#deps),
      }),
    )
  }

  async #loadAccounts(): Promise<void> {
    try {
      await this.plainPermissions?.open()
    } catch (error) {
      if (!(error instanceof AclError)) throw error
      throw new ConfigError(`aclEnable=true: ${toError(error).message}`)
    }
  }
}

function createPlainPermissions({ brokerConfig, fileSystem, clock, logger }: AccessControlDeps) {
  const { aclEnable, rocketmqHome, brokerClusterName: clusterName } = brokerConfig
  if (!aclEnable) return undefined
  if (!rocketmqHome) {
    throw new ConfigError('aclEnable=true: rocketmqHome says where conf/plain_acl.yml is: not set')
  }
  const files = new PlainAccessFiles(fileSystem, rocketmqHome)
  return new PlainPermissionManager({ files, clusterName, clock, logger })
}

function createUserProvider({ config, storeConfig, fileSystem }: AccessControlDeps) {
  if (config.authenticationMetadataProvider === undefined) return undefined
  const path = join(storeConfig.storePathRootDir, 'config', 'users.json')
  return new LocalAuthenticationMetadataProvider(fileSystem, path)
}

function createAclProvider({ config, storeConfig, fileSystem }: AccessControlDeps) {
  if (config.authorizationMetadataProvider === undefined) return undefined
  const path = join(storeConfig.storePathRootDir, 'config', 'acls.json')
  return new LocalAuthorizationMetadataProvider(fileSystem, path)
}

function authenticationDecisions({ config, clock }: AccessControlDeps) {
  if (config.authenticationStrategy !== STATEFUL_AUTHENTICATION) return undefined
  return new DecisionCache({
    clock,
    maxNum: config.statefulAuthenticationCacheMaxNum,
    expiredSecond: config.statefulAuthenticationCacheExpiredSecond,
  })
}

function authorizationDecisions({ config, clock }: AccessControlDeps) {
  if (config.authorizationStrategy !== STATEFUL_AUTHORIZATION) return undefined
  return new DecisionCache({
    clock,
    maxNum: config.statefulAuthorizationCacheMaxNum,
    expiredSecond: config.statefulAuthorizationCacheExpiredSecond,
  })
}
