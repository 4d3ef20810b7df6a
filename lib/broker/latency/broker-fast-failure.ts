import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { RequestLine, WaitingRequest } from '../../remoting/index.ts'
import type { MessageStore } from '../../store/types.ts'

const LOOK_MS = 10

export interface BrokerFastFailureDeps {
  readonly clock: Clock
  readonly store: Pick<MessageStore, 'isWriteStalled' | 'isOsPageCacheBusy'>
  /** See brokerFastFailureEnable. */
  readonly isEnabled: () => boolean
  /** Milliseconds that a request may wait. */
  readonly waitTimeMs: () => number
  /** When the page cache is busy none has to wait for its time. */
  readonly failsWhenBusy: boolean
}

/**
 * The line in which requests that write wait while the disk is slow to take what was written before. They have not been stored:
 * who has waited too long is told so, and may send to another broker.
 *
 * Apache: broker.latency.BrokerFastFailure, and the queue of an executor
 */
export class BrokerFastFailure implements RequestLine {
  readonly #deps: BrokerFastFailureDeps
  #waiting: { readonly request: WaitingRequest; readonly sinceMs: number }[] = []
  #timer: Timer | undefined

  constructor(deps: BrokerFastFailureDeps) {
    this.#deps = deps
  }

  get isClosed(): boolean {
    return this.#waiting.length > 0 || this.#deps.store.isWriteStalled()
  }

  add(request: WaitingRequest): void {
    this.#waiting.push({ request, sinceMs: this.#deps.clock.monotonic() })
    this.#timer ??= this.#deps.clock.setTimeout(() => this.#look(), LOOK_MS)
  }

  #look(): void {
    this.#timer = undefined
    this.#waiting = this.#waiting.filter(({ request }) => !request.isReleased)
    if (this.#deps.store.isWriteStalled()) {
      this.#failExpired()
    } else {
      const waiting = this.#waiting
      this.#waiting = []
      for (const { request } of waiting) request.run()
    }
    if (this.#waiting.length > 0) {
      this.#timer = this.#deps.clock.setTimeout(() => this.#look(), LOOK_MS)
    }
  }

  #failExpired(): void {
    const { clock, store, isEnabled, waitTimeMs, failsWhenBusy } = this.#deps
    if (!isEnabled()) return
    const nowMs = clock.monotonic()
    const isBusy = failsWhenBusy && store.isOsPageCacheBusy()
    const kind = isBusy ? 'PCBUSY_CLEAN_QUEUE' : 'TIMEOUT_CLEAN_QUEUE'
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const waitedMs = Math.floor(nowMs - first.sinceMs)
      if (!isBusy && waitedMs < waitTimeMs()) return
      this.#waiting.shift()
      const remark =
        `[${kind}]broker busy, start flow control for a while, ` +
        `period in queue: ${waitedMs}ms, size of queue: ${this.#waiting.length}`
      first.request.refuse(RemotingCommand.response(ResponseCode.SYSTEM_BUSY, remark))
    }
  }
}
