import { parseAddress } from '../../common/address.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { HAService } from '../../store/types.ts'
import type { MasterAddresses } from './group-master.ts'
import type { MinBroker } from './min-broker.ts'

export interface BrokerPreOnlineDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerId'>
  readonly minBroker: Pick<MinBroker, 'isIsolated' | 'startService'>
  readonly haService: () => Pick<HAService, 'isConnected' | 'updateHaMasterAddress'> | undefined
  /** The brokers of the group by id, as a name server knows them. @throws (rejects) when none answers */
  readonly getBrokerMemberGroup: () => Promise<ReadonlyMap<number, string>>
  /** Asks the master where its replication is. Rejects when it does not answer. */
  readonly retrieveBrokerHaInfo: (masterAddr: string) => Promise<MasterAddresses>
  /** Tells a slave where this master's replication is. Rejects when it does not answer. */
  readonly sendBrokerHaInfo: (slaveAddr: string) => Promise<void>
  /** Takes over what a slave has done in the master's place. Rejects when it does not answer. */
  readonly syncMetadataReverse: (slaveAddr: string) => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

const MASTER_ID = 0
/** Apache waits for a second; nobody serves the group's writes meanwhile. */
const RETRY_MS = 200

/** Why it is not yet time. */
class NotYet extends Error {}

/**
 * Brings an isolated broker online: a master when each slave follows its log and the master has taken over what the slave that acted in
 * its place has done; a slave when it follows its master. Where nobody else is there they go online at once. It is tried until it
 * succeeds: without a name server that answers, a broker stays isolated.
 *
 * Apache: broker.BrokerPreOnlineService
 */
export class BrokerPreOnlineService implements Service {
  readonly #deps: BrokerPreOnlineDeps
  readonly #failures: FailureLog
  #waitsFor: string | undefined
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(deps: BrokerPreOnlineDeps) {
    this.#deps = deps
    this.#failures = new FailureLog(deps.logger, 'the broker cannot go online')
  }

  start(): Promise<void> {
    this.#isStopped = false
    this.#run()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  #run(): void {
    if (this.#isStopped || !this.#deps.minBroker.isIsolated) return
    this.#running = this.#tryOnce().finally(() => {
      this.#running = undefined
    })
  }

  async #tryOnce(): Promise<void> {
    try {
      await this.#prepareForBrokerOnline()
      this.#failures.worked()
    } catch (error) {
      if (error instanceof NotYet) this.#logWaiting(error.message)
      else this.#failures.failed(error)
      if (!this.#isStopped) this.#timer = this.#deps.clock.setTimeout(() => this.#run(), RETRY_MS)
    }
  }

  #logWaiting(reason: string): void {
    if (reason === this.#waitsFor) return
    this.#waitsFor = reason
    this.#deps.logger.info({ reason }, 'the broker does not go online yet')
  }

  async #prepareForBrokerOnline(): Promise<void> {
    const { brokerConfig, minBroker, getBrokerMemberGroup } = this.#deps
    const { brokerId } = brokerConfig
    const others = new Map(await getBrokerMemberGroup())
    others.delete(brokerId)
    const masterAddr = others.get(MASTER_ID)
    if (brokerId === MASTER_ID) await this.#prepareForMasterOnline(others)
    else if (masterAddr !== undefined) await this.#prepareForSlaveOnline(masterAddr)
    if (!this.#isStopped) await minBroker.startService(Math.min(brokerId, ...others.keys()))
  }

  async #prepareForMasterOnline(slaves: ReadonlyMap<number, string>): Promise<void> {
    const { sendBrokerHaInfo, syncMetadataReverse, haService } = this.#deps
    for (const slaveAddr of slaves.values()) await sendBrokerHaInfo(slaveAddr)
    for (const slaveAddr of slaves.values()) {
      if (haService()?.isConnected(ipOf(slaveAddr)) !== true)
        throw new NotYet(`the slave ${slaveAddr} does not follow the log yet`)
    }
    for (const slaveAddr of slaves.values()) await syncMetadataReverse(slaveAddr)
  }

  async #prepareForSlaveOnline(masterAddr: string): Promise<void> {
    const { retrieveBrokerHaInfo, haService } = this.#deps
    const { haServerAddr } = await retrieveBrokerHaInfo(masterAddr)
    const service = haService()
    if (haServerAddr === undefined || service === undefined) return
    service.updateHaMasterAddress(haServerAddr)
    if (!service.isConnected(undefined))
      throw new NotYet(`the log of the master at ${haServerAddr} cannot be followed yet`)
  }
}

/** undefined when the host is a name. */
function ipOf(address: string): string | undefined {
  const { host = '' } = parseAddress(address) ?? {}
  return /^[\d.]+$|:/.test(host) ? host : undefined
}
