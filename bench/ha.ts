/**
 * What replication costs: sending to a SYNC_MASTER that waits for its slave, in CPU seconds of both, and the time in which a slave
 * catches up with a log that it has missed. With APACHE_JARS beside Apache's pair.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/ha.js [seconds] [MiB]`
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HARuntimeInfo } from '../codec/body/ha-runtime-info.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { Group } from '../compat/ha/group.ts'
import { apacheBroker } from '../compat/harness/apache.ts'
import { ourBroker, ourNamesrv } from '../compat/harness/ours.ts'
import type { BrokerLauncher } from '../compat/harness/servers.ts'
import { RawClient } from '../test/helpers/remoting.ts'
import { LoadClient } from './load-client.ts'
import { cpuSeconds } from './servers.ts'

const ROUNDS = 3
const QUEUES = 8
const POLL_MS = 20
const MIB = 1024 * 1024

const seconds = Number(process.argv[2] ?? 5)
const missedMib = Number(process.argv[3] ?? 2048)
const dist = path.resolve(import.meta.dirname, '..', '..', 'dist')
const jars = process.env['APACHE_JARS']

if (process.env['ONLY'] !== 'apache') await measure('rocketmq-server', ourBroker(dist))
if (jars !== undefined) await measure('apache', apacheBroker(jars))

async function measure(name: string, broker: BrokerLauncher): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-ha-'))
  const group = await Group.start(directory, ourNamesrv(dist), {
    mappedFileSizeCommitLog: 1024 * MIB,
    slaveTimeout: 30_000,
  })
  const tell = (text: string) => process.stdout.write(`${name.padEnd(16)} ${text}\n`)
  try {
    await group.startMaster(broker)
    await group.startSlave(broker)
    await sendReplicated(group, tell)
    await group.stop(group.slave)
    await fill(group)
    await catchUp(group, broker, tell)
  } finally {
    await group.stopAll()
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

async function sendReplicated(group: Group, tell: (text: string) => void): Promise<void> {
  await until(async () => (await slaveOf(group))?.diff === 0)
  const client = new LoadClient(group.master.port)
  await client.connect()
  await client.createTopic('Bench', QUEUES)
  const pair = group.processes(group.master, group.slave)
  for (let round = 0; round <= ROUNDS; round++) {
    const before = cpuSeconds(pair)
    const count = await client.sendFor(seconds * 1_000, toQueue)
    const cpu = ((cpuSeconds(pair) - before) / count) * 1e6
    const what = round === 0 ? 'warm-up' : `round ${round}`
    tell(`${what}: ${(count / seconds).toFixed(0)} msg/s, ${cpu.toFixed(1)} CPU s/M of the pair`)
  }
  await client.close()
}

/** What the slave misses, from a master that does not wait for it. */
async function fill(group: Group): Promise<void> {
  await updateConfig(group.master.port, 'brokerRole=ASYNC_MASTER')
  const client = new LoadClient(group.master.port, Buffer.alloc(64 * 1024, 'x'))
  await client.connect()
  await client.sendCount(missedMib * 16, toQueue)
  await client.close()
}

async function catchUp(
  group: Group,
  broker: BrokerLauncher,
  tell: (text: string) => void,
): Promise<void> {
  await group.startSlave(broker)
  const pair = group.processes(group.master, group.slave)
  await until(async () => (await slaveOf(group)) !== undefined)
  const cpuBefore = cpuSeconds(pair)
  const beginMs = performance.now()
  await until(async () => (await slaveOf(group))?.diff === 0)
  const tookMs = performance.now() - beginMs
  const rate = (missedMib / tookMs) * 1_000
  const cpu = cpuSeconds(pair) - cpuBefore
  tell(
    `catch-up of ${missedMib} MiB: ${tookMs.toFixed(0)} ms, ${rate.toFixed(0)} MiB/s, ${cpu.toFixed(1)} CPU s`,
  )
}

async function updateConfig(port: number, line: string): Promise<void> {
  const client = await RawClient.connect(port)
  const body = Buffer.from(line)
  await client.invoke(RemotingCommand.request(RequestCode.UPDATE_BROKER_CONFIG, {}, body))
  await client.close()
}

async function slaveOf(group: Group) {
  const client = await RawClient.connect(group.master.port)
  const request = RemotingCommand.request(RequestCode.GET_BROKER_HA_STATUS)
  const { body } = await client.invoke(request)
  await client.close()
  return HARuntimeInfo.decode(body).haConnectionInfo.find(
    ({ slaveAckOffset }) => slaveAckOffset >= 0,
  )
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(POLL_MS)
}

function toQueue(count: number): { topic: string; queueId: number } {
  return { topic: 'Bench', queueId: count % QUEUES }
}
