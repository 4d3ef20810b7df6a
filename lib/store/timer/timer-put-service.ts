import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStore, PutMessageResult } from '../types.ts'
import { effectivePrecisionMs, type TimerConfig } from './timer-config.ts'

export interface TimerPutDeps {
  readonly config: TimerConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly messageStore: Pick<MessageStore, 'putMessage'>
  /** Whether what was refused is put again. */
  readonly mayPut: () => boolean
  /** Told of each message that is back in the store, with the bytes of its record. */
  readonly onPut: (topic: string, bytes: number) => void
}

/**
 * Puts messages back into the store, again and again until it has taken them: only what it would never take is left
 * out. Apache gives up after the third time unless timerEnableRetryUntilSuccess is set.
 *
 * Apache: store.timer.TimerMessageStore.TimerDequeuePutMessageService
 */
export class TimerPutService {
  readonly #deps: TimerPutDeps
  readonly #refusals: FailureLog
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined
  #isStopped = false
  /** Messages that the store has taken. */
  count = 0

  constructor(deps: TimerPutDeps) {
    this.#deps = deps
    this.#refusals = new FailureLog(deps.logger, 'timer messages are refused, they are put again')
  }

  /** Resolves with true when all are in the store, or never will be; with false when it was stopped before that, or may not put any more. */
  async putAll(messages: readonly MessageExtBrokerInner[]): Promise<boolean> {
    let rest = messages
    while (rest.length > 0) {
      const results = await this.#putOnce(rest)
      rest = rest.filter((message, index) => {
        return this.#isToBeRepeated(message, results[index] as PutMessageResult)
      })
      if (rest.length === 0) break
      await this.#wait(effectivePrecisionMs(this.#deps.config) / 2)
      if (this.#isStopped || !this.#deps.mayPut()) return false
    }
    this.#refusals.worked()
    return true
  }

  /** One promise for all of them. */
  #putOnce(messages: readonly MessageExtBrokerInner[]): Promise<readonly PutMessageResult[]> {
    return new Promise((resolve) => {
      const results: PutMessageResult[] = []
      let open = messages.length
      messages.forEach((message, index) => {
        this.#deps.messageStore.putMessage(message, (result) => {
          results[index] = result
          if (--open === 0) resolve(results)
        })
      })
    })
  }

  #isToBeRepeated(message: MessageExtBrokerInner, result: PutMessageResult): boolean {
    if (result.appended !== undefined) {
      this.count++
      this.#deps.onPut(message.topic, result.appended.size)
      return false
    }
    const { status, reason } = result
    const isRefused =
      status === 'MESSAGE_ILLEGAL' ||
      status === 'PROPERTIES_SIZE_EXCEEDED' ||
      (status === 'UNKNOWN_ERROR' && this.#deps.config.timerSkipUnknownError)
    const { topic } = message
    if (isRefused)
      this.#deps.logger.error({ topic, status, reason }, 'timer message refused for good')
    else this.#refusals.failed(new Error(status), { topic, reason })
    return !isRefused
  }

  #wait(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        this.#pause = undefined
        resolve()
      }
      this.#pause = { timer: this.#deps.clock.setTimeout(end, ms), end }
    })
  }

  /** What the store refuses is not put again. */
  stop(): void {
    this.#isStopped = true
    this.#pause?.timer.cancel()
    this.#pause?.end()
  }
}
