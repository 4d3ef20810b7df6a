import { getOrAdd } from '../../common/maps.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { PopCheckPointWrapper } from './pop-check-point-wrapper.ts'

/**
 * The offsets of queues that are popped from. A group's offset is committed behind a check point only when that and all
 * before it are stored or acknowledged; until then the next pop begins where the last one ended.
 *
 * Apache: broker.processor.PopBufferMergeService#commitOffsets
 */
export class PopOffsetQueues {
  readonly #offsets: Pick<ConsumerOffsetManager, 'commitOffset'>
  readonly #queues = new Map<string, PopCheckPointWrapper[]>()

  constructor(offsets: Pick<ConsumerOffsetManager, 'commitOffset'>) {
    this.#offsets = offsets
  }

  add(wrapper: PopCheckPointWrapper): void {
    getOrAdd(this.#queues, wrapper.lockKey, () => []).push(wrapper)
  }

  /** Where the next pop of a queue begins; -1 when the committed offset says it. */
  getLatestOffset(lockKey: string): number {
    return this.#queues.get(lockKey)?.at(-1)?.nextBeginOffset ?? -1
  }

  /** Check points that are not committed yet. */
  sizeOf(lockKey: string): number {
    return this.#queues.get(lockKey)?.length ?? 0
  }

  /** The same of all queues. */
  get totalSize(): number {
    let sum = 0
    for (const queue of this.#queues.values()) sum += queue.length
    return sum
  }

  /** Commits as far as the check points of a queue are finished. */
  commit(lockKey: string): void {
    const queue = this.#queues.get(lockKey)
    if (queue === undefined) return
    const open = queue.findIndex((wrapper) => !wrapper.isFinished)
    const finished = queue.splice(0, open < 0 ? queue.length : open)
    if (queue.length === 0) this.#queues.delete(lockKey)
    const last = finished.at(-1)
    if (last === undefined || last.nextBeginOffset < 0) return
    const { t = '', c = '', q } = last.ck
    this.#offsets.commitOffset(c, t, q, last.nextBeginOffset)
  }

  /** Forgets what is not committed: the group's offset is reset. */
  clear(lockKey: string): void {
    this.#queues.delete(lockKey)
  }
}
