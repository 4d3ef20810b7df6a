import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, required } from '../schema.ts'

/** Code 200055 POLLING_INFO. */
export const PollingInfoRequestHeader = defineHeader('PollingInfoRequestHeader', {
  consumerGroup: required('string'),
  topic: required('string'),
  queueId: required('int'),
  ...TOPIC_RPC_FIELDS,
})
export type PollingInfoRequestHeader = HeaderOf<typeof PollingInfoRequestHeader>

/** Answer to 200055. */
export const PollingInfoResponseHeader = defineHeader('PollingInfoResponseHeader', {
  pollingNum: required('int'),
})
export type PollingInfoResponseHeader = HeaderOf<typeof PollingInfoResponseHeader>
