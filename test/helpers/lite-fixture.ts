import {
  GetLiteGroupInfoResponseBody,
  GetLiteTopicInfoResponseBody,
} from '../../codec/body/lite-info.ts'
import {
  LiteSubscriptionCtlRequestBody,
  type LiteSubscriptionDTO,
} from '../../codec/body/lite-subscription.ts'
import { AckMessageRequestHeader } from '../../codec/header/ack-message.ts'
import { ChangeInvisibleTimeRequestHeader } from '../../codec/header/change-invisible-time.ts'
import { PopLiteMessageRequestHeader } from '../../codec/header/pop-lite-message.ts'
import type { MessageExt } from '../../codec/message/message.ts'
import { decodeProperties } from '../../codec/message/properties.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { buildExtraInfo, POP_ORDER_REVIVE_QUEUE } from '../../codec/pop-extra-info.ts'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'

/** What tells a broker to keep lite topics. */
export const LITE_SETTINGS = { enableLmq: 'true', enableMultiDispatch: 'true' }

/** A message as a pop of lite topics hands it out. */
export interface LitePopped {
  readonly message: MessageExt
  readonly body: string
  readonly liteTopic: string
  /** In the lite topic. */
  readonly offset: number
  /** How often it was popped before. */
  readonly count: string
  /** Its receipt handle. */
  readonly extraInfo: string
}

type Invoke = (
  code: number,
  extFields?: Record<string, string>,
  body?: Buffer,
) => Promise<RemotingCommand>

/** Requests about the lite topics of the parent `P`, as a Proxy makes them for the client `c1` of the group `G`. */
export class LiteClient {
  readonly #invoke: Invoke
  readonly clientId: string
  readonly group: string

  constructor(invoke: Invoke, clientId = 'c1', group = 'G') {
    this.#invoke = invoke
    this.clientId = clientId
    this.group = group
  }

  subscribe(
    action: LiteSubscriptionDTO['action'],
    liteTopicSet: string[],
    more: Partial<LiteSubscriptionDTO> = {},
  ): Promise<RemotingCommand> {
    const { clientId, group } = this
    const entry = { action, clientId, group, topic: 'P', liteTopicSet, version: 1, ...more }
    const body = LiteSubscriptionCtlRequestBody.encode({ subscriptionSet: [entry] })
    return this.#invoke(RequestCode.LITE_SUBSCRIPTION_CTL, {}, body)
  }

  popRequest(fields: Partial<PopLiteMessageRequestHeader> = {}): Promise<RemotingCommand> {
    const header = PopLiteMessageRequestHeader.encode({
      ...{ clientId: this.clientId, consumerGroup: this.group, topic: 'P', maxMsgNum: 32 },
      ...{ invisibleTime: 10_000, pollTime: 0, bornTime: Date.now(), ...fields },
    })
    return this.#invoke(RequestCode.POP_LITE_MESSAGE, header)
  }

  async pop(fields: Partial<PopLiteMessageRequestHeader> = {}): Promise<LitePopped[]> {
    return litePoppedOf(await this.popRequest(fields))
  }

  async bodies(fields: Partial<PopLiteMessageRequestHeader> = {}): Promise<string[]> {
    return (await this.pop(fields)).map(({ liteTopic, body }) => `${liteTopic}:${body}`)
  }

  ack(popped: LitePopped | undefined, more: Partial<AckMessageRequestHeader> = {}) {
    const fields = AckMessageRequestHeader.encode({ ...this.#handleOf(popped), ...more })
    return this.#invoke(RequestCode.ACK_MESSAGE, fields)
  }

  changeInvisibleTime(
    popped: LitePopped | undefined,
    invisibleTime: number,
    suspend = false,
  ): Promise<RemotingCommand> {
    const header = { ...this.#handleOf(popped), invisibleTime, suspend }
    const fields = ChangeInvisibleTimeRequestHeader.encode(header)
    return this.#invoke(RequestCode.CHANGE_MESSAGE_INVISIBLETIME, fields)
  }

  async topicInfo(liteTopic: string): Promise<GetLiteTopicInfoResponseBody> {
    const fields = { parentTopic: 'P', liteTopic }
    const response = await this.#invoke(RequestCode.GET_LITE_TOPIC_INFO, fields)
    return GetLiteTopicInfoResponseBody.decode(response.body)
  }

  async groupInfo(liteTopic: string): Promise<GetLiteGroupInfoResponseBody> {
    const fields = { group: this.group, liteTopic, topK: '3' }
    const response = await this.#invoke(RequestCode.GET_LITE_GROUP_INFO, fields)
    return GetLiteGroupInfoResponseBody.decode(response.body)
  }

  #handleOf(popped: LitePopped | undefined) {
    if (popped === undefined) throw new Error('nothing was popped')
    const { liteTopic, offset, extraInfo } = popped
    return { consumerGroup: this.group, topic: 'P', queueId: 0, offset, liteTopic, extraInfo }
  }
}

/** The messages of an answer, with the handles that a Proxy makes of it. */
export function litePoppedOf({
  extFields = {},
  body = Buffer.alloc(0),
}: RemotingCommand): LitePopped[] {
  const counts = (extFields['orderCountInfo'] ?? '').split(';')
  const popped: LitePopped[] = []
  for (let at = 0; at < body.length; at += body.readInt32BE(at)) {
    const message = decodeRecord(body.subarray(at, at + body.readInt32BE(at)))
    const properties = decodeProperties(message.properties)
    const offset = Number(properties.get('INNER_MULTI_QUEUE_OFFSET'))
    const extraInfo = buildExtraInfo({
      ...{ ckQueueOffset: offset, popTime: Number(extFields['popTime']), topic: 'P' },
      ...{ invisibleTime: Number(extFields['invisibleTime']), queueId: 0, msgQueueOffset: offset },
      ...{ brokerName: 'broker-a', reviveQid: POP_ORDER_REVIVE_QUEUE },
    })
    popped.push({
      ...{ message, body: message.body.toString(), offset, extraInfo },
      liteTopic: properties.get('__LITE_TOPIC') ?? '',
      count: counts[popped.length] ?? '',
    })
  }
  return popped
}
