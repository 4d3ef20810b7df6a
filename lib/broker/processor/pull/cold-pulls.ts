import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { MessageStore } from '../../../store/types.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import type { ColdDataCgCtrService } from '../../coldctr/cold-data-cg-ctr-service.ts'
import type {
  ColdDataPullRequestHoldService,
  ColdPull,
} from '../../coldctr/cold-data-pull-request-hold-service.ts'
import { storeTopicOf } from './pull-reader.ts'
import { PullRefused } from './pull-refused.ts'

export interface ColdPullsDeps {
  readonly coldDataCgCtrService: Pick<ColdDataCgCtrService, 'isCgNeedColdDataFlowCtr' | 'coldAcc'>
  readonly coldDataPullRequestHoldService: Pick<
    ColdDataPullRequestHoldService,
    'suspendColdDataReadRequest'
  >
  readonly messageStore: Pick<MessageStore, 'isMsgInColdArea'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
}

/**
 * Holds back groups that read too much cold data: push consumers are refused, and ask again after three seconds; pulls of others
 * are held once and then get one message.
 *
 * Apache: broker.processor.PullMessageProcessor#processRequest, its part about cold data
 */
export class ColdPulls {
  readonly #deps: ColdPullsDeps

  constructor(deps: ColdPullsDeps) {
    this.#deps = deps
  }

  /** Whether a pull has to wait, or be content with one message. @throws PullRefused */
  isHeldBack(header: PullMessageRequestHeader): boolean {
    const { coldDataCgCtrService, messageStore, consumerManager } = this.#deps
    const { consumerGroup, queueId, queueOffset } = header
    if (!coldDataCgCtrService.isCgNeedColdDataFlowCtr(consumerGroup)) return false
    if (!messageStore.isMsgInColdArea(storeTopicOf(header), queueId, queueOffset)) return false
    const consumeType = consumerManager.getConsumerGroupInfo(consumerGroup)?.consumeType
    if (consumeType === 'CONSUME_ACTIVELY') return true
    if (consumeType === 'CONSUME_POP') return false
    throw new PullRefused(
      ResponseCode.SYSTEM_BUSY,
      'This consumer group is reading cold data. It has been flow control',
    )
  }

  /** False when too many are held. */
  hold(pull: Omit<ColdPull, 'deadlineBucket'>): boolean {
    const { coldDataPullRequestHoldService: holdService } = this.#deps
    return holdService.suspendColdDataReadRequest({ ...pull, deadlineBucket: undefined })
  }

  /** A pull has read `bytes` of cold data. */
  count({ consumerGroup }: PullMessageRequestHeader, bytes: number): void {
    if (bytes > 0) this.#deps.coldDataCgCtrService.coldAcc(consumerGroup, bytes)
  }
}
