import { runClientProgram } from '../harness/client-program.ts'
import { type BrokerLauncher, Servers, withSettings } from '../harness/servers.ts'
import type { Launchers, Suite, SuiteContext } from '../harness/suite.ts'
import { NEWEST, javaClient } from './java.ts'

const NAMESRV_SETTINGS = { supportActingMaster: 'true', notifyMinBrokerIdChanged: 'true' }

const BROKER_SETTINGS = {
  enableSlaveActingMaster: 'true',
  enableRemoteEscape: 'true',
  slaveReadEnable: 'true',
  brokerIP2: '127.0.0.1',
  messageDelayLevel: '1s 12s',
  transactionTimeOut: 8000,
  transactionCheckInterval: 2000,
  transactionOpBatchInterval: 500,
}
const GROUP_SETTINGS = {
  ...BROKER_SETTINGS,
  totalReplicas: 2,
  brokerRole: 'SYNC_MASTER',
  inSyncReplicas: 2,
}
const SLAVE_SETTINGS = { ...GROUP_SETTINGS, brokerRole: 'SLAVE', brokerId: 1 }

type Kind = 'same-kind' | 'apache-master' | 'apache-slave'

/** Apache's slave puts check points and acknowledgements into any of the revive queues. */
const ONE_REVIVE_QUEUE = { reviveQueueNum: 1 }

/** A master is killed and comes back, while its slave acts in its place and a second broker takes what the slave gets rid of. */
export const actingSuites: readonly Suite[] = [
  actingSuite('same-kind', ['ours', 'apache']),
  actingSuite('apache-master', ['ours']),
  actingSuite('apache-slave', ['ours']),
]

function actingSuite(kind: Kind, targets: Suite['targets']): Suite {
  return {
    name: `acting-${kind}`,
    tools: ['java', 'mvn'],
    targets,
    onRequest: true,
    async run(context) {
      const command = await javaClient(context, NEWEST, 'acting')
      const servers = await startGroup(context, kind)
      await runClientProgram(this.name, context, servers, command)
    },
  }
}

async function startGroup({ launchers, directory }: SuiteContext, kind: Kind): Promise<Servers> {
  const other = await otherBroker(launchers, kind)
  const master = kind === 'apache-master' ? other : launchers.broker
  const slave = kind === 'apache-slave' ? other : launchers.broker
  // Ours are told from Apache's by the standalone server, which Apache has not.
  const isApaches = kind === 'apache-slave' || launchers.standalone === undefined
  const reviveQueues = isApaches ? ONE_REVIVE_QUEUE : {}
  return Servers.startGroup(
    directory,
    launchers.namesrv,
    {
      broker: withSettings(master, { ...GROUP_SETTINGS, ...reviveQueues }),
      slave: withSettings(slave, { ...SLAVE_SETTINGS, ...reviveQueues }),
      'broker-b': withSettings(launchers.broker, { ...BROKER_SETTINGS, ...reviveQueues }),
    },
    NAMESRV_SETTINGS,
  )
}

async function otherBroker(launchers: Launchers, kind: Kind): Promise<BrokerLauncher> {
  return kind === 'same-kind' ? launchers.broker : (await launchers.apache()).broker
}
