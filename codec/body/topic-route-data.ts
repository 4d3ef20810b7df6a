import { flag, int, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, numberTable, object, table } from '../json-schema.ts'
import { TopicQueueMappingInfo } from './topic-queue-mapping.ts'

/** A broker name with the addresses of its master (id 0) and slaves. Source: remoting.protocol.route.BrokerData */
export const BrokerData = object({
  brokerAddrs: numberTable(text()),
  brokerName: text(),
  cluster: text(''),
  enableActingMaster: flag(false),
  zoneName: optional(text()),
})
export type BrokerData = ValueOf<typeof BrokerData>

/** The queues that a topic has on one broker name. Source: remoting.protocol.route.QueueData */
export const QueueData = object({
  brokerName: text(),
  perm: int(),
  readQueueNums: int(),
  topicSysFlag: int(0),
  writeQueueNums: int(),
})
export type QueueData = ValueOf<typeof QueueData>

/**
 * Answer to 105 GET_ROUTEINFO_BY_TOPIC and body of 217. Apache writes the broker ids bare unless the asker's version is
 * V4_9_4 or later or it says `acceptStandardJsonOnly`. Source: remoting.protocol.route.TopicRouteData
 */
export const TopicRouteData = defineBody('TopicRouteData', {
  brokerDatas: list(BrokerData),
  filterServerTable: table(list(text())),
  /** `broker-a:4;broker-b:4` */
  orderTopicConf: optional(text()),
  queueDatas: list(QueueData),
  /** Static topics, by broker name. */
  topicQueueMappingByBroker: optional(table(TopicQueueMappingInfo)),
})
export type TopicRouteData = ValueOf<typeof TopicRouteData>
