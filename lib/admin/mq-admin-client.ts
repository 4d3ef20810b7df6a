import { ClusterInfo } from '../../codec/body/cluster-info.ts'
import { TopicList } from '../../codec/body/topic-list.ts'
import { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import { GetRouteInfoRequestHeader } from '../../codec/header/get-route-info.ts'
import type { ExtFields } from '../../codec/remoting-command.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { RemotingError } from '../remoting/index.ts'
import { describeError } from './describe-error.ts'
import { UsageError } from '../terminal/flags.ts'

/** Sends a request and resolves with the answer, whatever its code: a RemotingClient. */
export interface Invoker {
  invoke(address: string, request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand>
}

export interface MqAdminClientOptions {
  readonly client: Invoker
  /** `host:port`; may be empty for commands that are told the address of a broker. */
  readonly namesrvAddrs: readonly string[]
  readonly timeoutMs: number
}

/** A request code with its encoded header and body. */
export interface Call {
  readonly code: RequestCode
  readonly header?: ExtFields
  readonly body?: Buffer
}

const SUCCESS: readonly number[] = [ResponseCode.SUCCESS]

/**
 * Calls name servers and brokers. A refusal is a RemotingError with the server's code and remark.
 *
 * Apache: tools.admin.DefaultMQAdminExtImpl
 */
export class MqAdminClient {
  readonly #options: MqAdminClientOptions

  constructor(options: MqAdminClientOptions) {
    this.#options = options
  }

  /** The same with another limit for the time of each request. */
  within(timeoutMs: number): MqAdminClient {
    return new MqAdminClient({ ...this.#options, timeoutMs })
  }

  /** @throws UsageError when none is known */
  get namesrvAddrs(): readonly string[] {
    const { namesrvAddrs } = this.#options
    if (namesrvAddrs.length > 0) return namesrvAddrs
    throw new UsageError('no name server is known: give -n HOST:PORT or set NAMESRV_ADDR')
  }

  /** @throws (rejects) RemotingError unless the answer is success, or another code that is `accepted` */
  async invoke(
    address: string,
    call: Call,
    accepted: readonly number[] = SUCCESS,
  ): Promise<RemotingCommand> {
    const request = RemotingCommand.request(call.code, call.header, call.body)
    const response = await this.#options.client.invoke(address, request, this.#options.timeoutMs)
    if (accepted.includes(response.code)) return response
    throw new RemotingError(response.code as ResponseCode, response.remark ?? '')
  }

  /** Asks the first name server that can be reached. */
  async invokeNamesrv(call: Call): Promise<RemotingCommand> {
    let failure: unknown
    for (const address of this.namesrvAddrs) {
      try {
        return await this.invoke(address, call)
      } catch (error) {
        if (!isUnreachable(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  /**
   * Tells every name server; one that fails keeps none of the others from it. Apache's tools go on after a refusal, but not after a
   * server that cannot be reached.
   * @throws (rejects) what has failed where there is one name server; else an Error that names each that has failed, and why
   */
  async invokeAllNamesrvs(call: Call): Promise<void> {
    const { namesrvAddrs } = this
    const failures: string[] = []
    for (const address of namesrvAddrs) {
      try {
        await this.invoke(address, call)
      } catch (error) {
        if (namesrvAddrs.length === 1) throw error
        failures.push(`${address}: ${describeError(error)}`)
      }
    }
    if (failures.length > 0) throw new Error(failures.join('; '))
  }

  async examineBrokerClusterInfo(): Promise<ClusterInfo> {
    const { body } = await this.invokeNamesrv({ code: RequestCode.GET_BROKER_CLUSTER_INFO })
    return ClusterInfo.decode(body)
  }

  /** @throws (rejects) RemotingError TOPIC_NOT_EXIST */
  async examineTopicRouteInfo(topic: string): Promise<TopicRouteData> {
    const header = GetRouteInfoRequestHeader.encode({ topic, acceptStandardJsonOnly: true })
    const { body } = await this.invokeNamesrv({ code: RequestCode.GET_ROUTEINFO_BY_TOPIC, header })
    return TopicRouteData.decode(body)
  }

  /** Sorted, because the name server has them in no order. */
  async fetchAllTopicList(): Promise<string[]> {
    const code = RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER
    const { body } = await this.invokeNamesrv({ code })
    return TopicList.decode(body).topicList.sort()
  }
}

/** Whether no answer came, as opposed to a refusal: the codes of our own side are negative. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof RemotingError && error.code < 0
}
