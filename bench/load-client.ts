import { CreateTopicRequestHeader } from '../codec/header/create-topic.ts'
import { SendMessageRequestHeaderV2 } from '../codec/header/send-message.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { ResponseCode } from '../codec/response-code.ts'
import { RawClient } from '../test/helpers/remoting.ts'

const CONNECTIONS = 4
const IN_FLIGHT = 16
const BODY = Buffer.alloc(1024, 'x')

/** Which queue a message goes to, by its number. */
export type Target = (count: number) => { readonly topic: string; readonly queueId: number }

/** Sends single messages (of 1 KiB) as fast as the broker answers, so many in flight on each of its connections. */
export class LoadClient {
  readonly #port: number
  readonly #body: Buffer
  #connections: RawClient[] = []
  #count = 0

  constructor(port: number, body = BODY) {
    this.#port = port
    this.#body = body
  }

  async connect(): Promise<void> {
    for (let n = 0; n < CONNECTIONS; n++) {
      this.#connections.push(await RawClient.connect(this.#port))
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) await connection.close()
  }

  async createTopic(topic: string, queueNums: number): Promise<void> {
    const header = CreateTopicRequestHeader.encode({
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: queueNums,
      writeQueueNums: queueNums,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
    })
    const request = RemotingCommand.request(RequestCode.UPDATE_AND_CREATE_TOPIC, header)
    const { code, remark } = await (this.#connections[0] as RawClient).invoke(request)
    if (code !== ResponseCode.SUCCESS) throw new Error(`${topic}: ${code} ${remark}`)
  }

  /** Sends `count` messages. */
  async sendCount(count: number, target: Target): Promise<void> {
    let left = count
    await this.#send(target, () => left-- > 0)
  }

  /** Sends for so many milliseconds. Resolves with the number of messages that were accepted. */
  async sendFor(ms: number, target: Target): Promise<number> {
    const endMs = performance.now() + ms
    return this.#send(target, () => performance.now() < endMs)
  }

  async #send(target: Target, goesOn: () => boolean): Promise<number> {
    let accepted = 0
    const line = async (connection: RawClient): Promise<void> => {
      while (goesOn()) {
        const { code } = await connection.invoke(sendRequest(target(this.#count++), this.#body))
        if (code === ResponseCode.SUCCESS) accepted++
        else if (code !== ResponseCode.SYSTEM_BUSY) throw new Error(`sending: code ${code}`)
      }
    }
    const lines = this.#connections.flatMap((connection) =>
      Array.from({ length: IN_FLIGHT }, () => line(connection)),
    )
    await Promise.all(lines)
    return accepted
  }
}

function sendRequest({ topic, queueId }: ReturnType<Target>, body: Buffer): RemotingCommand {
  const header = SendMessageRequestHeaderV2.encode({
    producerGroup: 'bench',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: '',
  })
  return RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, body)
}
