import fastq from 'fastq'
import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { RequestHolder } from './types.ts'

export interface ProcessorGroupOptions {
  /** For logs, such as `SendMessage`. */
  readonly name: string
  /** Requests without an answer, waiting ones included; more are refused. Apache: `sendThreadPoolQueueCapacity` etc. */
  readonly queueCapacity: number
  /** With a number, no more than these are processed at a time and the others wait. For work that takes long. */
  readonly concurrency?: number
  /** Where requests wait while what they need is held up. */
  readonly line?: RequestLine
  /** See RequestHolder. */
  readonly longPolling?: boolean
}

/** A request that waits in a line. */
export interface WaitingRequest {
  /** It was answered, or its connection has closed: nobody waits any more. */
  readonly isReleased: boolean
  run(): void
  refuse(response: RemotingCommand): void
}

/** Keeps requests until they may be processed, or have waited too long. */
export interface RequestLine {
  /** Whether a request that comes now has to wait. */
  readonly isClosed: boolean
  /** Calls `run` or `refuse` of the request later, never within this call. */
  add(request: WaitingRequest): void
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
  readonly #line: RequestLine | undefined
  #inFlight = 0

  constructor(options: ProcessorGroupOptions) {
    this.name = options.name
    this.longPolling = options.longPolling ?? false
    this.#capacity = options.queueCapacity
    this.#line = options.line
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
    return this.#queue !== undefined || this.#line?.isClosed === true
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
   * Takes a place and calls `run` when it is this request's turn, or `refuse` when that does not come, unless it was
   * released before. The turn lasts until the release.
   */
  enqueue(run: () => void, refuse: (response: RemotingCommand) => void): RequestHolder {
    const request = new QueuedRequest(this.acquire(), run, refuse)
    if (this.#queue !== undefined) this.#queue.push(request)
    else this.#line?.add(request)
    return request
  }
}

function work(request: QueuedRequest, done: fastq.done): void {
  // Not at once: a row of requests that are answered synchronously would nest as deep as it is long.
  request.start(() => queueMicrotask(() => done(null)))
}

class QueuedRequest implements RequestHolder, WaitingRequest {
  readonly longPolling: boolean
  readonly run: () => void
  readonly refuse: (response: RemotingCommand) => void
  readonly #group: ProcessorGroup
  #onReleased: (() => void) | undefined
  #released = false

  constructor(group: ProcessorGroup, run: () => void, refuse: (response: RemotingCommand) => void) {
    this.longPolling = group.longPolling
    this.#group = group
    this.run = run
    this.refuse = refuse
  }

  get isReleased(): boolean {
    return this.#released
  }

  start(onReleased: () => void): void {
    if (this.#released) {
      onReleased()
      return
    }
    this.#onReleased = onReleased
    this.run()
  }

  release(): void {
    this.#released = true
    this.#group.release()
    this.#onReleased?.()
  }
}
