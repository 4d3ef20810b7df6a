import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Logger } from '../../common/logger.ts'
import type { Channel, RpcHook } from '../../remoting/index.ts'
import { ACCESS_KEY } from '../acl-signer.ts'
import { aclRefusal } from './acl-error.ts'
import type { PlainPermissionManager } from './plain-permission-manager.ts'

/** Lets requests pass as 4.x's accounts say. Apache: acl.plain.PlainAccessValidator, broker.BrokerController#initialAcl */
export class PlainAccessHook implements RpcHook {
  readonly #permissions: PlainPermissionManager
  readonly #logger: Logger

  constructor(permissions: PlainPermissionManager, logger: Logger) {
    this.#permissions = permissions
    this.#logger = logger
  }

  /** @throws RemotingError SYSTEM_ERROR for a request that must not pass */
  doBeforeRequest(request: RemotingCommand, channel: Channel): void {
    const { address } = channel.remoteHost
    const problem = this.#permissions.findProblem(request, address)
    if (problem === undefined) return
    const accessKey = request.extFields?.[ACCESS_KEY]
    this.#logger.warn({ accessKey, code: request.code, remote: address, problem }, 'not permitted')
    throw aclRefusal(problem)
  }
}
