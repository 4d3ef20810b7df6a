import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 103 REGISTER_BROKER. `bodyCrc32` is the CRC-32 of the body without its top bit; 0 is unchecked. */
export const RegisterBrokerRequestHeader = defineHeader('RegisterBrokerRequestHeader', {
  brokerName: required('string'),
  brokerAddr: required('string'),
  clusterName: required('string'),
  haServerAddr: required('string'),
  brokerId: required('long'),
  heartbeatTimeoutMillis: optional('long'),
  enableActingMaster: optional('boolean'),
  compressed: optional('boolean'),
  bodyCrc32: optional('int'),
})
export type RegisterBrokerRequestHeader = HeaderOf<typeof RegisterBrokerRequestHeader>

/** Answer to 103: for a slave, where its master is. */
export const RegisterBrokerResponseHeader = defineHeader('RegisterBrokerResponseHeader', {
  haServerAddr: optional('string'),
  masterAddr: optional('string'),
})
export type RegisterBrokerResponseHeader = HeaderOf<typeof RegisterBrokerResponseHeader>

/** Code 104 UNREGISTER_BROKER. */
export const UnRegisterBrokerRequestHeader = defineHeader('UnRegisterBrokerRequestHeader', {
  brokerName: required('string'),
  brokerAddr: required('string'),
  clusterName: required('string'),
  brokerId: required('long'),
})
export type UnRegisterBrokerRequestHeader = HeaderOf<typeof UnRegisterBrokerRequestHeader>
