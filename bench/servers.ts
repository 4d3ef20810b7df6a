import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageRequestHeaderV2 } from '../codec/header/send-message.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { RawClient } from '../test/helpers/remoting.ts'

/* Ours and, where APACHE_JARS names a directory with them, Apache's servers as processes that benchmarks start and kill. */

export interface Ports {
  readonly namesrv: number
  readonly broker: number
}

export interface Server {
  readonly name: string
  /** Starts NameServer and broker with their data in `directory`, the store in its folder `store`. */
  start(directory: string, ports: Ports): ChildProcess[]
}

const RETRY_MS = 5
const DEADLINE_MS = 300_000
const ROOT = path.resolve(import.meta.dirname, '..', '..')
const jars = process.env.APACHE_JARS

/** Those that can be started here. */
export function availableServers(): Server[] {
  const servers: Server[] = [{ name: 'rocketmq-server', start: startOurs }]
  if (jars !== undefined) servers.push({ name: 'apache', start: startApache })
  return servers
}

function startOurs(directory: string, { namesrv, broker }: Ports): ChildProcess[] {
  const program = path.join(ROOT, 'dist', 'bin', 'rocketmq-server.js')
  const flags = ['--namesrv-port', String(namesrv), '--port', String(broker), '--host', '127.0.0.1']
  const args = [program, 'start', ...flags, '--store', path.join(directory, 'store')]
  return [run(process.execPath, args, directory)]
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

/** Resolves when the broker has accepted a message. @throws Error when it does not in time */
export async function sendUntilAccepted(port: number): Promise<void> {
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

/** Resident memory of processes. */
export function residentMb(children: readonly ChildProcess[]): number {
  const pids = children.map(({ pid }) => String(pid)).join(',')
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', pids], { encoding: 'utf8' })
  return kilobytes.split('\n').reduce((sum, line) => sum + Number(line), 0) / 1024
}

/** CPU seconds that processes have used so far, user and system. */
export function cpuSeconds(children: readonly { readonly pid?: number | undefined }[]): number {
  let ticks = 0
  for (const { pid } of children) {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}

/** Kills processes at once (SIGKILL) or lets them stop (SIGTERM), and waits for their end. */
export async function end(
  children: readonly ChildProcess[],
  signal: NodeJS.Signals,
): Promise<void> {
  for (const child of children) {
    const gone = once(child, 'exit')
    if (child.kill(signal)) await gone
  }
}

/** The port behind the broker's is for its slaves. */
export async function freePorts(): Promise<Ports> {
  const namesrv = await freePort()
  const broker = await freePort()
  return broker + 1 === namesrv ? freePorts() : { namesrv, broker }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
