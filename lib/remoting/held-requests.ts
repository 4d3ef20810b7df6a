import type { RemotingCommand } from '../../codec/remoting-command.ts'
import type { RequestHolder } from './types.ts'

/** The requests of one peer that wait for their answer, each with who is told when it ends. */
export class HeldRequests {
  readonly #holders = new Map<RemotingCommand, RequestHolder>()
  #longPolling = 0

  get size(): number {
    return this.#holders.size
  }

  /** How many of them will be answered without something having to happen first. */
  get running(): number {
    return this.#holders.size - this.#longPolling
  }

  add(request: RemotingCommand, holder: RequestHolder): void {
    this.#holders.set(request, holder)
    if (holder.longPolling) this.#longPolling++
  }

  /** Ends a request; false when it is not held. */
  end(request: RemotingCommand): boolean {
    const holder = this.#holders.get(request)
    if (holder === undefined) return false
    this.#holders.delete(request)
    if (holder.longPolling) this.#longPolling--
    holder.release()
    return true
  }

  endAll(): void {
    for (const request of [...this.#holders.keys()]) this.end(request)
  }
}
