/**
 * How long a start takes on a store of some GiB of 1 KiB messages in 8 topics of 8 queues: after a kill, when the whole log has
 * to be checked and all that is derived from it made again (there is no checkpoint), after a kill with the checkpoint that
 * was there, and after a clean stop. Milliseconds from the spawn of the process to its first accepted message. With
 * APACHE_JARS Apache's broker is measured on copies of the same store.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/recovery.js [GiB]`
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  availableServers,
  end,
  freePorts,
  residentMb,
  sendUntilAccepted,
  type Server,
} from './servers.ts'

const gib = Number(process.argv[2] ?? 1)
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-recovery-'))
const made = path.join(directory, 'made')

try {
  await makeStore()
  for (const server of availableServers()) {
    fs.cpSync(made, path.join(directory, 'killed'), { recursive: true })
    execFileSync('sync') // what the copy left to be written would be waited for by the first server
    await report(server, 'killed', 'after a kill', 'SIGKILL')
    fs.rmSync(path.join(directory, 'killed', 'store', 'checkpoint'), { force: true })
    await report(server, 'killed', 'after a kill, without a checkpoint', 'SIGTERM')
    await report(server, 'killed', 'after a clean stop', 'SIGTERM')
    fs.rmSync(path.join(directory, 'killed'), { recursive: true })
  }
} finally {
  fs.rmSync(directory, { recursive: true, force: true })
}

/** In a process that dies without stopping its store. */
async function makeStore(): Promise<void> {
  const program = path.join(import.meta.dirname, 'make-store.js')
  const maker = spawn(process.execPath, [program, path.join(made, 'store'), String(gib)], {
    stdio: 'inherit',
  })
  await once(maker, 'exit')
  const size = execFileSync('du', ['-sh', made], { encoding: 'utf8' }).split('\t')[0]
  process.stdout.write(`${gib} GiB of log, ${size} on the disk\n`)
}

async function report(
  server: Server,
  copy: string,
  what: string,
  signal: NodeJS.Signals,
): Promise<void> {
  const ports = await freePorts()
  const begin = performance.now()
  const children = server.start(path.join(directory, copy), ports)
  try {
    await sendUntilAccepted(ports.broker)
    const ms = (performance.now() - begin).toFixed(0)
    const rss = residentMb(children).toFixed(0)
    process.stdout.write(`${server.name.padEnd(16)} ${what}: ${ms} ms, RSS ${rss} MB\n`)
  } finally {
    await end(children, signal)
  }
}
