import type { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import { isReadable, isWriteable } from '../common/perm-name.ts'
import { MASTER_ID, selectBrokerAddr } from './cluster.ts'

/** A queue of a topic with the broker that has it. */
export interface QueuePlace {
  readonly brokerName: string
  readonly queueId: number
  readonly address: string
}

/** Queues that take messages, on masters. Apache: MQClientInstance#topicRouteData2TopicPublishInfo */
export function writableQueues({ brokerDatas, queueDatas }: TopicRouteData): QueuePlace[] {
  const masters = new Map(
    brokerDatas.map(({ brokerName, brokerAddrs }) => [brokerName, brokerAddrs.get(MASTER_ID)]),
  )
  return queueDatas
    .filter(({ perm }) => isWriteable(perm))
    .flatMap(({ brokerName, writeQueueNums }) =>
      placesOf(brokerName, writeQueueNums, masters.get(brokerName)),
    )
}

/** Queues that give messages. Apache: MQClientInstance#topicRouteData2TopicSubscribeInfo */
export function readableQueues({ brokerDatas, queueDatas }: TopicRouteData): QueuePlace[] {
  const addresses = new Map(brokerDatas.map((each) => [each.brokerName, selectBrokerAddr(each)]))
  return queueDatas
    .filter(({ perm }) => isReadable(perm))
    .flatMap(({ brokerName, readQueueNums }) =>
      placesOf(brokerName, readQueueNums, addresses.get(brokerName)),
    )
}

function placesOf(brokerName: string, queues: number, address: string | undefined): QueuePlace[] {
  if (address === undefined) return []
  return Array.from({ length: queues }, (_, queueId) => ({ brokerName, queueId, address }))
}
