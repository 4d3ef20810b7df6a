/**
 * The next offset of each queue: what the next message put into it gets. Offsets are given out at append and taken back
 * when the write fails. Apache: store.queue.QueueOffsetOperator
 */
export class QueueOffsetTable {
  readonly #topics = new Map<string, Map<number, number>>()

  get(topic: string, queueId: number): number {
    return this.#topics.get(topic)?.get(queueId) ?? 0
  }

  set(topic: string, queueId: number, nextOffset: number): void {
    const queues = this.#topics.get(topic)
    if (queues === undefined) this.#topics.set(topic, new Map([[queueId, nextOffset]]))
    else queues.set(queueId, nextOffset)
  }

  remove(topic: string, queueId: number): void {
    this.#topics.get(topic)?.delete(queueId)
  }

  removeTopic(topic: string): void {
    this.#topics.delete(topic)
  }

  clear(): void {
    this.#topics.clear()
  }
}
