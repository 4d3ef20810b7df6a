/**
 * What many queues cost: the rate of sending to 10,000 queues beside that to 8, resident memory, the time from the spawn of the
 * processes to the first accepted message on a store that has them. With APACHE_JARS beside Apache's broker.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/queues.js [queues] [seconds]`
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LoadClient } from './load-client.ts'
import {
  availableServers,
  cpuSeconds,
  end,
  freePorts,
  residentMb,
  sendUntilAccepted,
  type Server,
} from './servers.ts'

const QUEUES_PER_TOPIC = 100
const FEW_QUEUES = 8
const FILL_MESSAGES = 10
const ROUNDS = 3

const queues = Number(process.argv[2] ?? 10_000)
const seconds = Number(process.argv[3] ?? 5)
const topics = Math.ceil(queues / QUEUES_PER_TOPIC)

for (const server of availableServers()) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-queues-'))
  try {
    await fillAndSend(server, directory)
    await restart(server, directory, 'after a clean stop', 'SIGKILL')
    await restart(server, directory, 'after a kill', 'SIGTERM')
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

async function fillAndSend(server: Server, directory: string): Promise<void> {
  const ports = await freePorts()
  const children = server.start(directory, ports)
  const client = new LoadClient(ports.broker)
  try {
    await sendUntilAccepted(ports.broker)
    tell(server, `resident at first: ${residentMb(children).toFixed(0)} MB`)
    await client.connect()
    await client.createTopic('Few', FEW_QUEUES)
    for (let n = 0; n < topics; n++) await client.createTopic(`Many${n}`, QUEUES_PER_TOPIC)
    await client.sendCount(queues * FILL_MESSAGES, toMany)
    for (let round = 1; round <= ROUNDS; round++) {
      for (const [what, target] of [
        [`${FEW_QUEUES} queues`, toFew],
        [`${queues} queues`, toMany],
      ] as const) {
        const before = cpuSeconds(children)
        const count = await client.sendFor(seconds * 1_000, target)
        const cpu = ((cpuSeconds(children) - before) / count) * 1e6
        const rate = (count / seconds).toFixed(0)
        tell(server, `${round} ${what}: ${rate} msg/s, ${cpu.toFixed(1)} CPU s/M`)
      }
    }
    tell(server, `resident after it: ${residentMb(children).toFixed(0)} MB`)
  } finally {
    await client.close()
    await end(children, 'SIGTERM')
  }
}

async function restart(
  server: Server,
  directory: string,
  what: string,
  signal: NodeJS.Signals,
): Promise<void> {
  const ports = await freePorts()
  const begin = performance.now()
  const children = server.start(directory, ports)
  try {
    await sendUntilAccepted(ports.broker)
    const ms = (performance.now() - begin).toFixed(0)
    tell(server, `start ${what}: ${ms} ms, ${residentMb(children).toFixed(0)} MB`)
  } finally {
    await end(children, signal)
  }
}

function toFew(count: number): { topic: string; queueId: number } {
  return { topic: 'Few', queueId: count % FEW_QUEUES }
}

/** One message for each queue in turn. */
function toMany(count: number): { topic: string; queueId: number } {
  const queue = count % queues
  return { topic: `Many${queue % topics}`, queueId: Math.floor(queue / topics) }
}

function tell(server: Server, text: string): void {
  process.stdout.write(`${server.name.padEnd(16)} ${text}\n`)
}
