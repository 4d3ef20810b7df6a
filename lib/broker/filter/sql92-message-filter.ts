import { PropertyReader } from '../../../codec/message/property-reader.ts'
import { locateProperties } from '../../../codec/message/record-reader.ts'
import type { CqExtUnit } from '../../../codec/store/consume-queue-ext-unit.ts'
import type { MessageFilter } from '../../store/types.ts'
import type { BloomFilter, BloomFilterData } from './bloom-filter.ts'
import type { Sql92Expression } from './sql92/sql92.ts'
import { EvaluationError } from './sql92/values.ts'

/** How a group's expression is found in the bit maps of messages. */
export interface BitMapAccess {
  readonly bloomFilter: BloomFilter
  readonly bloomFilterData: BloomFilterData
  /** Maps of messages that were stored later, in milliseconds since 1970, know of the expression. */
  readonly bornTime: number
}

/** Lets messages pass whose properties fulfil an expression. Apache: broker.filter.ExpressionMessageFilter, for SQL92 */
export class Sql92MessageFilter implements MessageFilter {
  readonly needsRecord = true
  readonly #expression: Sql92Expression
  readonly #bitMapAccess: BitMapAccess | undefined
  readonly #properties = new PropertyReader()

  /** Without `bitMapAccess`, every record is looked at. */
  constructor(expression: Sql92Expression, bitMapAccess?: BitMapAccess) {
    this.#expression = expression
    this.#bitMapAccess = bitMapAccess
  }

  /** False only when the message came after the group's expression was known, and its bit map says that it does not match. */
  isMatchedByConsumeQueue(_tagsCode: number | undefined, ext?: CqExtUnit): boolean {
    if (ext?.filterBitMap === undefined || this.#bitMapAccess === undefined) return true
    const { bloomFilter, bloomFilterData, bornTime } = this.#bitMapAccess
    if (ext.msgStoreTime <= bornTime) return true
    if (ext.filterBitMap.length * 8 !== bloomFilterData.bitNum) return true
    return bloomFilter.isHit(bloomFilterData, ext.filterBitMap)
  }

  isMatchedByCommitLog(buffer: Buffer, start: number, end: number): boolean {
    const propertiesStart = locateProperties(buffer, start, end)
    if (propertiesStart < 0) return false
    this.#properties.reset(buffer, propertiesStart, end)
    try {
      return this.#expression(this.#properties) === true
    } catch (error) {
      if (error instanceof EvaluationError) return false
      throw error
    }
  }
}
