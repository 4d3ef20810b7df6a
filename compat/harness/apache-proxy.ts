import fs from 'node:fs'
import path from 'node:path'
import { apacheServer, fetchJars } from './apache.ts'
import { CLUSTER_NAME, type GatewayLauncher } from './servers.ts'

/** Apache's Proxy in cluster mode; its gRPC port is the given one, its remoting port the next. */
export async function apacheProxy(
  compatDirectory: string,
  version?: string,
): Promise<GatewayLauncher> {
  const jars = await fetchJars(compatDirectory, 'apache-proxy', version)
  return ({ directory, port, namesrvAddresses }) => {
    const file = path.join(directory, 'rmq-proxy.json')
    const settings = {
      rocketMQClusterName: CLUSTER_NAME,
      proxyMode: 'CLUSTER',
      namesrvAddr: namesrvAddresses.join(';'),
      localServeAddr: '127.0.0.1',
      grpcServerPort: port,
      remotingListenPort: port + 1,
      // Ten seconds by default: cases do not wait so long for what they do not acknowledge.
      minInvisibleTimeMillsForRecv: 1000,
      // Twenty seconds by default, and Apache's broker does not wake a consumer that waits for what comes again.
      grpcClientConsumerMaxLongPollingTimeoutMillis: 5000,
      // How soon brokers know that a producer can be asked about its transactions.
      transactionHeartbeatPeriodSecond: 1,
      grpcShutdownTimeSeconds: 1,
    }
    fs.writeFileSync(file, JSON.stringify(settings))
    const mainClass = 'org.apache.rocketmq.proxy.ProxyStartup'
    return apacheServer(jars, directory, mainClass, ['-pc', file])
  }
}
