import type { ConsumerFilterJson } from '../../../codec/body/consumer-filter.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { BloomFilterData } from './bloom-filter.ts'

/**
 * What one consumer group wants of one topic, by an expression. It outlives the group's consumers for a day, so that the bit
 * maps of messages that arrive meanwhile know of it. Times are milliseconds since 1970.
 *
 * Apache: broker.filter.ConsumerFilterData
 */
export interface ConsumerFilterData {
  readonly consumerGroup: string
  readonly topic: string
  readonly expression: string
  readonly expressionType: string
  /** undefined when the expression, which comes from a file, cannot be used: then every message is wanted. */
  readonly filter: MessageFilter | undefined
  readonly bornTime: number
  /** When the last consumer went; 0 while there are any. */
  deadTime: number
  readonly bloomFilterData: BloomFilterData
  /** Version of the subscription, a time that the client has chosen. */
  clientVersion: number
}

export function isDead({
  bornTime,
  deadTime,
}: Pick<ConsumerFilterData, 'bornTime' | 'deadTime'>): boolean {
  return deadTime >= bornTime
}

/** As Apache tells of it and keeps it in consumerFilter.json, in its order. */
export function consumerFilterJson(data: ConsumerFilterData): ConsumerFilterJson {
  const { bornTime, clientVersion, consumerGroup, deadTime, expression, expressionType } = data
  const { bitNum, bitPos } = data.bloomFilterData
  return {
    bloomFilterData: { bitNum, bitPos: [...bitPos] },
    ...{ bornTime, clientVersion, consumerGroup },
    ...{ dead: isDead(data), deadTime, expression, expressionType, topic: data.topic },
  }
}
