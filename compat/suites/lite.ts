import { apacheProxy } from '../harness/apache-proxy.ts'
import { runClientProgram } from '../harness/client-program.ts'
import { Servers, withSettings } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

const SETTINGS = { enableLmq: 'true', enableMultiDispatch: 'true', liteEventCheckInterval: 1000 }

/** Lite topics, which are new in 5.5.0: the gRPC client through Apache's Proxy 5.5.0, before our servers and Apache's 5.5.0. */
export const liteSuite: Suite = {
  name: 'lite',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  onRequest: true,
  async run(context) {
    const command = await javaClient(context, NEWEST, 'lite')
    const proxy = await apacheProxy(context.compatDirectory, NEWEST)
    const { namesrv, broker } = await context.launchers.ofVersion(NEWEST)
    const servers = await Servers.startOne(
      context.directory,
      namesrv,
      withSettings(broker, SETTINGS),
    )
    await servers.startGateway('proxy', proxy)
    await runClientProgram('lite', context, servers, command)
  },
}
