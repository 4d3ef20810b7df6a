import type { PopMessageRequestHeader } from '../../../../codec/header/pop-message.ts'
import type { MessageFilter } from '../../../store/types.ts'

/** One run of a pop request, and what it has found so far. */
export interface Pop {
  readonly header: PopMessageRequestHeader
  /** undefined: every message. */
  readonly filter: MessageFilter | undefined
  readonly popTime: number
  readonly reviveQid: number
  /** Records, as they go to the client. */
  readonly records: Buffer[]
  /** Entries of the fields of the same names. */
  readonly startOffsetInfo: string[]
  readonly msgOffsetInfo: string[]
  readonly orderCountInfo: string[]
  /** Messages that were left over: more pops would find some. */
  restNum: number
  /** Check points on their way into the store. */
  readonly pending: Promise<void>[]
}

/** How many messages a pop request still takes. */
export function remainingOf({ header, records }: Pop): number {
  return header.maxMsgNums - records.length
}
