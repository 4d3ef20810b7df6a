import { CodecError } from './errors.ts'
import { parseInt32, parseLong } from './schema.ts'

/*
 * What tells a pop consumer where its messages come from, and comes back with their acknowledgement. Parts are separated by
 * spaces. Offsets are queue offsets, times milliseconds. Source: remoting.protocol.header.ExtraInfoUtil
 */

/** Stands for the revive queue in handles of messages that were popped in order. Source: common.KeyBuilder */
export const POP_ORDER_REVIVE_QUEUE = 999
const RETRY_GROUP_TOPIC_PREFIX = '%RETRY%'
const POP_RETRY_SEPARATOR_V2 = '+'
const SEPARATOR = ' '

/** From which kind of topic messages come. */
export const RetryFlag = { NORMAL_TOPIC: '0', RETRY_TOPIC: '1', RETRY_TOPIC_V2: '2' } as const

/** The flag of a topic, by its name. */
export function retryFlagOf(topic: string): string {
  if (!topic.startsWith(RETRY_GROUP_TOPIC_PREFIX)) return RetryFlag.NORMAL_TOPIC
  return topic.includes(POP_RETRY_SEPARATOR_V2) ? RetryFlag.RETRY_TOPIC_V2 : RetryFlag.RETRY_TOPIC
}

/**
 * A receipt handle: `ckQueueOffset popTime invisibleTime reviveQid retry brokerName queueId queueOffset`. Each getter
 * reads one part and throws a CodecError when there is none, or no number.
 */
export class ExtraInfo {
  readonly #parts: readonly string[]

  constructor(extraInfo: string) {
    const parts = extraInfo.split(SEPARATOR)
    while (parts.length > 1 && parts.at(-1) === '') parts.pop()
    this.#parts = parts
  }

  /** Where the check point starts. */
  get ckQueueOffset(): number {
    return parseLong(this.#part(0, 'getCkQueueOffset'), 'extraInfo')
  }

  get popTime(): number {
    return parseLong(this.#part(1, 'getPopTime'), 'extraInfo')
  }

  get invisibleTime(): number {
    return parseLong(this.#part(2, 'getInvisibleTime'), 'extraInfo')
  }

  get reviveQid(): number {
    return parseInt32(this.#part(3, 'getReviveQid'), 'extraInfo')
  }

  get brokerName(): string {
    return this.#part(5, 'getBrokerName')
  }

  get isOrder(): boolean {
    return this.reviveQid === POP_ORDER_REVIVE_QUEUE
  }

  #part(index: number, reader: string): string {
    const part = this.#parts[index]
    if (part !== undefined) return part
    throw new CodecError(`${reader} fail, extraInfoStrs length ${this.#parts.length}`)
  }
}

/** What a handle consists of, with the topic and queue that the message was popped from. */
export interface ExtraInfoParts {
  readonly ckQueueOffset: number
  readonly popTime: number
  readonly invisibleTime: number
  readonly reviveQid: number
  readonly topic: string
  readonly brokerName: string
  readonly queueId: number
  readonly msgQueueOffset: number
}

export function buildExtraInfo(parts: ExtraInfoParts): string {
  return [
    parts.ckQueueOffset,
    parts.popTime,
    parts.invisibleTime,
    parts.reviveQid,
    retryFlagOf(parts.topic),
    parts.brokerName,
    parts.queueId,
    parts.msgQueueOffset,
  ].join(SEPARATOR)
}

/** One entry of startOffsetInfo. Entries are joined by `;`. */
export function startOffsetInfo(topic: string, queueId: number, startOffset: number): string {
  return `${retryFlagOf(topic)} ${queueId} ${startOffset}`
}

/** One entry of msgOffsetInfo. */
export function msgOffsetInfo(topic: string, queueId: number, offsets: readonly number[]): string {
  return `${retryFlagOf(topic)} ${queueId} ${offsets.join(',')}`
}

/** One entry of orderCountInfo, for a whole queue: the smallest count of its messages. */
export function queueIdOrderCountInfo(topic: string, queueId: number, orderCount: number): string {
  return `${retryFlagOf(topic)} ${queueId} ${orderCount}`
}

/** One entry of orderCountInfo, for a message: how often it was popped before. */
export function queueOffsetOrderCountInfo(
  topic: string,
  queueId: number,
  queueOffset: number,
  orderCount: number,
): string {
  return `${retryFlagOf(topic)} qo${queueId}%${queueOffset} ${orderCount}`
}
