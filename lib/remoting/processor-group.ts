import fastq from 'fastq'
import type { RequestHolder } from './types.ts'

export interface ProcessorGroupOptions {
  /** For logs, such as `SendMessage`. */
  readonly name: string
  /** Requests without an answer, waiting ones included; more are refused. Apache: `sendThreadPoolQueueCapacity` etc. */
  readonly queueCapacity: number
  /** With a number, no more than these are processed at a time and the others wait. For work that takes long. */
  readonly concurrency?: number
  /** See RequestHolder. */
  readonly longPolling?: boolean
}

/**
 * Request codes that share a bound: the counterpart of the ExecutorService that Apache gives to `registerProcessor`.
 * It counts requests from their arrival to their answer.
 */
export class ProcessorGroup implements RequestHolder {
  readonly name: string
  readonly longPolling: boolean
  readonly #capacity: number
  readonly #queue: fastq.queue<QueuedRequest> | undefined
  #inFlight = 0

  constructor(options: ProcessorGroupOptions) {
    this.name = options.name
    this.longPolling = options.longPolling ?? false
    this.#capacity = options.queueCapacity
    if (options.concurrency !== undefined) this.#queue = fastq(work, options.concurrency)
  }

  /** Requests without an answer. */
  get inFlight(): number {
    return this.#inFlight
  }

  get isFull(): boolean {
    return this.#inFlight >= this.#capacity
  }

  /** Whether requests wait for their turn: then they go through `enqueue`. */
  get isQueued(): boolean {
    return this.#queue !== undefined
  }

  /** Takes a place; `release` gives it back. */
  acquire(): this {
    this.#inFlight++
    return this
  }

  release(): void {
    this.#inFlight--
  }

  /**
   * Takes a place and calls `run` when it is this request's turn, unless it was released before. The turn
   * lasts until the release.
   */
  enqueue(run: () => void): RequestHolder {
    const request = new QueuedRequest(this.acquire(), run)
    this.#queue?.push(request)
    return request
  }
}

function work(request: QueuedRequest, done: fastq.done): void {
  // Not at once: a row of requests that are answered synchronously would nest as deep as it is long.
  request.start(() => queueMicrotask(() => done(null)))
}

class QueuedRequest implements RequestHolder {
  readonly longPolling: boolean
  readonly #group: ProcessorGroup
  readonly #run: () => void
  #onReleased: (() => void) | undefined
  #released = false

  constructor(group: ProcessorGroup, run: () => void) {
    this.longPolling = group.longPolling
    this.#group = group
    this.#run = run
  }

  start(onReleased: () => void): void {
    if (this.#released) {
      onReleased()
      return
    }
    this.#onReleased = onReleased
    this.#run()
  }

  release(): void {
    this.#released = true
    this.#group.release()
    this.#onReleased?.()
  }
}
