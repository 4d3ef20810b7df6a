import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Service, startAll, stopAll } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { CheckPointReviver, type CheckPointReviverDeps } from './check-point-reviver.ts'
import { PopReviveService, type PopReviveServiceDeps } from './pop-revive-service.ts'

type OwnParts = 'nextTurn' | 'queueId' | 'reviver' | 'reviveTopic'

export type PopReviveServicesDeps = CheckPointReviverDeps &
  Omit<PopReviveServiceDeps, OwnParts> & {
    readonly brokerConfig: Pick<BrokerConfig, 'reviveQueueNum'>
  }

/** The revival of what was popped and not acknowledged: a service for each queue of the revive topic. */
export class PopReviveServices implements Service {
  readonly #services: readonly PopReviveService[]

  constructor(deps: PopReviveServicesDeps) {
    const { reviveTopic } = deps.reviveLog
    const reviver = new CheckPointReviver(deps)
    this.#services = Array.from({ length: deps.brokerConfig.reviveQueueNum }, (_, queueId) => {
      return new PopReviveService({
        ...deps,
        ...{ reviver, reviveTopic, queueId, nextTurn: () => nextTurn() },
      })
    })
  }

  start(): Promise<void> {
    return startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  /** Whether this broker revives: masters do, slaves do not. Apache: AckMessageProcessor#setPopReviveServiceStatus */
  setShouldRunPopRevive(shouldRun: boolean): void {
    for (const service of this.#services) service.setShouldRunPopRevive(shouldRun)
  }

  /** What each revive queue has yet to deal with, and when the first of that was stored, -1 for nothing. */
  lags(): Promise<{ readonly messages: number; readonly oldestMs: number }[]> {
    const lags = this.#services.map(async (service) => {
      const messages = service.getReviveBehindMessages()
      return { messages, oldestMs: messages === 0 ? -1 : await service.getOldestTimestamp() }
    })
    return Promise.all(lags)
  }
}
