import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { Logger } from '../common/logger.ts'
import type { AuthConfig } from '../config/auth-config.ts'
import type { Channel, RpcHook } from '../remoting/index.ts'
import { ACCESS_KEY, SIGNATURE, calSignature, isSameSignature } from './acl-signer.ts'
import type { DecisionCache } from './decision-cache.ts'
import type { LocalAuthenticationMetadataProvider } from './local-authentication-metadata-provider.ts'
import { noPermission } from './no-permission.ts'
import { parseRequestCodes } from './request-code-list.ts'
import { UserStatus } from './user.ts'

export interface AuthenticationHookDeps {
  readonly config: Pick<AuthConfig, 'authenticationEnabled' | 'authenticationWhitelist'>
  /** undefined: no request passes. */
  readonly users: LocalAuthenticationMetadataProvider | undefined
  /** undefined: each request is checked. */
  readonly decisions: DecisionCache | undefined
  readonly logger: Logger
}

/**
 * Lets requests pass that a known user has signed: each by itself, or with `decisions` (the stateful strategy) what comes over
 * one connection in one user's name like the first of them.
 *
 * Apache: broker.auth.pipeline.AuthenticationPipeline, auth.authentication.strategy.StatelessAuthenticationStrategy and
 * StatefulAuthenticationStrategy, auth.authentication.chain.DefaultAuthenticationHandler
 */
export class AuthenticationHook implements RpcHook {
  readonly #deps: AuthenticationHookDeps
  readonly #whitelist: ReadonlySet<number>

  constructor(deps: AuthenticationHookDeps) {
    this.#deps = deps
    this.#whitelist = parseRequestCodes(deps.config.authenticationWhitelist)
  }

  /** @throws RemotingError NO_PERMISSION for a request that must not pass */
  doBeforeRequest(request: RemotingCommand, channel: Channel): void {
    if (!this.#deps.config.authenticationEnabled || this.#whitelist.has(request.code)) return
    const username = request.extFields?.[ACCESS_KEY] ?? ''
    const problem = this.#evaluate(request, username, channel)
    if (problem === undefined) return
    if (username !== '') {
      const remote = channel.remoteHost.toString()
      this.#deps.logger.warn({ username, code: request.code, remote, problem }, 'not authenticated')
    }
    throw noPermission(problem)
  }

  #evaluate(request: RemotingCommand, username: string, channel: Channel): string | undefined {
    const { decisions } = this.#deps
    if (decisions === undefined) return this.#findProblem(request, username)
    return decisions.get(`${channel.id}#${username}`, () => this.#findProblem(request, username))
  }

  #findProblem(request: RemotingCommand, username: string): string | undefined {
    const { users } = this.#deps
    if (users === undefined) return 'The authenticationMetadataProvider is not configured'
    if (username === '') return 'username cannot be null.'
    const user = users.getUser(username)
    if (user === undefined) return `User:${username} is not found.`
    if (user.userStatus === UserStatus.DISABLE) return `User:${username} is disabled.`
    const signature = request.extFields?.[SIGNATURE]
    const isRight =
      signature !== undefined && isSameSignature(calSignature(request, user.password), signature)
    return isRight ? undefined : 'check signature failed.'
  }
}
