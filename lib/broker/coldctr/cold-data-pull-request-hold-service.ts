import type { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Clock } from '../../common/clock.ts'
import { type Deadlined, Deadlines } from '../../common/deadlines.ts'
import type { Service } from '../../common/service.ts'
import type { Channel } from '../../remoting/index.ts'

/** Source: ColdDataPullRequestHoldService#coldHoldTimeoutMillis */
const COLD_HOLD_TIMEOUT_MS = 3_000
/** How late a pull may be run after that. */
const GRANULARITY_MS = 100
const HELD_MAX = 10_000

/** A pull that waits because its group reads too much cold data. */
export interface ColdPull extends Deadlined {
  readonly request: RemotingCommand
  readonly channel: Channel
  /** As the client has asked. */
  readonly asked: PullMessageRequestHeader
}

/**
 * Holds pulls of groups that read too much cold data for three seconds. Apache looks at them every five seconds, and so holds them
 * for three to eight.
 *
 * Apache: broker.coldctr.ColdDataPullRequestHoldService
 */
export class ColdDataPullRequestHoldService implements Service {
  readonly #deadlines: Deadlines<ColdPull>
  #heldCount = 0

  /** `wakeup` runs a pull once more, without holding it again. */
  constructor(clock: Clock, wakeup: (pull: ColdPull) => void) {
    this.#deadlines = new Deadlines(clock, GRANULARITY_MS, (pull) => {
      this.#heldCount--
      if (pull.channel.isOpen) wakeup(pull)
    })
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Drops all held pulls; their clients ask again elsewhere. */
  stop(): Promise<void> {
    this.#deadlines.stop()
    this.#heldCount = 0
    return Promise.resolve()
  }

  /** False when it is not held, because so many are; Apache never answers such a pull. */
  suspendColdDataReadRequest(pull: ColdPull): boolean {
    if (this.#heldCount >= HELD_MAX) return false
    this.#heldCount++
    this.#deadlines.set(pull, COLD_HOLD_TIMEOUT_MS)
    return true
  }
}
