import type { Logger } from '../common/logger.ts'
import { startAll, stopAll, type Service } from '../common/service.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import type { Channel, RequestDispatcher } from '../remoting/index.ts'
import type { TimerMessageStore } from '../store/timer/timer-message-store.ts'
import type { MessageStore } from '../store/types.ts'
import type { RegisteredAddress } from './out/broker-address.ts'
import { GroupMemberProcessor } from './processor/admin/group-member-processor.ts'
import { HAStatusProcessor } from './processor/admin/ha-status-processor.ts'
import type { ScheduleMessageService } from './schedule/schedule-message-service.ts'
import { BrokerMemberGroup, type BrokerMemberGroupDeps } from './slave/broker-member-group.ts'
import { BrokerPreOnlineService } from './slave/broker-pre-online-service.ts'
import { GroupMaster } from './slave/group-master.ts'
import { retrieveBrokerHaInfo, retrieveMaxOffset, sendBrokerHaInfo } from './slave/ha-info.ts'
import { isIsolatedAtStart } from './slave/isolation.ts'
import { MinBroker } from './slave/min-broker.ts'
import { SlaveSynchronize, type SlaveSynchronizeDeps } from './slave/slave-synchronize.ts'
import { SpecialServices, type SpecialServicesDeps } from './slave/special-services.ts'
import { syncMetadataReverse } from './slave/sync-metadata-reverse.ts'

export interface ReplicationDeps
  extends
    Omit<SlaveSynchronizeDeps, 'groupMaster' | 'timerMessageStore' | 'scheduleMessageService'>,
    Omit<BrokerMemberGroupDeps, 'storeConfig' | 'brokerConfig' | 'onMembers'> {
  readonly brokerConfig: BrokerConfig
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole' | 'totalReplicas'>
  readonly messageStore: MessageStore
  readonly scheduleMessageService: ScheduleMessageService
  /** undefined without a timer wheel. */
  readonly timerMessageStore: TimerMessageStore | undefined
  /** What only one broker of a group does. */
  readonly specialServices: readonly Service[]
  readonly specialSwitches: SpecialServicesDeps['switches']
  /** Registers this broker with all name servers. Never rejects. */
  readonly register: () => Promise<void>
  /** The addresses of this broker as another one can reach it. Rejects when that one cannot be reached. */
  readonly addressTowards: (peer: string) => Promise<RegisteredAddress>
  readonly ownAddress: (channel: Channel) => RegisteredAddress
  /** A slave's master is there again: consumers that wait go back to it. */
  readonly onMasterOnline: () => void
  readonly logger: Logger
}

/**
 * The broker's place in its group: what it does as the master or in its place, and whom it follows as a slave. A part of the
 * composition of a broker; the log itself is replicated by the store's HAService.
 */
export class Replication implements Service {
  readonly groupMaster: GroupMaster
  readonly brokerMemberGroup: BrokerMemberGroup
  readonly specialServices: SpecialServices
  readonly slaveSynchronize: SlaveSynchronize
  readonly minBroker: MinBroker
  readonly #deps: ReplicationDeps
  readonly #preOnline: BrokerPreOnlineService
  #brokerInitMaxOffset = 0

  constructor(deps: ReplicationDeps) {
    this.#deps = deps
    const { brokerConfig, storeConfig, messageStore, logger } = deps
    const isIsolated = isIsolatedAtStart(brokerConfig, storeConfig)
    this.groupMaster = new GroupMaster(logger)
    this.groupMaster.onChange(({ haServerAddr }) => {
      messageStore.haService?.updateHaMasterAddress(haServerAddr)
    })
    this.specialServices = new SpecialServices({
      services: deps.specialServices,
      switches: deps.specialSwitches,
      isMaster: () => storeConfig.brokerRole !== 'SLAVE' && !isIsolated,
      logger,
    })
    this.slaveSynchronize = new SlaveSynchronize({ ...deps, groupMaster: this.groupMaster })
    this.minBroker = this.#newMinBroker(isIsolated)
    this.brokerMemberGroup = new BrokerMemberGroup({
      ...deps,
      onMembers: (members) => this.#onMembers(members),
    })
    this.#preOnline = this.#newPreOnline()
  }

  async start(): Promise<void> {
    this.#brokerInitMaxOffset = this.#deps.messageStore.maxPhysicalOffset
    await startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  /** Goes online, where it is isolated: to be called when the broker can be reached by others. */
  get preOnline(): Service {
    return this.#preOnline
  }

  /** Where the master's log ends. @throws (rejects) Error when no master is known, or it does not say */
  async masterMaxOffset(): Promise<number> {
    const { masterAddr } = this.groupMaster
    if (masterAddr === undefined) throw new Error('the master is not known')
    return retrieveMaxOffset(this.#deps.invoke, masterAddr)
  }

  registerProcessors(dispatcher: RequestDispatcher): void {
    const haStatus = new HAStatusProcessor(this.#deps.messageStore)
    for (const code of HAStatusProcessor.requestCodes) dispatcher.registerProcessor(code, haStatus)
    const groupMember = new GroupMemberProcessor({
      ...this.#deps,
      minBroker: this.minBroker,
      haService: () => this.#deps.messageStore.haService,
      brokerInitMaxOffset: () => this.#brokerInitMaxOffset,
    })
    for (const code of GroupMemberProcessor.requestCodes)
      dispatcher.registerProcessor(code, groupMember)
  }

  get #services(): readonly Service[] {
    return [this.brokerMemberGroup, this.slaveSynchronize, this.specialServices, this.minBroker]
  }

  #onMembers(members: ReadonlyMap<number, string>): void {
    const minBrokerId = Math.min(...members.keys())
    const minBrokerAddr = members.get(minBrokerId)
    void this.minBroker.updateMinBroker({ minBrokerId, minBrokerAddr })
  }

  #newMinBroker(isIsolated: boolean): MinBroker {
    const { invoke, consumerOffsetManager } = this.#deps
    return new MinBroker(
      {
        ...this.#deps,
        groupMaster: this.groupMaster,
        specialServices: this.specialServices,
        retrieveBrokerHaInfo: (masterAddr) => retrieveBrokerHaInfo(invoke, masterAddr),
        onActing: () => consumerOffsetManager.dataVersion.jumpAhead(),
      },
      isIsolated,
    )
  }

  #newPreOnline(): BrokerPreOnlineService {
    const { invoke, addressTowards, messageStore } = this.#deps
    return new BrokerPreOnlineService({
      ...this.#deps,
      minBroker: this.minBroker,
      haService: () => messageStore.haService,
      retrieveBrokerHaInfo: (masterAddr) => retrieveBrokerHaInfo(invoke, masterAddr),
      sendBrokerHaInfo: async (slaveAddr) => {
        const own = await addressTowards(slaveAddr)
        await sendBrokerHaInfo(invoke, slaveAddr, own, this.#brokerInitMaxOffset)
      },
      syncMetadataReverse: (slaveAddr) => syncMetadataReverse(this.#deps, slaveAddr),
    })
  }
}
