import {
  LmqConsumerOffsetSerializeWrapper,
  type ConsumerOffsetSerializeWrapper,
} from '../../../codec/body/consumer-offset.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { isLmq, LMQ_QUEUE_ID } from '../../common/light-message-queue.ts'
import { ConsumerOffsetManager, type ConsumerOffsetManagerDeps } from './consumer-offset-manager.ts'
import { splitTopicAtGroup, topicAtGroup } from './topic-at-group.ts'

/**
 * Offsets of groups that are named as light message queues: one for each topic. All offsets are then in
 * config/lmqConsumerOffset.json.
 *
 * Apache: broker.offset.LmqConsumerOffsetManager
 */
export class LmqConsumerOffsetManager extends ConsumerOffsetManager {
  #lmqOffsetTable = new Map<string, number>()

  constructor(deps: ConsumerOffsetManagerDeps) {
    super(deps, 'lmqConsumerOffset.json')
  }

  protected override decode(text: string): ConsumerOffsetSerializeWrapper {
    const file = LmqConsumerOffsetSerializeWrapper.decode(text)
    this.#lmqOffsetTable = file.lmqOffsetTable
    return file
  }

  override encode(pretty = false): Buffer {
    const file = { ...this.tables(), lmqOffsetTable: this.#lmqOffsetTable }
    return LmqConsumerOffsetSerializeWrapper.encode(file, { pretty })
  }

  override commitOffset(group: string, topic: string, queueId: number, offset: number): void {
    if (!isLmq(group)) {
      super.commitOffset(group, topic, queueId, offset)
      return
    }
    this.#lmqOffsetTable.set(topicAtGroup(topic, group), offset)
    this.changed()
  }

  override queryOffset(group: string, topic: string, queueId: number): number {
    if (!isLmq(group)) return super.queryOffset(group, topic, queueId)
    return this.#lmqOffsetTable.get(topicAtGroup(topic, group)) ?? -1
  }

  override queryOffsets(group: string, topic: string): ReadonlyMap<number, number> {
    if (!isLmq(group)) return super.queryOffsets(group, topic)
    const offset = this.#lmqOffsetTable.get(topicAtGroup(topic, group))
    return new Map(offset === undefined ? [] : [[LMQ_QUEUE_ID, offset]])
  }

  override removeOffset(group: string): void {
    super.removeOffset(group)
    for (const key of this.#lmqOffsetTable.keys()) {
      if (splitTopicAtGroup(key)?.group === group) this.#lmqOffsetTable.delete(key)
    }
  }

  override cleanOffsetByTopic(topic: string): void {
    super.cleanOffsetByTopic(topic)
    for (const key of this.#lmqOffsetTable.keys()) {
      if (splitTopicAtGroup(key)?.topic === topic) this.#lmqOffsetTable.delete(key)
    }
  }
}

/** The manager of offsets that the configuration asks for. */
export function createConsumerOffsetManager(
  deps: ConsumerOffsetManagerDeps & { readonly storeConfig: Pick<MessageStoreConfig, 'enableLmq'> },
): ConsumerOffsetManager {
  return deps.storeConfig.enableLmq
    ? new LmqConsumerOffsetManager(deps)
    : new ConsumerOffsetManager(deps)
}
