import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { RequestCode } from '../../codec/request-code.ts'
import { verifyStore } from '../harness/ours.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { waitFor } from '../harness/wait.ts'
import { invoke, routeOf } from '../namesrv/asker.ts'
import { QueueClient } from '../queues/queue-client.ts'
import { RoutedSender, TOPIC, isOffered, storedBodies } from '../queues/routed-sender.ts'

const SUITE = 'operations'
const ROUTE_LIMIT_MS = 30_000
const ORDER = { namespace: 'ORDER_TOPIC_CONFIG', key: TOPIC, value: 'broker-a:1;broker-b:1' }

interface Scene {
  readonly servers: Servers
  readonly sender: RoutedSender
  readonly directory: string
  readonly dist: string
}

/** The procedures of docs/operations.md, step by step, from Apache's servers to ours. */
export const operationsSuite: Suite = {
  name: SUITE,
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run({ directory, compatDirectory, launchers, report }) {
    const servers = await Servers.startMigration(directory, await launchers.apache(), launchers)
    const dist = path.join(path.dirname(compatDirectory), 'dist')
    const scene = { servers, sender: new RoutedSender(servers), directory, dist }
    const steps = [
      ['namesrv-moves', moveNamesrv],
      ['new-broker-beside-old', moveToNewBroker],
      ['backup-restored', restoreBackup],
    ] as const
    try {
      for (const [name, step] of steps) {
        const startedMs = Date.now()
        await step(scene)
        report.passed(SUITE, name, Date.now() - startedMs)
      }
      for (const failure of servers.failures()) report.fail(SUITE, 'servers', failure)
    } finally {
      await servers.stopAll()
    }
  },
}

/** "NameServers": ours beside Apache's with a copy of its kvConfig.json, then Apache's is taken out. */
async function moveNamesrv({ servers, sender, directory }: Scene): Promise<void> {
  const [old, next] = [servers.address('old-namesrv'), servers.address('new-namesrv')]
  await invoke(old, RequestCode.PUT_KV_CONFIG, ORDER)
  await createTopic(servers, 'old-broker')
  await routed('old-namesrv', servers, ['broker-a'])
  await sender.send(old, 20)
  const kvConfig = (name: string) => path.join(directory, name, 'kvConfig.json')
  fs.copyFileSync(kvConfig('old-namesrv'), kvConfig('new-namesrv'))
  await servers.start('new-namesrv')
  await waitFor('the same route', ROUTE_LIMIT_MS, async () => {
    return isDeepStrictEqual(await routeOf(next, TOPIC), await routeOf(old, TOPIC))
  })
  const { value, ...asked } = ORDER
  const { extFields } = await invoke(next, RequestCode.GET_KV_CONFIG, asked)
  check('order configuration', extFields?.['value'], value)
  await servers.stop('old-namesrv')
  await sender.send(next, 20)
}

/** "With new brokers beside the old ones": the old one takes no more, is read to its end and stopped. */
async function moveToNewBroker({ servers, sender }: Scene): Promise<void> {
  const namesrv = servers.address('new-namesrv')
  await servers.start('new-broker')
  await createTopic(servers, 'new-broker')
  await routed('new-namesrv', servers, ['broker-a', 'broker-b'])
  await sender.send(namesrv, 40)
  check('messages of the new broker so far', sender.bodies('broker-b').length, 20)
  await invoke(namesrv, RequestCode.WIPE_WRITE_PERM_OF_BROKER, { brokerName: 'broker-a' })
  await routed('new-namesrv', servers, ['broker-b'])
  await sender.send(namesrv, 20)
  check('messages of the new broker', sender.bodies('broker-b').length, 40)
  for (const [member, name] of [
    ['old-broker', 'broker-a'],
    ['new-broker', 'broker-b'],
  ] as const) {
    check(name, await storedBodies(servers.address(member)), sender.bodies(name))
  }
  await servers.stop('old-broker')
  await sender.send(namesrv, 20)
}

/** "Backup": a copy of a stopped broker's store is whole; put in the store's place it has all of its moment. */
async function restoreBackup({ servers, sender, directory, dist }: Scene): Promise<void> {
  const namesrv = servers.address('new-namesrv')
  const live = path.join(directory, 'new-broker')
  const backup = path.join(directory, 'backup')
  await servers.stop('new-broker')
  copy(live, backup)
  await verifyStore(dist, backup)
  const kept = sender.bodies('broker-b')
  await servers.start('new-broker')
  await routed('new-namesrv', servers, ['broker-b'])
  await sender.send(namesrv, 20)
  await servers.stop('new-broker')
  fs.rmSync(path.join(live, 'store'), { recursive: true })
  copy(backup, live)
  await servers.start('new-broker')
  check('restored', await storedBodies(servers.address('new-broker')), kept)
}

function copy(from: string, to: string): void {
  fs.cpSync(from, to, {
    recursive: true,
    filter: (source) => !path.basename(source).startsWith('lock'),
  })
}

async function createTopic(servers: Servers, member: string): Promise<void> {
  const client = await QueueClient.connect(servers.address(member))
  await client.createTopic(TOPIC, '')
  await client.close()
}

/** Resolves when a name server offers just these brokers to producers. */
async function routed(member: string, servers: Servers, brokers: readonly string[]): Promise<void> {
  await waitFor(`${brokers.join()} to write to`, ROUTE_LIMIT_MS, async () => {
    const route = await routeOf(servers.address(member), TOPIC)
    const offered = route?.queueDatas.filter(isOffered).map(({ brokerName }) => brokerName) ?? []
    return isDeepStrictEqual(offered.sort(), brokers)
  })
}

function check(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
