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
  /** Messages that were left over, as the client is told. */
  restNum: number
  /** Those of them that no pop gets before something else has happened. */
  blockedNum: number
  /** For each queue that was passed over with such messages: whether they are still kept back. */
  readonly blocks: (() => boolean)[]
  /** Check points on their way into the store. */
  readonly pending: Promise<void>[]
}

/** How many messages a pop request still takes. */
export function remainingOf({ header, records }: Pop): number {
  return header.maxMsgNums - records.length
}

/** True when one more pop would find messages. */
export function isMoreToPop({ restNum, blockedNum, blocks }: Pop): boolean {
  return restNum > blockedNum || blocks.some((isBlocked) => !isBlocked())
}
