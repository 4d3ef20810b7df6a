import { type BrokerSpec, CLUSTER_NAME } from './servers.ts'

/**
 * The broker.conf that both kinds of server are given. What a case does not need is left at its default, so that the
 * defaults are compared too. The registration period is the shortest that Apache allows; small commit-log files make
 * the log roll; and a busy machine is no reason to refuse sends.
 */
export function brokerConf(spec: BrokerSpec): string {
  const store = `${spec.directory}/store`
  const settings = {
    brokerClusterName: CLUSTER_NAME,
    brokerName: spec.brokerName,
    brokerId: 0,
    brokerIP1: '127.0.0.1',
    listenPort: spec.port,
    namesrvAddr: spec.namesrvAddresses.join(';'),
    autoCreateTopicEnable: true,
    enablePropertyFilter: true,
    traceTopicEnable: true,
    registerNameServerPeriod: 10000,
    brokerRole: 'ASYNC_MASTER',
    flushDiskType: 'ASYNC_FLUSH',
    mappedFileSizeCommitLog: 67108864,
    waitTimeMillsInSendQueue: 10000,
    storePathRootDir: store,
    storePathCommitLog: `${store}/commitlog`,
    ...spec.settings,
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
