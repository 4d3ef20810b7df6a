import type { MessageStoreConfig } from '../config.ts'
import {
  multiDispatchTargets,
  topicAllowsLmq,
  type MultiDispatchTarget,
} from '../multi-dispatch.ts'
import type { MessageArrivingListener } from '../types.ts'
import type { DispatchRequest } from './dispatch-request.ts'

/** Tells who waits for messages that one has arrived. Apache: store.DefaultMessageStore.ReputMessageService */
export class MessageArrivals {
  readonly #config: Pick<MessageStoreConfig, 'enableMultiDispatch' | 'enableLmq'>
  readonly #listeners: MessageArrivingListener[] = []

  constructor(config: Pick<MessageStoreConfig, 'enableMultiDispatch' | 'enableLmq'>) {
    this.#config = config
  }

  addListener(listener: MessageArrivingListener): void {
    this.#listeners.push(listener)
  }

  /** Tells of a message that readers can have now, in its queue and in those that it was multiplied to. */
  dispatched(request: DispatchRequest): void {
    this.#notifyArriving(request, request)
    const { enableMultiDispatch, enableLmq } = this.#config
    if (!enableMultiDispatch || !topicAllowsLmq(request.topic)) return
    for (const target of multiDispatchTargets(request, enableLmq)) {
      this.#notifyArriving(request, target)
    }
  }

  /** Source: store.DefaultMessageStore#notifyMessageArriveIfNecessary, #notifyMessageArrive4MultiQueue */
  #notifyArriving(
    { tagsCode, storeTimestamp, record, bitMap: filterBitMap }: DispatchRequest,
    at: MultiDispatchTarget,
  ): void {
    const { topic, queueId, queueOffset } = at
    const logicOffset = queueOffset + 1
    for (const listener of this.#listeners) {
      listener({ topic, queueId, logicOffset, tagsCode, storeTimestamp, record, filterBitMap })
    }
  }
}
