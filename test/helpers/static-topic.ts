import type {
  LogicQueueMappingItem,
  TopicQueueMappingDetail,
} from '../../codec/body/topic-queue-mapping.ts'

/** A part of a logical queue: `gen` 0 on queue 0 of broker-a, from the logical offset 0 on, unless said otherwise. */
export function part(fields: Partial<LogicQueueMappingItem> = {}): LogicQueueMappingItem {
  return {
    bname: 'broker-a',
    endOffset: -1,
    gen: 0,
    logicOffset: 0,
    queueId: 0,
    startOffset: 0,
    timeOfEnd: -1,
    timeOfStart: -1,
    ...fields,
  }
}

/** What broker-a knows of the static topic T, unless said otherwise; `queues` are the parts of each logical queue. */
export function mappingDetail(
  queues: readonly (readonly LogicQueueMappingItem[] | undefined)[],
  fields: Partial<TopicQueueMappingDetail> = {},
): TopicQueueMappingDetail {
  const hostedQueues = new Map<number, LogicQueueMappingItem[]>()
  for (const [id, parts] of queues.entries()) {
    if (parts !== undefined) hostedQueues.set(id, [...parts])
  }
  return {
    bname: 'broker-a',
    currIdMap: new Map(),
    dirty: false,
    epoch: 1000,
    hostedQueues,
    scope: '__global__',
    topic: 'T',
    totalQueues: queues.length,
    ...fields,
  }
}
