import { join } from 'node:path'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import { AuthenticationHook } from '../auth/authentication-hook.ts'
import { AuthenticationMetadataManager } from '../auth/authentication-metadata-manager.ts'
import { AuthorizationHook } from '../auth/authorization-hook.ts'
import { AuthorizationMetadataManager } from '../auth/authorization-metadata-manager.ts'
import { LocalAuthenticationMetadataProvider } from '../auth/local-authentication-metadata-provider.ts'
import { LocalAuthorizationMetadataProvider } from '../auth/local-authorization-metadata-provider.ts'
import { innerClientCredentials, signRequest } from '../auth/session-credentials.ts'
import type { FileSystem } from '../common/file-system.ts'
import type { Logger } from '../common/logger.ts'
import type { AuthConfig } from '../config/auth-config.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import type { RequestDispatcher } from '../remoting/index.ts'

export interface AccessControlDeps {
  readonly config: AuthConfig
  readonly brokerConfig: Pick<BrokerConfig, 'brokerClusterName'>
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/** Who may do what: a part of the composition of a broker. Source: broker.BrokerController#initialRequestPipeline */
export class AccessControl {
  readonly authenticationMetadataManager: AuthenticationMetadataManager
  readonly authorizationMetadataManager: AuthorizationMetadataManager
  /** Signs what the broker asks others; undefined without innerClientAuthenticationCredentials. */
  readonly sign: ((request: RemotingCommand) => void) | undefined
  readonly #deps: AccessControlDeps
  readonly #users: LocalAuthenticationMetadataProvider | undefined
  readonly #acls: LocalAuthorizationMetadataProvider | undefined

  /** @throws ConfigError when innerClientAuthenticationCredentials is not well-formed */
  constructor(deps: AccessControlDeps) {
    this.#deps = deps
    this.#users = createUserProvider(deps)
    this.#acls = createAclProvider(deps)
    this.authenticationMetadataManager = new AuthenticationMetadataManager(this.#users, this.#acls)
    this.authorizationMetadataManager = new AuthorizationMetadataManager(this.#users, this.#acls)
    const credentials = innerClientCredentials(deps.config)
    if (credentials !== undefined) this.sign = (request) => signRequest(request, credentials)
  }

  /** @throws CodecError when a file is broken; ConfigError for users that cannot be made */
  load(): void {
    this.#users?.load()
    this.#acls?.load()
    this.authenticationMetadataManager.initUser(this.#deps.config)
  }

  registerHooks(dispatcher: RequestDispatcher): void {
    const { config, brokerConfig, logger } = this.#deps
    const shared = { config, users: this.#users, logger }
    dispatcher.registerRpcHook(new AuthenticationHook(shared))
    dispatcher.registerRpcHook(
      new AuthorizationHook({
        ...shared,
        clusterName: brokerConfig.brokerClusterName,
        acls: this.#acls,
      }),
    )
  }
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
