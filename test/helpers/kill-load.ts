import {
  SendMessageRequestHeaderV2,
  SendMessageResponseHeader,
} from '../../codec/header/send-message.ts'
import { encodeBatch } from '../../codec/message/batch.ts'
import { decodeRecord, recordTotalSize } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import type { Random } from './random.ts'
import { RawClient } from './remoting.ts'

const TOPICS = ['KillA', 'KillB']
const QUEUES = 2
const BATCH_MAX = 5
const BODY_MAX = 3_000
/** The topic is not there yet, nothing at this offset, or nothing in this queue. */
const NO_MESSAGE: readonly number[] = [
  ResponseCode.TOPIC_NOT_EXIST,
  ResponseCode.PULL_NOT_FOUND,
  ResponseCode.PULL_OFFSET_MOVED,
]

interface Queue {
  readonly topic: string
  readonly queueId: number
  /** Bodies by queue offset, as they were acknowledged. */
  readonly acked: Map<number, string>
  /** Bodies in their order, as they were pulled. */
  readonly found: string[]
}

/** Sends, pulls and commits until the server is killed, and knows what was acknowledged. */
export class KillLoad {
  readonly #random: Random
  readonly #queues: Queue[] = TOPICS.flatMap((topic) =>
    Array.from({ length: QUEUES }, (_, queueId) => ({
      topic,
      queueId,
      acked: new Map<number, string>(),
      found: [],
    })),
  )
  #count = 0
  #ackedCount = 0

  constructor(random: Random) {
    this.#random = random
  }

  get ackedCount(): number {
    return this.#ackedCount
  }

  /** Sends over a connection of its own, one after the other, until that breaks. */
  async sendUntilKilled(port: number): Promise<void> {
    const client = await RawClient.connect(port)
    try {
      for (;;) await this.#send(client)
    } catch (error) {
      if (!client.socket.destroyed) throw error
    } finally {
      await client.close()
    }
  }

  /** Pulls queues from random offsets on, until the connection breaks. */
  async pullUntilKilled(port: number): Promise<void> {
    const client = await RawClient.connect(port)
    try {
      for (;;) {
        const queue = this.#random.pick(this.#queues)
        await pull(client, queue, this.#random.below(queue.acked.size + 1))
      }
    } catch (error) {
      if (!client.socket.destroyed) throw error
    } finally {
      await client.close()
    }
  }

  async #send(client: RawClient): Promise<void> {
    const queue = this.#random.pick(this.#queues)
    const size = this.#random.chance(0.2) ? 1 + this.#random.below(BATCH_MAX) : 0
    const bodies = Array.from({ length: Math.max(size, 1) }, () => this.#newBody())
    const members = bodies.map((body) => ({ flag: 0, body: Buffer.from(body), properties: '' }))
    const isBatch = size > 0
    const header = SendMessageRequestHeaderV2.encode({
      producerGroup: 'kill',
      topic: queue.topic,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: queue.queueId,
      sysFlag: 0,
      bornTimestamp: Date.now(),
      flag: 0,
      properties: '',
      batch: isBatch,
    })
    const code = isBatch ? RequestCode.SEND_BATCH_MESSAGE : RequestCode.SEND_MESSAGE_V2
    const body = isBatch ? encodeBatch(members) : Buffer.from(bodies[0] ?? '')
    const response = await client.invoke(RemotingCommand.request(code, header, body))
    if (response.code !== 0) throw new Error(`send refused: ${response.code} ${response.remark}`)
    const { queueOffset } = SendMessageResponseHeader.decode(response.extFields)
    bodies.forEach((sent, index) => queue.acked.set(queueOffset + index, sent))
    this.#ackedCount += bodies.length
  }

  #newBody(): string {
    return `${this.#count++}`.padEnd(this.#random.below(BODY_MAX), '.')
  }

  /**
   * Pulls what has been added since the last call, or everything.
   * @throws Error when an acknowledged message is not at its offset, or one is there twice
   */
  async verify(port: number, everything = false): Promise<void> {
    const client = await RawClient.connect(port)
    for (const queue of this.#queues) {
      if (everything) queue.found.length = 0
      for (let more = 1; more > 0;) {
        const bodies = await pull(client, queue, queue.found.length)
        queue.found.push(...bodies)
        more = bodies.length
      }
      check(queue)
    }
    await client.close()
  }
}

function check({ topic, queueId, acked, found }: Queue): void {
  for (const [offset, body] of acked) {
    if (found[offset] === body) continue
    const there = found[offset]?.split('.')[0]
    throw new Error(
      `${topic}/${queueId}: ${body.split('.')[0]} lost at ${offset}, there is ${there}`,
    )
  }
  if (new Set(found).size !== found.length) throw new Error(`${topic}/${queueId}: a message twice`)
}

async function pull(
  client: RawClient,
  { topic, queueId }: Queue,
  offset: number,
): Promise<string[]> {
  const request = RemotingCommand.request(RequestCode.PULL_MESSAGE, {
    consumerGroup: 'kill',
    topic,
    queueId: String(queueId),
    queueOffset: String(offset),
    maxMsgNums: '32',
    sysFlag: '5', // commits the offset, and brings the subscription with it
    commitOffset: String(offset),
    suspendTimeoutMillis: '0',
    subscription: '*',
    subVersion: '0',
    expressionType: 'TAG',
  })
  const response = await client.invoke(request)
  if (NO_MESSAGE.includes(response.code)) return []
  if (response.code !== 0) throw new Error(`pull refused: ${response.code} ${response.remark}`)
  const bodies: string[] = []
  const records = response.body ?? Buffer.alloc(0)
  for (let at = 0; at < records.length; at += recordTotalSize(records, at)) {
    const record = records.subarray(at, at + recordTotalSize(records, at))
    bodies.push(decodeRecord(record).body.toString())
  }
  return bodies
}
