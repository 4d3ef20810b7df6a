import { apacheProxy } from '../harness/apache-proxy.ts'
import { runClientProgram } from '../harness/client-program.ts'
import { Servers, withSettings } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

/** Transactions that are left open are asked about soon, and delayed messages can be recalled. */
const SETTINGS = {
  transactionTimeOut: 3000,
  transactionCheckInterval: 2000,
  transactionOpBatchInterval: 500,
  recallMessageEnable: 'true',
}

/** The gRPC client through Apache's Proxy, which runs in cluster mode before the servers under test. */
export const proxySuite: Suite = {
  name: 'proxy',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    const command = await javaClient(context, NEWEST, 'proxy')
    const proxy = await apacheProxy(context.compatDirectory)
    const { namesrv, broker } = context.launchers
    const servers = await Servers.startPair(
      context.directory,
      namesrv,
      withSettings(broker, SETTINGS),
    )
    await servers.startGateway('proxy', proxy)
    await runClientProgram('proxy', context, servers, command)
  },
}
