import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { verifyStore } from '../harness/ours.ts'
import { Servers } from '../harness/servers.ts'
import type { Suite } from '../harness/suite.ts'
import { QueueClient } from '../queues/queue-client.ts'
import {
  askQueues,
  createQueues,
  queueDirectories,
  queueFiles,
  writeQueues,
} from '../queues/queue-store.ts'

const SUITE = 'queue-kinds'
const SETTINGS = {
  enableLmq: 'true',
  enableMultiDispatch: 'true',
  messageDelayLevel: '1s 1s 1s 1s',
  mappedFileSizeCommitLog: 1024 * 1024,
  mappedFileSizeConsumeQueue: 20 * 10,
  mapperFileSizeBatchConsumeQueue: 46 * 10,
  maxHashSlotNum: 1_000,
  maxIndexNum: 500,
}

/**
 * Queues of batches, light message queues and records with long topics, on one store: Apache writes and ours reads, ours writes and
 * Apache reads, then Apache makes the queue files again from the log that ours has written.
 */
export const queueKindsSuite: Suite = {
  name: SUITE,
  tools: ['java', 'mvn'],
  targets: ['ours'],
  async run(context) {
    const { namesrv, broker } = context.launchers
    const apache = await context.launchers.apache()
    const brokers = { apache: apache.broker, ours: broker }
    const { directory, report } = context
    const servers = await Servers.startOnOneStore(directory, namesrv, brokers, SETTINGS)
    const dist = path.join(path.dirname(context.compatDirectory), 'dist')
    const store = path.join(directory, 'broker', 'store')
    const compare = (name: string, actual: Facts, expected: Facts) => {
      const difference = differences(actual, expected)
      if (difference === '') report.passed(SUITE, name, 0)
      else report.fail(SUITE, name, difference)
    }
    try {
      const ofApache = await withClient(servers, 'apache', async (client) => {
        await createQueues(client)
        await writeQueues(client, 'A')
        return askQueues(client)
      })
      await hand(servers, 'apache', 'ours', () => verifyStore(dist, path.dirname(store)))
      compare('ours-reads-apaches', await withClient(servers, 'ours', askQueues), ofApache)
      const ofOurs = await withClient(servers, 'ours', async (client) => {
        await writeQueues(client, 'O')
        return askQueues(client)
      })
      await servers.stop('ours')
      await verifyStore(dist, path.dirname(store))
      const ourFiles = queueFiles(store)
      for (const each of queueDirectories(store)) fs.rmSync(each, { recursive: true })
      fs.writeFileSync(path.join(store, 'abort'), '1')
      await servers.start('apache')
      compare('apache-reads-ours', await withClient(servers, 'apache', askQueues), ofOurs)
      await servers.stop('apache')
      compare('files-are-apaches', ourFiles, queueFiles(store))
    } finally {
      await servers.stopAll()
    }
  },
}

type Facts = ReadonlyMap<string, unknown>

async function withClient<T>(
  servers: Servers,
  member: string,
  use: (client: QueueClient) => Promise<T>,
): Promise<T> {
  const client = await QueueClient.connect(servers.address(member))
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

async function hand(
  servers: Servers,
  from: string,
  to: string,
  between: () => Promise<void>,
): Promise<void> {
  await servers.stop(from)
  await between()
  await servers.start(to)
}

/** A line for each fact that is not the same. */
function differences(actual: Facts, expected: Facts): string {
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((name) => !isDeepStrictEqual(actual.get(name), expected.get(name)))
    .map((name) => {
      const shown = (facts: Facts) => JSON.stringify(facts.get(name))?.slice(0, 600)
      return `${name}: ${shown(actual)} instead of ${shown(expected)}`
    })
    .join('\n')
}
