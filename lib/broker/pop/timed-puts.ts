import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import type { PutMessageCallback } from '../../store/types.ts'

/** What pop consumption needs of timers. */
export interface TimedPuts {
  /**
   * Stores a message so that it appears in its queue at the time of its property TIMER_DELIVER_MS, or at once when that
   * has passed. `properties` are all of the message's. Never throws.
   */
  put(
    message: MessageExtBrokerInner,
    properties: Map<string, string>,
    done: PutMessageCallback,
  ): void
  /** True while messages whose time has come have not all been put into their queues. */
  readonly isBehind: boolean
}
