import type { RemotingCommand } from '../../codec/remoting-command.ts'
import { RemotingError } from './errors.ts'
import { ResponseCode } from '../../codec/response-code.ts'

interface PendingCall {
  readonly timeoutMs: number
  readonly deadlineMs: number
  readonly resolve: (response: RemotingCommand) => void
  readonly reject: (error: RemotingError) => void
}

/**
 * Requests that we sent over one connection and that wait for their answer, by opaque. Time-outs are seen when `expire` is
 * called, so a call may wait longer than it asked for by one period of the caller's timer.
 *
 * Apache: remoting.netty.NettyRemotingAbstract's responseTable and ResponseFuture
 */
export class PendingCalls {
  readonly #address: string
  readonly #calls = new Map<number, PendingCall>()
  #nextOpaque = 0
  #earliestDeadlineMs = Infinity

  constructor(address: string) {
    this.#address = address
  }

  get size(): number {
    return this.#calls.size
  }

  /** A number for a request; numbers of calls that still wait are passed over. */
  nextOpaque(): number {
    do this.#nextOpaque = (this.#nextOpaque + 1) | 0
    while (this.#calls.has(this.#nextOpaque))
    return this.#nextOpaque
  }

  add(opaque: number, timeoutMs: number, nowMs: number): Promise<RemotingCommand> {
    const deadlineMs = nowMs + timeoutMs
    this.#earliestDeadlineMs = Math.min(this.#earliestDeadlineMs, deadlineMs)
    return new Promise((resolve, reject) => {
      this.#calls.set(opaque, { timeoutMs, deadlineMs, resolve, reject })
    })
  }

  /** Gives an answer to the call that waits for it; false when none does. */
  settle(response: RemotingCommand): boolean {
    const call = this.#calls.get(response.opaque)
    if (call === undefined) return false
    this.#calls.delete(response.opaque)
    call.resolve(response)
    return true
  }

  /** Fails the calls whose time has run out. */
  expire(nowMs: number): void {
    if (nowMs < this.#earliestDeadlineMs) return
    this.#earliestDeadlineMs = Infinity
    for (const [opaque, call] of this.#calls) {
      if (call.deadlineMs > nowMs) {
        this.#earliestDeadlineMs = Math.min(this.#earliestDeadlineMs, call.deadlineMs)
        continue
      }
      this.#calls.delete(opaque)
      call.reject(timeoutError(this.#address, call.timeoutMs))
    }
  }

  /** Fails all calls: the connection has gone. */
  failAll(): void {
    for (const call of this.#calls.values()) call.reject(sendError(this.#address))
    this.#calls.clear()
  }
}

export function timeoutError(address: string, timeoutMs: number): RemotingError {
  return new RemotingError(
    ResponseCode.RPC_TIME_OUT,
    `wait response on the channel <${address}> timeout, ${timeoutMs}(ms)`,
  )
}

export function sendError(address: string, why = ''): RemotingError {
  return new RemotingError(
    ResponseCode.RPC_SEND_TO_CHANNEL_FAILED,
    `send request to <${address}> failed${why === '' ? '' : `: ${why}`}`,
  )
}
