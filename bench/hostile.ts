/**
 * What hostile peers do to everybody else: one attack after the other on a broker in a process of its own, while a producer sends a
 * message of 1 KiB every 5 ms. Milliseconds until its answer, resident memory of the servers at its highest, and their
 * processor time. With APACHE_JARS Apache's servers are measured in the same way.
 *
 * `npm run build && npm run build:test && node build/bench/hostile.js [seconds] [pattern]`
 */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../test/helpers/remoting.ts'
import { ATTACKS, sendRequest } from './hostile-peers.ts'
import type { Server } from './servers.ts'
import {
  availableServers,
  cpuSeconds,
  end,
  freePorts,
  residentMb,
  sendUntilAccepted,
} from './servers.ts'

const PERIOD_MS = 5
/** Until an attack is under way, and after it. */
const SETTLE_MS = 2000
const FILLING = 64
const ATTACKER = path.join(import.meta.dirname, 'hostile-peers.js')

const seconds = Number(process.argv[2] ?? 5)
const pattern = new RegExp(process.argv[3] ?? '')

for (const server of availableServers()) await measure(server)

async function measure(server: Server): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-hostile-'))
  const ports = await freePorts()
  const children = server.start(directory, ports)
  try {
    await sendUntilAccepted(ports.broker)
    const client = await RawClient.connect(ports.broker)
    for (let i = 0; i < FILLING; i++) await client.invoke(sendRequest(Buffer.alloc(8192)))
    await client.close()
    for (const name of Object.keys(ATTACKS)) {
      if (pattern.test(name)) report(server.name, name, await suffer(name, ports.broker, children))
    }
  } finally {
    await end(children, 'SIGKILL')
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

interface Figures {
  readonly latenciesMs: number[]
  readonly failures: number
  readonly peakMb: number
  readonly cpuShare: number
}

async function suffer(name: string, port: number, servers: ChildProcess[]): Promise<Figures> {
  const client = await RawClient.connect(port)
  const attacker = fork(ATTACKER, [name, String(port)])
  const attackerEnd = once(attacker, 'exit')
  await sleep(SETTLE_MS)
  const begin = performance.now()
  const cpuBefore = cpuSeconds(servers)
  const latenciesMs: number[] = []
  let failures = 0
  let peakMb = 0
  const sends: Promise<void>[] = []
  while (performance.now() < begin + seconds * 1000) {
    const sentAt = performance.now()
    const answer = client.invoke(sendRequest(Buffer.alloc(1024)))
    sends.push(
      answer.then(
        ({ code }) => {
          latenciesMs.push(performance.now() - sentAt)
          if (code !== 0) failures++
        },
        () => void failures++,
      ),
    )
    if (sends.length % 40 === 0) peakMb = Math.max(peakMb, residentMb(servers))
    await sleep(PERIOD_MS)
  }
  await Promise.race([Promise.all(sends), sleep(10_000)])
  const cpuShare = (cpuSeconds(servers) - cpuBefore) / ((performance.now() - begin) / 1000)
  attacker.kill('SIGKILL')
  await attackerEnd
  await client.close()
  await sleep(SETTLE_MS)
  return { latenciesMs, failures, peakMb, cpuShare }
}

function report(server: string, name: string, figures: Figures): void {
  const sorted = figures.latenciesMs.sort((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? NaN).toFixed(1)
  const line = [
    server.padEnd(16),
    name.padEnd(46),
    `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms,`,
    `${figures.failures} refused, ${Math.round(figures.peakMb)} MiB, CPU ${Math.round(figures.cpuShare * 100)} %`,
  ]
  process.stdout.write(`${line.join(' ')}\n`)
}
