import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { ConnectionLimits } from './limits.ts'
import type { RequestHolder } from './types.ts'

type RequestLimits = Pick<ConnectionLimits, 'maxRequestsInFlight' | 'maxRequestBytesInFlight'>

/** The requests of one peer that wait for their answer, each with who is told when it ends. */
export class HeldRequests {
  readonly #holders = new Map<RemotingCommand, RequestHolder>()
  readonly #onBytes: (change: number) => void
  #longPolling = 0
  #bytes = 0

  /** `onBytes` is told of each change of `bytes`. */
  constructor(onBytes: (change: number) => void) {
    this.#onBytes = onBytes
  }

  get size(): number {
    return this.#holders.size
  }

  /** Of their bodies. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many of them will be answered without something having to happen first. */
  get running(): number {
    return this.#holders.size - this.#longPolling
  }

  /** Whether they take `share` of what one peer may have without an answer, or more. */
  isFull(limits: RequestLimits, share = 1): boolean {
    return (
      this.size >= limits.maxRequestsInFlight * share ||
      this.#bytes >= limits.maxRequestBytesInFlight * share
    )
  }

  add(request: RemotingCommand, holder: RequestHolder): void {
    this.#holders.set(request, holder)
    if (holder.longPolling) this.#longPolling++
    if (request.body !== undefined) this.#count(request.body.length)
  }

  /** Ends a request; false when it is not held. */
  end(request: RemotingCommand): boolean {
    const holder = this.#holders.get(request)
    if (holder === undefined) return false
    this.#holders.delete(request)
    if (holder.longPolling) this.#longPolling--
    if (request.body !== undefined) this.#count(-request.body.length)
    holder.release()
    return true
  }

  endAll(): void {
    for (const request of [...this.#holders.keys()]) this.end(request)
  }

  #count(change: number): void {
    this.#bytes += change
    this.#onBytes(change)
  }
}
