import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'

export interface BrokerMemberGroupDeps {
  readonly brokerConfig: Pick<
    BrokerConfig,
    'brokerId' | 'enableSlaveActingMaster' | 'lockInStrictMode' | 'syncBrokerMemberGroupPeriod'
  >
  readonly storeConfig: Pick<MessageStoreConfig, 'totalReplicas'>
  /** The brokers of the group by id, as a name server knows them. @throws (rejects) when none answers */
  readonly getBrokerMemberGroup: () => Promise<ReadonlyMap<number, string>>
  /** Told each time who they are, where slaves may act as masters; never of none. */
  readonly onMembers: (members: ReadonlyMap<number, string>) => void
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Which brokers of this group are alive, asked of the name servers where slaves may act as masters or grant locks. Until the first answer
 * there are `totalReplicas`; while there is no answer the last one holds.
 *
 * Source: broker.BrokerController#syncBrokerMemberGroup
 */
export class BrokerMemberGroup implements Service {
  readonly #deps: BrokerMemberGroupDeps
  readonly #failures: FailureLog
  #aliveReplicas: number
  #otherAddresses: readonly string[] = []
  #timer: Timer | undefined
  #asking: Promise<void> | undefined

  constructor(deps: BrokerMemberGroupDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'the brokers of this group cannot be fetched')
    this.#aliveReplicas = deps.storeConfig.totalReplicas
  }

  /** undefined unless slaves may act as masters. */
  get aliveReplicas(): number | undefined {
    return this.#deps.brokerConfig.enableSlaveActingMaster ? this.#aliveReplicas : undefined
  }

  /** Of those that are alive; none unless slaves may act as masters or grant locks. */
  get otherAddresses(): readonly string[] {
    return this.#otherAddresses
  }

  start(): Promise<void> {
    const { brokerConfig, clock } = this.#deps
    if (brokerConfig.enableSlaveActingMaster || brokerConfig.lockInStrictMode) {
      const periodMs = brokerConfig.syncBrokerMemberGroupPeriod
      this.#timer = clock.setInterval(() => void this.sync(), periodMs)
    }
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#asking
  }

  /** Never rejects. A call that meets a running one joins it. */
  sync(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    const { brokerConfig, getBrokerMemberGroup, onMembers } = this.#deps
    try {
      const members = await getBrokerMemberGroup()
      this.#failures.worked()
      if (members.size === 0) return
      this.#aliveReplicas = members.has(brokerConfig.brokerId) ? members.size : members.size + 1
      const others = [...members].filter(([brokerId]) => brokerId !== brokerConfig.brokerId)
      this.#otherAddresses = others.map(([, address]) => address)
      if (brokerConfig.enableSlaveActingMaster) onMembers(members)
    } catch (error) {
      this.#failures.failed(error)
    }
  }
}
