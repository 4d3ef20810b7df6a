/**
 * How fast the server is there: milliseconds from spawning `rocketmq-server start` to the first accepted message, and
 * its resident memory when idle. With APACHE_JARS (a directory that holds Apache's server jars) Apache's NameServer and
 * broker are measured in the same way, in the same run.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/startup.js [rounds]`
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  availableServers,
  end,
  freePorts,
  residentMb,
  sendUntilAccepted,
  type Server,
} from './servers.ts'

interface Measured {
  readonly firstMessageMs: number
  readonly rssMb: number
}

const IDLE_MS = 3_000

const rounds = Number(process.argv[2] ?? 3)

for (let round = 1; round <= rounds; round++) {
  for (const server of availableServers()) {
    const { firstMessageMs, rssMb } = await measure(server)
    const figures = `first message ${firstMessageMs.toFixed(0)} ms, idle RSS ${rssMb.toFixed(0)} MB`
    process.stdout.write(`${round} ${server.name.padEnd(16)} ${figures}\n`)
  }
}

async function measure(server: Server): Promise<Measured> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-startup-'))
  const ports = await freePorts()
  const begin = performance.now()
  const children = server.start(directory, ports)
  try {
    await sendUntilAccepted(ports.broker)
    const firstMessageMs = performance.now() - begin
    await sleep(IDLE_MS)
    return { firstMessageMs, rssMb: residentMb(children) }
  } finally {
    await end(children, 'SIGKILL')
    fs.rmSync(directory, { recursive: true, force: true })
  }
}
