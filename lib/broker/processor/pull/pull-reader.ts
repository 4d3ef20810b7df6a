import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Channel } from '../../../remoting/index.ts'
import type { GetMessageResult, MessageFilter, MessageStore } from '../../../store/types.ts'
import { GetMessageStatus } from '../../../store/types.ts'
import { toLmqName } from '../../lite/lite-topic-names.ts'
import { NO_INIT_OFFSET } from '../../offset/broadcast-offset-manager.ts'
import type { ConsumerOffsetManager } from '../../offset/consumer-offset-manager.ts'
import type { BroadcastPulls } from './broadcast-pulls.ts'

export interface PullReaderDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'useServerSideResetOffset'>
  readonly messageStore: Pick<
    MessageStore,
    'getMessage' | 'getMinOffsetInQueue' | 'getMaxOffsetInQueue'
  >
  readonly consumerOffsetManager: Pick<ConsumerOffsetManager, 'queryThenEraseResetOffset'>
  readonly broadcasts: Pick<BroadcastPulls, 'queryInitOffset'>
}

/**
 * Reads for a pull, unless its client is to go on at another offset than it asks for.
 *
 * Apache: broker.processor.PullMessageProcessor#processRequest, from the reset offset to the store's answer
 */
export class PullReader {
  readonly #deps: PullReaderDeps

  constructor(deps: PullReaderDeps) {
    this.#deps = deps
  }

  /** A promise only where the store has to read from the disk. */
  read(
    header: PullMessageRequestHeader,
    filter: MessageFilter | undefined,
    channel: Channel,
  ): GetMessageResult | Promise<GetMessageResult> {
    const { consumerGroup: group, topic, queueId, queueOffset, maxMsgNums } = header
    const { brokerConfig, broadcasts, consumerOffsetManager, messageStore } = this.#deps
    const resetOffset = consumerOffsetManager.queryThenEraseResetOffset(topic, group, queueId)
    if (resetOffset !== undefined && brokerConfig.useServerSideResetOffset) {
      const minOffset = messageStore.getMinOffsetInQueue(topic, queueId)
      const maxOffset = messageStore.getMaxOffsetInQueue(topic, queueId)
      return goOnAt(resetOffset, minOffset, maxOffset)
    }
    const initOffset = broadcasts.queryInitOffset(header, channel)
    if (initOffset !== NO_INIT_OFFSET) return goOnAt(initOffset, 0, 0)
    return messageStore.getMessage({
      group,
      topic: storeTopicOf(header),
      queueId,
      offset: queueOffset,
      maxMsgNums,
      filter,
    })
  }
}

/** The topic whose queue a pull reads: that of its lite topic, if it names one. */
export function storeTopicOf({ topic, liteTopic }: PullMessageRequestHeader): string {
  if (liteTopic === undefined || liteTopic.trim() === '') return topic
  return toLmqName(topic, liteTopic) ?? topic
}

function goOnAt(nextBeginOffset: number, minOffset: number, maxOffset: number): GetMessageResult {
  return {
    status: GetMessageStatus.OFFSET_RESET,
    nextBeginOffset,
    minOffset,
    maxOffset,
    records: [],
    messageCount: 0,
    suggestPullingFromSlave: false,
    coldDataSum: 0,
  }
}
