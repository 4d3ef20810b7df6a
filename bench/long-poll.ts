/**
 * How soon a held pull is answered: 1,000 messages a second to one queue with a consumer that always waits at its end, while
 * 1,000 other pulls are held, on queues that get nothing. Milliseconds from the moment before the message is written to the
 * moment at which its answer has been read by the consumer, and from the answer of the send to it (how much later the
 * consumer knows than the producer). With APACHE_JARS Apache's broker is measured in the same way, in the same run.
 *
 * `npm run build && npm run build:test && APACHE_JARS=... node build/bench/long-poll.js [seconds] [rate] [held]`
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeProperties } from '../codec/message/properties.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { ResponseCode } from '../codec/response-code.ts'
import { RawClient } from '../test/helpers/remoting.ts'
import { availableServers, end, freePorts, sendUntilAccepted, type Server } from './servers.ts'

const TOPIC = 'LongPoll'
const HELD_TOPIC = 'LongPollIdle'
const PULLS_PER_CONNECTION = 100
const SUSPEND = 2
const HAS_SUBSCRIPTION = 4
const SUSPEND_MS = 300_000
const WARM_UP = 0.3

const seconds = Number(process.argv[2] ?? 10)
const rate = Number(process.argv[3] ?? 1_000)
const held = Number(process.argv[4] ?? 1_000)

for (const server of availableServers()) await measure(server)

async function measure(server: Server): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rocketmq-long-poll-'))
  const ports = await freePorts()
  const children = server.start(directory, ports)
  const clients: RawClient[] = []
  const connect = async (): Promise<RawClient> => {
    const client = await RawClient.connect(ports.broker)
    clients.push(client)
    return client
  }
  try {
    await sendUntilAccepted(ports.broker)
    const producer = await connect()
    await send(producer, TOPIC, 0)
    await send(producer, HELD_TOPIC, 0)
    for (let i = 0; i < held; i += PULLS_PER_CONNECTION) {
      const client = await connect()
      for (let k = 0; k < PULLS_PER_CONNECTION; k++) client.send(pull(HELD_TOPIC, 1 + (k % 3), 0))
    }
    const { sinceSend, sinceAnswer } = await run(producer, await connect())
    report(server.name, 'from the send', sinceSend)
    report(server.name, "from the send's answer", sinceAnswer)
  } finally {
    for (const client of clients) await client.close()
    await end(children, 'SIGKILL')
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

interface Latencies {
  readonly sinceSend: number[]
  readonly sinceAnswer: number[]
}

/** Sends at the rate, whatever the answers do, while the consumer pulls. */
async function run(producer: RawClient, consumer: RawClient): Promise<Latencies> {
  const count = Math.floor(seconds * rate)
  const sent = new Float64Array(count + 1)
  const answered = new Float64Array(count + 1)
  const received = new Float64Array(count + 1)
  const consuming = consume(consumer, received)
  const begin = performance.now()
  const answers: Promise<void>[] = []
  for (let i = 1; i <= count; i++) {
    while (performance.now() < begin + (i * 1_000) / rate) await nextTurn()
    sent[i] = performance.now()
    answers.push(send(producer, TOPIC, 0).then(() => void (answered[i] = performance.now())))
  }
  await Promise.all(answers)
  await consuming
  const first = Math.floor(count * WARM_UP)
  const since = (from: Float64Array) =>
    Array.from(received.subarray(first), (at, i) => at - (from[first + i] as number))
  return { sinceSend: since(sent), sinceAnswer: since(answered) }
}

/** Notes when the message of each queue offset arrived, until all have. */
async function consume(consumer: RawClient, received: Float64Array): Promise<void> {
  for (let offset = 1; offset < received.length;) {
    const answer = await consumer.invoke(pull(TOPIC, 0, offset))
    const now = performance.now()
    if (answer.code !== ResponseCode.SUCCESS) continue
    const next = Number(answer.extFields?.['nextBeginOffset'])
    while (offset < next) received[offset++] = now
  }
}

async function send(client: RawClient, topic: string, queueId: number): Promise<void> {
  const fields = {
    producerGroup: 'PG',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: encodeProperties([['WAIT', 'true']]),
    reconsumeTimes: 0,
    unitMode: false,
  }
  const request = command(RequestCode.SEND_MESSAGE, fields)
  request.body = Buffer.alloc(1024, 'x')
  const { code, remark } = await client.invoke(request)
  if (code !== ResponseCode.SUCCESS) throw new Error(`send answered ${code} ${remark}`)
}

function pull(topic: string, queueId: number, queueOffset: number): RemotingCommand {
  return command(RequestCode.PULL_MESSAGE, {
    consumerGroup: 'CG',
    topic,
    queueId,
    queueOffset,
    maxMsgNums: 32,
    sysFlag: SUSPEND | HAS_SUBSCRIPTION,
    commitOffset: 0,
    suspendTimeoutMillis: SUSPEND_MS,
    subVersion: 0,
    subscription: '*',
    expressionType: 'TAG',
  })
}

function command(
  code: number,
  fields: Readonly<Record<string, string | number | boolean>>,
): RemotingCommand {
  const texts = Object.entries(fields).map(([key, value]) => [key, String(value)] as const)
  return RemotingCommand.request(code, Object.fromEntries(texts))
}

function report(server: string, what: string, latenciesMs: number[]): void {
  const sorted = latenciesMs.sort((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3)
  const figures = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms`
  process.stdout.write(`${server.padEnd(16)} ${what.padEnd(24)} ${figures}\n`)
}
