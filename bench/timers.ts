/**
 * What timer messages cost. First `pending` messages that are due within an hour: processor time until all are in the
 * wheel, memory then, and how long a restart takes. Then `rate` messages a second that are due in 3 s: how late they are
 * stored under their topic, beyond the second of the precision. With APACHE_JARS (a directory that holds Apache's server
 * jars) Apache's NameServer and broker are measured in the same way, in the same run.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/timers.js [pending] [rate] [seconds]`
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PullMessageRequestHeader } from '../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../codec/header/send-message.ts'
import { decodeRecord, recordTotalSize } from '../codec/message/record-reader.ts'
import { encodeProperties } from '../codec/message/properties.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { RawClient } from '../test/helpers/remoting.ts'
import {
  availableServers,
  cpuSeconds,
  end,
  freePorts,
  residentMb,
  sendUntilAccepted,
  type Server,
} from './servers.ts'

const IN_FLIGHT = 64
/** Apache's answer on a busy machine: the message is sent again. */
const SYSTEM_BUSY = 2
const BODY = Buffer.alloc(200, 'x')
const HOUR_MS = 3_600_000
const DELAY_MS = 3_000
const PRECISION_MS = 1_000
/** Messages are sent in groups, this often. */
const GROUP_MS = 20
const TOPIC = 'TimersBench'
const LATE_TOPIC = 'TimersLateBench'

const pending = Number(process.argv[2] ?? 1_000_000)
const rate = Number(process.argv[3] ?? 1_000)
const seconds = Number(process.argv[4] ?? 20)

for (const server of availableServers()) {
  process.stdout.write(`${server.name.padEnd(16)} ${await measure(server)}\n`)
}

async function measure(server: Server): Promise<string> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-timers-'))
  const ports = await freePorts()
  let children = server.start(directory, ports)
  try {
    await sendUntilAccepted(ports.broker)
    const before = cpuSeconds(children)
    await sendPending(ports.broker)
    await allEntered(ports.broker)
    const cpu = cpuSeconds(children) - before
    const memoryMb = residentMb(children)
    await end(children, 'SIGTERM')
    const startMs = performance.now()
    children = server.start(directory, ports)
    await sendUntilAccepted(ports.broker)
    const restartMs = performance.now() - startMs
    const lateness = await sendOnTime(ports.broker)
    return (
      `${pending} pending: ${cpu.toFixed(1)} CPU s, RSS ${memoryMb.toFixed(0)} MB, ` +
      `restart ${restartMs.toFixed(0)} ms; ${rate}/s: ${lateness}`
    )
  } finally {
    await end(children, 'SIGKILL')
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

async function sendPending(port: number): Promise<void> {
  const client = await RawClient.connect(port)
  const startMs = Date.now() + HOUR_MS / 6
  let next = 0
  const sendOneByOne = async (): Promise<void> => {
    while (next < pending) {
      const index = next++
      const dueMs = startMs + Math.floor(((index * 7919) % pending) * (HOUR_MS / pending))
      await accepted(client, () => timer(TOPIC, index, dueMs))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOneByOne))
  await client.close()
}

/** Waits until all messages are in the wheel. */
async function allEntered(port: number): Promise<void> {
  const client = await RawClient.connect(port)
  for (;;) {
    const request = RemotingCommand.request(RequestCode.GET_BROKER_RUNTIME_INFO)
    const { body } = await client.invoke(request)
    const text = body?.toString() ?? ''
    if (/"timerOffsetBehind":"0"/.test(text)) break
    await sleep(200)
  }
  await client.close()
}

/** Sends at the rate, waits, and tells how late the messages are by their store times. */
async function sendOnTime(port: number): Promise<string> {
  const client = await RawClient.connect(port)
  const sends: Promise<void>[] = []
  const startMs = performance.now()
  for (let sent = 0; sent < rate * seconds;) {
    const due = Math.floor(((performance.now() - startMs) * rate) / 1_000)
    while (sent < Math.min(due, rate * seconds)) {
      const index = sent++
      const dueMs = Date.now() + DELAY_MS
      sends.push(accepted(client, () => timer(LATE_TOPIC, index, dueMs)))
    }
    await sleep(GROUP_MS)
  }
  await Promise.all(sends)
  await sleep(DELAY_MS + 3 * PRECISION_MS)
  const lateMs = await latenessOf(client)
  await client.close()
  const at = (share: number): number => lateMs[Math.floor((lateMs.length - 1) * share)] ?? NaN
  const early = lateMs.filter((ms) => ms < -PRECISION_MS).length
  return (
    `${lateMs.length} of ${rate * seconds} delivered, ${early} early, ` +
    `beyond the precision p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`
  )
}

/** Milliseconds beyond the precision, ascending. */
async function latenessOf(client: RawClient): Promise<number[]> {
  const lateMs: number[] = []
  for (let offset = 0; ;) {
    const header = PullMessageRequestHeader.encode({
      consumerGroup: 'timers-bench',
      topic: LATE_TOPIC,
      queueId: 0,
      queueOffset: offset,
      maxMsgNums: 32,
      sysFlag: 4,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
    })
    const answer = await client.invoke(RemotingCommand.request(RequestCode.PULL_MESSAGE, header))
    const body = answer.body ?? Buffer.alloc(0)
    if (answer.code !== 0 || body.length === 0) break
    for (let at = 0; at < body.length; at += recordTotalSize(body, at)) {
      const record = decodeRecord(body.subarray(at, at + recordTotalSize(body, at)))
      const dueMs = Number(/TIMER_DELIVER_MS\u0001(\d+)/.exec(record.properties)?.[1])
      lateMs.push(record.storeTimestamp - dueMs - PRECISION_MS)
    }
    offset = Number(answer.extFields?.['nextBeginOffset'])
  }
  return lateMs.sort((a, b) => a - b)
}

async function accepted(client: RawClient, request: () => RemotingCommand): Promise<void> {
  for (;;) {
    const { code, remark } = await client.invoke(request())
    if (code === 0) return
    if (code !== SYSTEM_BUSY) throw new Error(`timer message refused: ${code} ${remark}`)
    await sleep(GROUP_MS)
  }
}

function timer(topic: string, index: number, dueMs: number): RemotingCommand {
  const header = SendMessageRequestHeaderV2.encode({
    producerGroup: 'timers',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: encodeProperties([
      ['UNIQ_KEY', `7F00000100002A139A55${index.toString(16).toUpperCase().padStart(12, '0')}`],
      ['WAIT', 'true'],
      ['TIMER_DELIVER_MS', String(dueMs)],
    ]),
  })
  return RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, BODY)
}
