import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { Logger } from '../common/logger.ts'
import type { AuthConfig } from '../config/auth-config.ts'
import type { Channel, RpcHook } from '../remoting/index.ts'
import { ACCESS_KEY } from './acl-signer.ts'
import { buildContexts } from './authorization-context-builder.ts'
import { userSubject } from './authorization-metadata-manager.ts'
import type { DecisionCache } from './decision-cache.ts'
import type { LocalAuthenticationMetadataProvider } from './local-authentication-metadata-provider.ts'
import type { LocalAuthorizationMetadataProvider } from './local-authorization-metadata-provider.ts'
import { noPermission } from './no-permission.ts'
import { type AuthorizationContext, Decision, decidingEntry } from './policy.ts'
import { parseRequestCodes } from './request-code-list.ts'
import { resourceKey } from './resource.ts'
import { UserType } from './user.ts'

export interface AuthorizationHookDeps {
  readonly config: Pick<AuthConfig, 'authorizationEnabled' | 'authorizationWhitelist'>
  readonly clusterName: string
  /** undefined: no request that needs a right passes. */
  readonly users: LocalAuthenticationMetadataProvider | undefined
  /** undefined: only requests of super users pass. */
  readonly acls: LocalAuthorizationMetadataProvider | undefined
  /** undefined: each request is checked. */
  readonly decisions: DecisionCache | undefined
  readonly logger: Logger
}

/**
 * Lets requests pass whose user has the rights that they need. It believes the access key: authentication goes before it.
 * With `decisions` (the stateful strategy) what was decided for a connection, a user and a resource holds for a while.
 *
 * Apache: broker.auth.pipeline.AuthorizationPipeline, auth.authorization.strategy.StatelessAuthorizationStrategy and
 * StatefulAuthorizationStrategy, auth.authorization.chain.UserAuthorizationHandler and AclAuthorizationHandler
 */
export class AuthorizationHook implements RpcHook {
  readonly #deps: AuthorizationHookDeps
  readonly #whitelist: ReadonlySet<number>

  constructor(deps: AuthorizationHookDeps) {
    this.#deps = deps
    this.#whitelist = parseRequestCodes(deps.config.authorizationWhitelist)
  }

  /** @throws RemotingError NO_PERMISSION for a request that must not pass */
  doBeforeRequest(request: RemotingCommand, channel: Channel): void {
    if (!this.#deps.config.authorizationEnabled || this.#whitelist.has(request.code)) return
    const username = request.extFields?.[ACCESS_KEY]
    const sourceIp = channel.remoteHost.address
    for (const context of this.#contextsOf(request)) {
      const problem = this.#evaluate(username, context, channel)
      if (problem === undefined) continue
      const resource = resourceKey(context.resource)
      const { code } = request
      this.#deps.logger.warn({ username, code, resource, sourceIp, problem }, 'not authorized')
      throw noPermission(problem)
    }
  }

  #contextsOf(request: RemotingCommand): readonly AuthorizationContext[] {
    try {
      return buildContexts(request, this.#deps.clusterName)
    } catch {
      throw noPermission('parse authorization context error.')
    }
  }

  #evaluate(
    username: string | undefined,
    context: AuthorizationContext,
    { id, remoteHost }: Channel,
  ): string | undefined {
    const sourceIp = remoteHost.address
    const { decisions } = this.#deps
    if (decisions === undefined) return this.#findProblem(username, context, sourceIp)
    const key = `${id}#${username}#${resourceKey(context.resource)}#${context.actions.join(',')}`
    return decisions.get(key, () => this.#findProblem(username, context, sourceIp))
  }

  #findProblem(
    username: string | undefined,
    context: AuthorizationContext,
    sourceIp: string,
  ): string | undefined {
    if (username === undefined) {
      return 'Authorization failed. Please verify your access rights and try again.'
    }
    const { users, acls } = this.#deps
    if (users === undefined) return 'The authenticationMetadataProvider is not configured'
    const user = users.getUser(username)
    if (user === undefined) return `User:${username} not found.`
    if (user.userType === UserType.SUPER) return undefined
    if (acls === undefined) return 'The authorizationMetadataProvider is not configured'
    const subject = userSubject(username)
    const acl = acls.getAcl(subject)
    const entry = acl && decidingEntry(acl, context, sourceIp)
    if (entry?.decision === Decision.ALLOW) return undefined
    const reason = entry === undefined ? 'no matched policies.' : 'the decision is deny.'
    const key = resourceKey(context.resource)
    return `${subject} has no permission to access ${key} from ${sourceIp}, ${reason}`
  }
}
