import type { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'
import type { Deadlined } from '../../common/deadlines.ts'
import { popQueueKey } from './pop-ack-constants.ts'
import { ackOffsetByIndex, checkPointKey, indexOfAck, isAcked } from './pop-check-point.ts'

export interface PopCheckPointWrapperOptions {
  readonly ck: PopCheckPoint
  readonly reviveQid: number
  /** Where the next pop begins. */
  readonly nextBeginOffset: number
  /** True: the check point is stored at once, only the group's offset waits for it. */
  readonly justOffset: boolean
}

/**
 * A check point on its way: stored or not, its messages acknowledged here or not.
 * Apache: broker.processor.PopBufferMergeService.PopCheckPointWrapper
 */
export class PopCheckPointWrapper implements Deadlined {
  readonly ck: PopCheckPoint
  readonly reviveQid: number
  readonly nextBeginOffset: number
  readonly justOffset: boolean
  /** The queue of the group that was popped from. */
  readonly lockKey: string
  readonly mergeKey: string
  deadlineBucket: number | undefined
  ckState: 'buffered' | 'storing' | 'stored' = 'buffered'
  #acked = 0
  #ackStored = 0

  constructor(options: PopCheckPointWrapperOptions) {
    const { t = '', c = '', q } = options.ck
    this.ck = options.ck
    this.reviveQid = options.reviveQid
    this.nextBeginOffset = options.nextBeginOffset
    this.justOffset = options.justOffset
    this.lockKey = popQueueKey(t, c, q)
    this.mergeKey = checkPointKey(options.ck)
  }

  /** Notes an acknowledgement. False when no message of the check point stands at the queue offset. */
  ack(offset: number): boolean {
    const index = indexOfAck(this.ck, offset)
    if (index < 0) return false
    this.#acked |= 1 << index
    return true
  }

  /** Queue offsets that are acknowledged here and not in the store. */
  get offsetsToStore(): number[] {
    const pending = this.#acked & ~this.#ackStored
    const offsets: number[] = []
    for (let index = 0; index < this.ck.n; index++) {
      if (isAcked(pending, index)) offsets.push(ackOffsetByIndex(this.ck, index))
    }
    return offsets
  }

  /** The store has taken the acknowledgements of these queue offsets. */
  markStored(offsets: readonly number[]): void {
    for (const offset of offsets) this.#ackStored |= 1 << indexOfAck(this.ck, offset)
  }

  /** True when all messages are acknowledged: nothing need be stored. Apache: #isCkDone */
  get isCkDone(): boolean {
    for (let index = 0; index < this.ck.n; index++) {
      if (!isAcked(this.#acked, index)) return false
    }
    return true
  }

  /** True when nothing more has to be done here and the group's offset may move on. */
  get isFinished(): boolean {
    if (this.isCkDone) return true
    if (this.ckState !== 'stored') return false
    return this.justOffset || this.offsetsToStore.length === 0
  }
}
