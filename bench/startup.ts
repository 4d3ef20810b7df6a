/**
 * How fast the server is there: milliseconds from spawning `rocketmq-server start` to the first accepted message, and
 * its resident memory when idle. With APACHE_JARS (a directory that holds Apache's server jars) Apache's NameServer and
 * broker are measured in the same way, in the same run.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/startup.js [rounds]`
 */
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageRequestHeaderV2 } from '../codec/header/send-message.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { RawClient } from '../test/helpers/remoting.ts'

interface Ports {
  readonly namesrv: number
  readonly broker: number
}

interface Server {
  readonly name: string
  start(directory: string, ports: Ports): ChildProcess[]
}

interface Measured {
  readonly firstMessageMs: number
  readonly rssMb: number
}

const IDLE_MS = 3_000
const RETRY_MS = 5
const DEADLINE_MS = 60_000
const ROOT = path.resolve(import.meta.dirname, '..', '..')

const rounds = Number(process.argv[2] ?? 3)
const jars = process.env.APACHE_JARS
const servers: Server[] = [{ name: 'rocketmq-server', start: startOurs }]
if (jars !== undefined) servers.push({ name: 'apache', start: startApache })

for (let round = 1; round <= rounds; round++) {
  for (const server of servers) {
    const { firstMessageMs, rssMb } = await measure(server)
    const figures = `first message ${firstMessageMs.toFixed(0)} ms, idle RSS ${rssMb.toFixed(0)} MB`
    process.stdout.write(`${round} ${server.name.padEnd(16)} ${figures}\n`)
  }
}

async function measure(server: Server): Promise<Measured> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-startup-'))
  const ports = { namesrv: await freePort(), broker: await freePort() }
  const begin = performance.now()
  const children = server.start(directory, ports)
  try {
    await sendUntilAccepted(ports.broker)
    const firstMessageMs = performance.now() - begin
    await sleep(IDLE_MS)
    return { firstMessageMs, rssMb: residentMb(children) }
  } finally {
    for (const child of children) {
      const gone = once(child, 'exit')
      if (child.kill('SIGKILL')) await gone
    }
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

function startOurs(directory: string, { namesrv, broker }: Ports): ChildProcess[] {
  const program = path.join(ROOT, 'dist', 'bin', 'rocketmq-server.js')
  const flags = ['--namesrv-port', String(namesrv), '--port', String(broker), '--host', '127.0.0.1']
  return [run(process.execPath, [program, 'start', ...flags, '--store', directory], directory)]
}

function startApache(directory: string, { namesrv, broker }: Ports): ChildProcess[] {
  const file = path.join(directory, 'broker.conf')
  const settings = [
    'brokerIP1=127.0.0.1',
    `listenPort=${broker}`,
    `namesrvAddr=127.0.0.1:${namesrv}`,
    `storePathRootDir=${directory}/store`,
  ]
  fs.writeFileSync(file, settings.join('\n'))
  fs.writeFileSync(path.join(directory, 'namesrv.conf'), `listenPort=${namesrv}\n`)
  const java = (main: string, conf: string, ...options: string[]) =>
    run(
      'java',
      [
        ...['sun.nio.ch', 'java.nio'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
        '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
        `-Duser.home=${directory}`,
        ...options,
        '-cp',
        `${jars}/*`,
        `org.apache.rocketmq.${main}`,
        '-c',
        path.join(directory, conf),
      ],
      directory,
    )
  return [
    java('namesrv.NamesrvStartup', 'namesrv.conf', '-Xms128m', '-Xmx256m'),
    java('broker.BrokerStartup', 'broker.conf', '-Xms512m', '-Xmx512m'),
  ]
}

function run(program: string, args: readonly string[], directory: string): ChildProcess {
  const env = { ...process.env, HOME: directory, ROCKETMQ_HOME: directory }
  return spawn(program, args, { stdio: 'ignore', env })
}

async function sendUntilAccepted(port: number): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (performance.now() < deadline) {
    if (await trySend(port)) return
    await sleep(RETRY_MS)
  }
  throw new Error('no message was accepted in time')
}

async function trySend(port: number): Promise<boolean> {
  let client: RawClient
  try {
    client = await RawClient.connect(port)
  } catch {
    return false
  }
  const header = SendMessageRequestHeaderV2.encode({
    producerGroup: 'startup',
    topic: 'StartupBench',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: '',
  })
  const request = RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, Buffer.from('hello'))
  try {
    return (await client.invoke(request)).code === 0
  } catch {
    return false
  } finally {
    await client.close()
  }
}

function residentMb(children: readonly ChildProcess[]): number {
  const pids = children.map(({ pid }) => String(pid)).join(',')
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', pids], { encoding: 'utf8' })
  return kilobytes.split('\n').reduce((sum, line) => sum + Number(line), 0) / 1024
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
