import type { Logger } from '../common/logger.ts'
import { startAll, stopAll, type Service } from '../common/service.ts'
import type { MessageStoreConfig } from '../config/message-store-config.ts'
import type { RequestDispatcher } from '../remoting/index.ts'
import type { MessageStore } from '../store/types.ts'
import { HAStatusProcessor } from './processor/admin/ha-status-processor.ts'
import { BrokerMemberGroup, type BrokerMemberGroupDeps } from './slave/broker-member-group.ts'
import { GroupMaster } from './slave/group-master.ts'
import { SlaveSynchronize, type SlaveSynchronizeDeps } from './slave/slave-synchronize.ts'
import { SpecialServices } from './slave/special-services.ts'

export interface ReplicationDeps
  extends Omit<SlaveSynchronizeDeps, 'groupMaster'>, Omit<BrokerMemberGroupDeps, 'storeConfig'> {
  readonly storeConfig: Pick<MessageStoreConfig, 'brokerRole' | 'totalReplicas'>
  readonly messageStore: MessageStore
  /** What only the master of a group does. */
  readonly specialServices: readonly Service[]
  readonly logger: Logger
}

/**
 * The broker's place in its group: what it does as the master, and whom it follows as a slave. A part of the composition of a
 * broker; the log itself is replicated by the store's HAService.
 */
export class Replication implements Service {
  readonly groupMaster: GroupMaster
  readonly brokerMemberGroup: BrokerMemberGroup
  readonly specialServices: SpecialServices
  readonly slaveSynchronize: SlaveSynchronize
  readonly #deps: ReplicationDeps

  constructor(deps: ReplicationDeps) {
    this.#deps = deps
    const { storeConfig, messageStore, logger } = deps
    this.groupMaster = new GroupMaster(logger)
    this.groupMaster.onChange(({ haServerAddr }) => {
      messageStore.haService?.updateHaMasterAddress(haServerAddr)
    })
    this.brokerMemberGroup = new BrokerMemberGroup(deps)
    this.slaveSynchronize = new SlaveSynchronize({ ...deps, groupMaster: this.groupMaster })
    this.specialServices = new SpecialServices({
      services: deps.specialServices,
      isMaster: () => storeConfig.brokerRole !== 'SLAVE',
      logger,
    })
  }

  start(): Promise<void> {
    return startAll(this.#services)
  }

  stop(): Promise<void> {
    return stopAll(this.#services)
  }

  get #services(): readonly Service[] {
    return [this.brokerMemberGroup, this.slaveSynchronize, this.specialServices]
  }

  registerProcessors(dispatcher: RequestDispatcher): void {
    const haStatus = new HAStatusProcessor(this.#deps.messageStore)
    for (const code of HAStatusProcessor.requestCodes) dispatcher.registerProcessor(code, haStatus)
  }
}
