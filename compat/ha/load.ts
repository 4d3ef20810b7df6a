import {
  SendMessageRequestHeaderV2,
  SendMessageResponseHeader,
} from '../../codec/header/send-message.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import { sleep } from '../harness/wait.ts'

export const TOPIC = 'HaLoad'
export const QUEUES = 4
const RETRY_MS = 50
/** Of bodies: some longer than a transfer of 32 KiB. */
const SIZES = [10, 300, 1_000, 5_000, 40_000]

/** A message that was acknowledged as held by both. */
export interface Acknowledged {
  readonly queueId: number
  readonly queueOffset: number
  readonly body: string
}

/**
 * Sends messages one after the other, to each queue over a connection of its own, until it is stopped. A message is never sent twice, so that each must
 * be found at most once, and exactly once, at its place, when it was acknowledged with 0.
 */
export class Load {
  readonly acknowledged: Acknowledged[] = []
  /** Stored by the master, but not in time by the slave. */
  unreplicated = 0
  readonly #port: number
  readonly #name: string
  readonly #workers: Promise<void>[]
  #count = 0
  #stopped = false

  /** `name` tells its messages from those of other loads. */
  constructor(port: number, name: string) {
    this.#port = port
    this.#name = name
    this.#workers = Array.from({ length: QUEUES }, (_, queueId) => this.#work(queueId))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#workers)
  }

  async #work(queueId: number): Promise<void> {
    let client: RawClient | undefined
    while (!this.#stopped) {
      try {
        client ??= await RawClient.connect(this.#port)
        await this.#send(client, queueId)
      } catch {
        await client?.close()
        client = undefined
        await sleep(RETRY_MS)
      }
    }
    await client?.close()
  }

  async #send(client: RawClient, queueId: number): Promise<void> {
    const number = ++this.#count
    const body = `${this.#name} ${number} `.padEnd(SIZES[number % SIZES.length] ?? 0, 'x')
    const header = SendMessageRequestHeaderV2.encode({
      producerGroup: 'HaLoad',
      topic: TOPIC,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: QUEUES,
      queueId,
      sysFlag: 0,
      bornTimestamp: Date.now(),
      flag: 0,
      properties: `KEYS\x01k${number}\x02`,
    })
    const request = RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, Buffer.from(body))
    const { code, extFields, remark } = await client.invoke(request)
    if (code === ResponseCode.SUCCESS) {
      const { queueOffset } = SendMessageResponseHeader.decode(extFields)
      this.acknowledged.push({ queueId, queueOffset, body })
    } else if (code === ResponseCode.FLUSH_SLAVE_TIMEOUT) {
      this.unreplicated++
    } else {
      throw new Error(`code ${code}: ${remark}`)
    }
  }
}
