import { ClusterInfo } from '../../codec/body/cluster-info.ts'
import { TopicList } from '../../codec/body/topic-list.ts'
import { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { checkRequired, parseCommandLine } from '../../lib/admin/command-line.ts'
import type { AdminCommand } from '../../lib/admin/command.ts'
import { type Invoker, MqAdminClient } from '../../lib/admin/mq-admin-client.ts'
import { Output } from '../../lib/admin/output.ts'
import { RecordingTerminal } from './recording-terminal.ts'
import { SimClock } from './sim-clock.ts'
import { SimFileSystem } from './sim-file-system.ts'

export const NAMESRV = '10.0.0.9:9876'
export const MASTER = '10.0.0.1:10911'
export const SLAVE = '10.0.0.2:10911'

type Answer = (request: RemotingCommand) => RemotingCommand

/** A cluster `C` of a broker `broker-a` with a slave, whose answers a test sets. */
export class FakeServers implements Invoker {
  readonly clock = new SimClock()
  readonly fileSystem = new SimFileSystem()
  readonly terminal = new RecordingTerminal()
  /** What was asked, in order. */
  readonly requests: { address: string; request: RemotingCommand }[] = []
  namesrvAddrs: readonly string[] = [NAMESRV]
  readonly #answers = new Map<string, Answer>()

  constructor() {
    const broker = {
      cluster: 'C',
      brokerName: 'broker-a',
      brokerAddrs: new Map([
        [0, MASTER],
        [1, SLAVE],
      ]),
      enableActingMaster: false,
    }
    this.answer(NAMESRV, RequestCode.GET_BROKER_CLUSTER_INFO, {
      body: ClusterInfo.encode({
        brokerAddrTable: new Map([['broker-a', broker]]),
        clusterAddrTable: new Map([['C', ['broker-a']]]),
      }),
    })
    const queues = { brokerName: 'broker-a', perm: 6, readQueueNums: 2, writeQueueNums: 2 }
    this.answer(NAMESRV, RequestCode.GET_ROUTEINFO_BY_TOPIC, {
      body: TopicRouteData.encode({
        brokerDatas: [broker],
        filterServerTable: new Map(),
        queueDatas: [{ ...queues, topicSysFlag: 0 }],
      }),
    })
    const topicList = ['T', '%RETRY%G', '%DLQ%G']
    const code = RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER
    this.answer(NAMESRV, code, { body: TopicList.encode({ topicList }) })
  }

  /** Success with these parts, or what a function makes of the request. */
  answer(
    address: string,
    code: number,
    given: Answer | { header?: Record<string, string>; body?: Buffer; remark?: string },
  ): void {
    const answer =
      typeof given === 'function'
        ? given
        : () => RemotingCommand.response(0, given.remark, given.header, given.body)
    this.#answers.set(`${address} ${code}`, answer)
  }

  async invoke(address: string, request: RemotingCommand): Promise<RemotingCommand> {
    this.requests.push({ address, request })
    const answer = this.#answers.get(`${address} ${request.code}`)
    if (answer !== undefined) return answer(request)
    const remark = ` request type ${request.code} not supported`
    return RemotingCommand.response(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark)
  }

  /** Runs a command with options as on the command line. Resolves with the lines that it printed. */
  async run(command: AdminCommand, line: string, isJson = false): Promise<readonly string[]> {
    const args = line === '' ? [] : line.split(' ')
    const values = parseCommandLine(command.options, args)
    checkRequired(command.options, values, command.oneOf)
    const { namesrvAddrs } = this
    const admin = new MqAdminClient({ client: this, namesrvAddrs, timeoutMs: 1_000 })
    const output = new Output(this.terminal, this.clock, isJson, command.name)
    const { clock, fileSystem } = this
    await command.run({ admin, output, clock, fileSystem }, values)
    return this.terminal.lines
  }
}
