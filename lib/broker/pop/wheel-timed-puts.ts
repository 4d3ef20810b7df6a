import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { toError } from '../../common/errors.ts'
import type { TimerMessageStore } from '../../store/timer/timer-message-store.ts'
import { type PutMessageCallback, PutMessageStatus } from '../../store/types.ts'
import type { EscapeBridge } from '../failover/escape-bridge.ts'
import type { ScheduleHook } from '../schedule/schedule-hook.ts'
import type { TimedPuts } from './timed-puts.ts'

/** Source: store.timer.TimerMessageStore#getDequeueBehind, which counts whole seconds */
const BEHIND_MS = 1000

/** Timed puts by way of the timer wheel; from a slave that acts as master, of that of another broker. */
export class WheelTimedPuts implements TimedPuts {
  readonly #hook: Pick<ScheduleHook, 'putMessage'>
  readonly #escapeBridge: Pick<EscapeBridge, 'isRemote' | 'putMessageToSpecificQueue'>
  readonly #timers: Pick<TimerMessageStore, 'getDequeueBehindMillis' | 'getEnqueueBehindMillis'>

  constructor(
    hook: Pick<ScheduleHook, 'putMessage'>,
    escapeBridge: Pick<EscapeBridge, 'isRemote' | 'putMessageToSpecificQueue'>,
    timers: Pick<TimerMessageStore, 'getDequeueBehindMillis' | 'getEnqueueBehindMillis'>,
  ) {
    this.#hook = hook
    this.#escapeBridge = escapeBridge
    this.#timers = timers
  }

  get isBehind(): boolean {
    if (this.#timers.getDequeueBehindMillis() >= BEHIND_MS) return true
    return this.#timers.getEnqueueBehindMillis() >= BEHIND_MS
  }

  put(
    message: MessageExtBrokerInner,
    properties: Map<string, string>,
    done: PutMessageCallback,
  ): void {
    if (this.#escapeBridge.isRemote) {
      this.#escapeBridge.putMessageToSpecificQueue(message, done)
      return
    }
    try {
      this.#hook.putMessage(message, done, properties)
    } catch (thrown) {
      done({ status: PutMessageStatus.MESSAGE_ILLEGAL, reason: toError(thrown).message })
    }
  }
}
