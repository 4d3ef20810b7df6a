import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { RequestSource } from '../../../../codec/request-source.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Channel } from '../../../remoting/index.ts'
import type { ConsumerManager } from '../../client/consumer-manager.ts'
import {
  type BroadcastOffsetManager,
  type BroadcastPull,
  NO_INIT_OFFSET,
} from '../../offset/broadcast-offset-manager.ts'

export interface BroadcastPullsDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'enableBroadcastOffsetStore'>
  readonly consumerManager: Pick<ConsumerManager, 'getConsumerGroupInfo'>
  readonly broadcastOffsetManager: Pick<BroadcastOffsetManager, 'queryInitOffset' | 'updateOffset'>
}

/**
 * The pulls of broadcasting clients, of which the broker keeps how far they have come.
 *
 * Apache: broker.processor.PullMessageProcessor#queryBroadcastPullInitOffset, #updateBroadcastPulledOffset
 */
export class BroadcastPulls {
  readonly #deps: BroadcastPullsDeps

  constructor(deps: BroadcastPullsDeps) {
    this.#deps = deps
  }

  /** Where the client shall begin instead of where it asks; NO_INIT_OFFSET: it may have what it asks for. */
  queryInitOffset(header: PullMessageRequestHeader, channel: Channel): number {
    const pull = this.#broadcastPull(header, channel)
    if (pull === undefined) return NO_INIT_OFFSET
    return this.#deps.broadcastOffsetManager.queryInitOffset(pull, header.queueOffset)
  }

  updatePulledOffset(
    header: PullMessageRequestHeader,
    channel: Channel,
    code: number,
    nextBeginOffset: number,
  ): void {
    const pull = this.#broadcastPull(header, channel)
    if (pull === undefined) return
    const isMoved = code === ResponseCode.PULL_OFFSET_MOVED
    const offset = isMoved ? nextBeginOffset : header.queueOffset
    this.#deps.broadcastOffsetManager.updateOffset(pull, offset)
  }

  /** undefined for all that do not broadcast. */
  #broadcastPull(header: PullMessageRequestHeader, channel: Channel): BroadcastPull | undefined {
    const { brokerConfig, consumerManager } = this.#deps
    if (!brokerConfig.enableBroadcastOffsetStore) return undefined
    const { topic, consumerGroup: group, queueId, requestSource } = header
    const fromProxy = requestSource === RequestSource.PROXY_FOR_BROADCAST
    let clientId = header.proxyFrowardClientId
    if (!fromProxy) {
      const info = consumerManager.getConsumerGroupInfo(group)
      if (info?.messageModel !== 'BROADCASTING' || info.consumeType !== 'CONSUME_PASSIVELY') {
        return undefined
      }
      clientId = info.findChannel(channel)?.clientId
    }
    return clientId === undefined ? undefined : { topic, group, queueId, clientId, fromProxy }
  }
}
