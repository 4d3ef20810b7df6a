import type { ExtFields } from '../../../codec/remoting-command.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { RemotingError } from '../../remoting/index.ts'

export interface RpcClientDeps {
  /** The masters' addresses by broker name, as a name server knows them. @throws (rejects) when none answers */
  readonly getMasterAddresses: () => Promise<ReadonlyMap<string, string>>
  /** Asks a broker. @throws (rejects) RemotingError when it does not answer */
  readonly invoke: (address: string, request: RemotingCommand) => Promise<RemotingCommand>
  readonly clock: Clock
  readonly logger: Logger
}

/** Source: broker.BrokerController, the period of BrokerOuterAPI#refreshMetadata */
const FRESH_MS = 5_000

/**
 * Calls of other brokers by their names. Addresses are asked of the name servers when they are needed, and believed for 5 s; when
 * no name server answers, the last ones hold.
 *
 * Apache: remoting.rpc.RpcClientImpl, ClientMetadata
 */
export class RpcClient {
  readonly #deps: RpcClientDeps
  #addresses: ReadonlyMap<string, string> = new Map()
  #fetchedMs = Number.NEGATIVE_INFINITY
  #fetching: Promise<void> | undefined

  constructor(deps: RpcClientDeps) {
    this.#deps = deps
  }

  /**
   * The answer of a broker's master, when its code is one of `accepted`.
   * @throws (rejects) RemotingError SYSTEM_ERROR when it is another, or none comes
   */
  async invoke(
    brokerName: string,
    code: RequestCode,
    fields: ExtFields,
    accepted: readonly number[] = [ResponseCode.SUCCESS],
  ): Promise<RemotingCommand> {
    const request = RemotingCommand.request(code, fields)
    const response = await this.#ask(await this.#addressOf(brokerName), request)
    if (accepted.includes(response.code)) return response
    throw failed('unknown remote error')
  }

  async #ask(address: string, request: RemotingCommand): Promise<RemotingCommand> {
    try {
      return await this.#deps.invoke(address, request)
    } catch (error) {
      throw failed(toError(error).message)
    }
  }

  async #addressOf(brokerName: string): Promise<string> {
    const ageMs = this.#deps.clock.monotonic() - this.#fetchedMs
    if (ageMs >= FRESH_MS) await this.#refresh()
    const address = this.#addresses.get(brokerName)
    if (address !== undefined) return address
    throw failed(`cannot find addr for broker ${brokerName}`)
  }

  /** Who comes while the name servers are being asked waits for the same answer. */
  #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetch(): Promise<void> {
    const { getMasterAddresses, clock, logger } = this.#deps
    try {
      this.#addresses = await getMasterAddresses()
    } catch (error) {
      logger.warn({ error: toError(error).message }, 'addresses of brokers cannot be fetched')
    }
    this.#fetchedMs = clock.monotonic()
  }
}

function failed(remark: string): RemotingError {
  return new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}
