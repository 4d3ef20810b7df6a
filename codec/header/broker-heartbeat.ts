import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 904 BROKER_HEARTBEAT, to a NameServer or a controller. */
export const BrokerHeartbeatRequestHeader = defineHeader('BrokerHeartbeatRequestHeader', {
  clusterName: required('string'),
  brokerAddr: required('string'),
  brokerName: required('string'),
  brokerId: optional('long'),
  epoch: optional('int'),
  maxOffset: optional('long'),
  confirmOffset: optional('long'),
  heartbeatTimeoutMills: optional('long'),
  electionPriority: optional('int'),
})
export type BrokerHeartbeatRequestHeader = HeaderOf<typeof BrokerHeartbeatRequestHeader>
