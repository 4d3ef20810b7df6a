import type { Clock, Timer } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { GroupMaster, MasterAddresses } from './group-master.ts'
import type { SpecialServices } from './special-services.ts'

export interface MinBrokerDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerId' | 'enableSlaveActingMaster'>
  readonly groupMaster: Pick<GroupMaster, 'update' | 'clear'>
  readonly specialServices: Pick<SpecialServices, 'changeStatus' | 'isRunning'>
  /** Registers this broker with all name servers. Never rejects. */
  readonly register: () => Promise<void>
  /** Asks the master where its replication is. Rejects when it does not answer. */
  readonly retrieveBrokerHaInfo: (masterAddr: string) => Promise<MasterAddresses>
  /** This broker is a slave that acts as master from now on. */
  readonly onActing: () => void
  /** The master of a group that had none is there again. */
  readonly onMasterOnline: () => void
  readonly clock: Clock
  readonly logger: Logger
}

/** The broker of a group that has the smallest id of those that are alive. */
export interface MinBrokerChange {
  readonly minBrokerId: number
  readonly minBrokerAddr: string | undefined
  /** Of the master's replication, where that is known. */
  readonly haBrokerAddr?: string | undefined
}

const MASTER_ID = 0
/** A master that was about to come back is not waited for longer, */
const HAND_OVER_MS = 10_000
/** nor soon again when it has not come: what is due does not wait for one that never succeeds. */
const VAIN_HAND_OVER_PAUSE_MS = 60_000

/**
 * Who of the group has the smallest id: it does what only one broker of a group does. That is the master, or the slave that acts as
 * master while there is none.
 *
 * Source: broker.BrokerController#startService, #updateMinBroker, #onMinBrokerChange
 */
export class MinBroker implements Service {
  readonly #deps: MinBrokerDeps
  #minBrokerId = MASTER_ID
  #isIsolated: boolean
  #change: Promise<void> = Promise.resolve()
  #handOver: Timer | undefined
  /** Monotonic; until then this broker does not hand over. */
  #pausesUntilMs = 0

  /** An isolated broker is not registered, and does nothing for its group before `startService`. */
  constructor(deps: MinBrokerDeps, isIsolated: boolean) {
    this.#deps = deps
    this.#isIsolated = isIsolated
  }

  get isIsolated(): boolean {
    return this.#isIsolated
  }

  get minBrokerIdInGroup(): number {
    return this.#minBrokerId
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#handOver?.cancel()
    await this.#change
  }

  /** Ends the isolation. Resolves when the name servers have heard of this broker, or cannot be reached. */
  async startService(minBrokerId: number): Promise<void> {
    const { brokerConfig, specialServices, register, onActing, logger } = this.#deps
    logger.info({ brokerId: brokerConfig.brokerId, minBrokerId }, 'the broker goes online')
    this.#minBrokerId = minBrokerId
    if (minBrokerId === brokerConfig.brokerId && minBrokerId !== MASTER_ID) onActing()
    await specialServices.changeStatus(brokerConfig.brokerId === minBrokerId)
    this.#isIsolated = false
    await register()
  }

  /** What a slave is told, or has asked. Resolves when it has taken effect; changes follow one another. */
  updateMinBroker(change: MinBrokerChange): Promise<void> {
    const { brokerId, enableSlaveActingMaster } = this.#deps.brokerConfig
    if (!enableSlaveActingMaster || brokerId === MASTER_ID) return Promise.resolve()
    this.#change = this.#change.then(() => this.#onMinBrokerChange(change))
    return this.#change
  }

  /**
   * The master, whose log all slaves follow, asks how far this broker has come, and comes back then: what this broker did in its place
   * ends. It goes on when the master does not appear within 10 s, and for a minute whoever asks. Apache's slave goes on until it hears of
   * the master, and delivers twice what is due meanwhile.
   */
  async handOver(): Promise<void> {
    const { brokerConfig, specialServices, clock, logger } = this.#deps
    const { brokerId } = brokerConfig
    if (this.#minBrokerId !== brokerId || brokerId === MASTER_ID) return
    if (clock.monotonic() < this.#pausesUntilMs) return
    if (this.#handOver === undefined) {
      logger.info({ brokerId }, 'the master comes back: this slave hands over')
      this.#handOver = clock.setTimeout(() => this.#resume(), HAND_OVER_MS)
    }
    await specialServices.changeStatus(false)
  }

  #resume(): void {
    this.#handOver = undefined
    const { brokerConfig, specialServices, clock, logger } = this.#deps
    const { brokerId } = brokerConfig
    this.#pausesUntilMs = clock.monotonic() + VAIN_HAND_OVER_PAUSE_MS
    logger.warn({ brokerId }, 'the master has not come back: this slave goes on')
    specialServices.changeStatus(true).catch((error: unknown) => {
      logger.error({ brokerId, error: toError(error).message }, 'this slave cannot go on')
    })
  }

  /** Never rejects. */
  async #onMinBrokerChange({ minBrokerId, minBrokerAddr, haBrokerAddr }: MinBrokerChange) {
    if (minBrokerId === this.#minBrokerId || this.#isIsolated) return
    const { groupMaster, specialServices, onActing, onMasterOnline, logger } = this.#deps
    const { brokerId } = this.#deps.brokerConfig
    logger.info({ from: this.#minBrokerId, to: minBrokerId, minBrokerAddr }, 'min broker changed')
    this.#minBrokerId = minBrokerId
    this.#handOver?.cancel()
    this.#handOver = undefined
    this.#pausesUntilMs = 0
    if (minBrokerId !== MASTER_ID) groupMaster.clear()
    if (minBrokerId === brokerId) onActing()
    try {
      await specialServices.changeStatus(brokerId === minBrokerId)
      if (minBrokerId === MASTER_ID && minBrokerAddr !== undefined)
        await this.#followMaster(minBrokerAddr, haBrokerAddr)
    } catch (error) {
      logger.error(
        { error: toError(error).message, minBrokerId },
        'change of the min broker failed',
      )
    }
    if (minBrokerId === MASTER_ID) onMasterOnline()
  }

  /** The next registration tells the same, up to half a minute later. */
  async #followMaster(masterAddr: string, haBrokerAddr: string | undefined): Promise<void> {
    const { groupMaster, retrieveBrokerHaInfo } = this.#deps
    const haServerAddr = haBrokerAddr ?? (await retrieveBrokerHaInfo(masterAddr)).haServerAddr
    groupMaster.update({ masterAddr, haServerAddr })
  }
}
