import { type OffsetOption, OffsetPolicy } from '../../../codec/body/lite-subscription.ts'
import type { Logger } from '../../common/logger.ts'
import type { MessageStore } from '../../store/types.ts'
import type { ConsumerOffsetManager } from '../offset/consumer-offset-manager.ts'
import type { MemoryConsumerOrderInfoManager } from './memory-consumer-order-info-manager.ts'

export interface LiteOffsetResetDeps {
  readonly messageStore: Pick<MessageStore, 'getMaxOffsetInQueue'>
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryOffset' | 'assignResetOffset'>
  readonly orderInfo: Pick<MemoryConsumerOrderInfoManager, 'remove'>
  readonly logger: Logger
}

export const FROM_START: OffsetOption = { type: 'POLICY', value: OffsetPolicy.MIN_VALUE }

/** Sets where groups go on in lite topics. Apache: broker.lite.LiteSubscriptionRegistryImpl#resetOffset */
export class LiteOffsetReset {
  readonly #deps: LiteOffsetResetDeps

  constructor(deps: LiteOffsetResetDeps) {
    this.#deps = deps
  }

  /** By time it is not possible, as with Apache: then nothing happens. */
  reset(lmqName: string, group: string, option: OffsetOption): void {
    const { consumerOffsetManager, orderInfo, logger } = this.#deps
    const current = consumerOffsetManager.queryOffset(group, lmqName, 0)
    const target = this.#targetOf(lmqName, current, option)
    if (target === undefined || target === current) return
    logger.info({ group, lmqName, current, target }, 'offset of a lite topic reset')
    consumerOffsetManager.assignResetOffset(lmqName, group, 0, target)
    orderInfo.remove(lmqName, group)
  }

  #targetOf(lmqName: string, current: number, { type, value }: OffsetOption): number | undefined {
    switch (type) {
      case 'POLICY':
        if (value === OffsetPolicy.MIN_VALUE) return 0
        if (value !== OffsetPolicy.MAX_VALUE) return undefined
        return this.#deps.messageStore.getMaxOffsetInQueue(lmqName, 0)
      case 'OFFSET':
        return value
      case 'TAIL_N':
        return current < 0 ? undefined : Math.max(current - value, 0)
      case 'TIMESTAMP':
      case undefined:
        return undefined
    }
  }
}
