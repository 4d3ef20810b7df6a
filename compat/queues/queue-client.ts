import { CreateTopicRequestHeader } from '../../codec/header/create-topic.ts'
import { PullMessageRequestHeader } from '../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../codec/header/send-message.ts'
import { encodeBatch } from '../../codec/message/batch.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import { sleep } from '../harness/wait.ts'

/** Store times of what is sent one after the other differ. */
const PAUSE_MS = 3

/** What a broker answers, without what differs from run to run. */
export interface QueueAnswer {
  readonly code: number
  readonly remark: string | undefined
  readonly extFields: unknown
  readonly body: string
}

/** Requests about queues over one connection. */
export class QueueClient {
  readonly #client: RawClient

  private constructor(client: RawClient) {
    this.#client = client
  }

  static async connect(address: string): Promise<QueueClient> {
    return new QueueClient(await RawClient.connect(Number(address.split(':').at(-1))))
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  invoke(code: number, fields: Record<string, string>, body?: Buffer): Promise<RemotingCommand> {
    return this.#client.invoke(RemotingCommand.request(code, fields, body))
  }

  async ask(code: number, fields: Record<string, string>): Promise<QueueAnswer> {
    const { code: answered, remark, extFields, body } = await this.invoke(code, fields)
    return {
      code: answered,
      remark,
      extFields: { ...extFields },
      body: body?.toString('hex') ?? '',
    }
  }

  async createTopic(topic: string, attributes: string): Promise<void> {
    const fields = CreateTopicRequestHeader.encode({
      ...{ topic, defaultTopic: 'TBW102', readQueueNums: 1, writeQueueNums: 1, perm: 6 },
      ...{ topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false, attributes },
    })
    await this.#expectSuccess(RequestCode.UPDATE_AND_CREATE_TOPIC, fields)
  }

  async send(topic: string, properties: string, body: string): Promise<RemotingCommand> {
    const fields = SendMessageRequestHeaderV2.encode({ ...sent(topic), properties })
    return this.#expectSuccess(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from(body))
  }

  async sendBatch(topic: string, count: number, properties: string): Promise<RemotingCommand> {
    const members = Array.from({ length: count }, (_, i) => {
      return { flag: 0, body: Buffer.from(`member ${i}`), properties: 'TAGS\x01m\x02' }
    })
    const header = { ...sent(topic), properties, batch: true }
    const fields = SendMessageRequestHeaderV2.encode(header)
    return this.#expectSuccess(RequestCode.SEND_BATCH_MESSAGE, fields, encodeBatch(members))
  }

  pull(topic: string, queueOffset: number, maxMsgNums = 32): Promise<QueueAnswer> {
    const fields = PullMessageRequestHeader.encode({
      ...{ consumerGroup: 'QueueKinds', topic, queueId: 0, queueOffset, maxMsgNums },
      ...{ sysFlag: 4, commitOffset: 0, suspendTimeoutMillis: 0, subVersion: 0 },
      ...{ subscription: '*', expressionType: 'TAG' },
    })
    return this.ask(RequestCode.PULL_MESSAGE, fields)
  }

  async #expectSuccess(
    code: number,
    fields: Record<string, string>,
    body?: Buffer,
  ): Promise<RemotingCommand> {
    await sleep(PAUSE_MS)
    const response = await this.invoke(code, fields, body)
    if (response.code !== 0) throw new Error(`${code}: ${response.code} ${response.remark}`)
    return response
  }
}

function sent(topic: string) {
  return {
    ...{ producerGroup: 'PG', topic, defaultTopic: 'TBW102', defaultTopicQueueNums: 1 },
    ...{ queueId: 0, sysFlag: 0, bornTimestamp: 1_600_000_000_000, flag: 0 },
  }
}
