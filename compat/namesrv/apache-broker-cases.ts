import { strict as assert } from 'node:assert'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import type { Servers } from '../harness/servers.ts'
import { CLUSTER_NAME } from '../harness/servers.ts'
import { waitFor } from '../harness/wait.ts'
import { clusterOf, invoke, routeOf } from './asker.ts'

/** Something that must hold between two NameServers and Apache's broker. The cases build on one another. */
export interface ServersCase {
  readonly name: string
  run(servers: Servers): Promise<void>
}

const BROKER = 'broker-a'
const TOPIC = 'CompatNamesrv'
/** A closed connection or a new topic is known at once; a second or two is the machine's. */
const AT_ONCE_MS = 5_000
/** The broker registers every 10 s. */
const REGISTRATION_MS = 20_000
/** brokerNotActiveTimeoutMillis is 10 s, a scan comes every 5 s. */
const EXPIRY_MS = 25_000

function namesrvs(servers: Servers): string[] {
  return ['namesrv', 'namesrv-2'].map((name) => servers.address(name))
}

/** Resolves when both NameServers know `topic`, or neither does. */
async function waitForRoute(servers: Servers, topic: string, known: boolean, limitMs: number) {
  for (const address of namesrvs(servers)) {
    await waitFor(`${address} knows ${topic}: ${known}`, limitMs, async () => {
      return ((await routeOf(address, topic)) !== undefined) === known
    })
  }
}

export const APACHE_BROKER_CASES: readonly ServersCase[] = [
  {
    name: 'both know the route of its topics',
    async run(servers) {
      for (const address of namesrvs(servers)) {
        const route = await routeOf(address, 'TBW102')
        assert.deepEqual(route?.queueDatas, [
          { brokerName: BROKER, perm: 7, readQueueNums: 8, topicSysFlag: 0, writeQueueNums: 8 },
        ])
        assert.deepEqual(route.brokerDatas, [
          {
            brokerAddrs: new Map([[0, servers.address('broker')]]),
            brokerName: BROKER,
            cluster: CLUSTER_NAME,
            enableActingMaster: true,
          },
        ])
      }
    },
  },
  {
    name: 'both know its cluster',
    async run(servers) {
      for (const address of namesrvs(servers)) {
        const { brokerAddrTable, clusterAddrTable } = await clusterOf(address)
        assert.deepEqual([...clusterAddrTable], [[CLUSTER_NAME, [BROKER]]])
        const addrs = brokerAddrTable.get(BROKER)?.brokerAddrs
        assert.deepEqual(addrs, new Map([[0, servers.address('broker')]]))
      }
    },
  },
  {
    name: 'a new topic is known at once',
    async run(servers) {
      const { code } = await invoke(
        servers.address('broker'),
        RequestCode.UPDATE_AND_CREATE_TOPIC,
        {
          topic: TOPIC,
          defaultTopic: 'TBW102',
          readQueueNums: '3',
          writeQueueNums: '2',
          perm: '6',
          topicFilterType: 'SINGLE_TAG',
          topicSysFlag: '0',
          order: 'false',
        },
      )
      assert.equal(code, ResponseCode.SUCCESS)
      await waitForRoute(servers, TOPIC, true, AT_ONCE_MS)
      for (const address of namesrvs(servers)) {
        assert.deepEqual((await routeOf(address, TOPIC))?.queueDatas, [
          { brokerName: BROKER, perm: 6, readQueueNums: 3, topicSysFlag: 0, writeQueueNums: 2 },
        ])
      }
    },
  },
  {
    name: 'a NameServer that was restarted learns of it again',
    async run(servers) {
      await servers.restart('namesrv-2')
      await waitForRoute(servers, TOPIC, true, REGISTRATION_MS)
    },
  },
  {
    name: 'it is dropped when it is silent, and back when it speaks',
    async run(servers) {
      servers.freeze('broker', true)
      try {
        await waitForRoute(servers, TOPIC, false, EXPIRY_MS)
      } finally {
        servers.freeze('broker', false)
      }
      await waitForRoute(servers, TOPIC, true, REGISTRATION_MS)
    },
  },
  {
    name: 'it is forgotten at once when it stops',
    async run(servers) {
      await servers.stop('broker')
      await waitForRoute(servers, TOPIC, false, AT_ONCE_MS)
      for (const address of namesrvs(servers)) {
        const { brokerAddrTable, clusterAddrTable } = await clusterOf(address)
        assert.deepEqual([brokerAddrTable.size, clusterAddrTable.size], [0, 0])
      }
    },
  },
  {
    name: 'it is forgotten at once when it is killed',
    async run(servers) {
      await servers.start('broker')
      await servers.kill9('broker')
      await waitForRoute(servers, TOPIC, false, AT_ONCE_MS)
    },
  },
]
