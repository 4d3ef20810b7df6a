import type { HeaderOf } from '../schema.ts'
import { defineHeader, required } from '../schema.ts'

/** Code 322 QUERY_DATA_VERSION; the body is a DataVersion both ways. */
export const QueryDataVersionRequestHeader = defineHeader('QueryDataVersionRequestHeader', {
  brokerName: required('string'),
  brokerAddr: required('string'),
  clusterName: required('string'),
  brokerId: required('long'),
})
export type QueryDataVersionRequestHeader = HeaderOf<typeof QueryDataVersionRequestHeader>

/** Answer to 322. */
export const QueryDataVersionResponseHeader = defineHeader('QueryDataVersionResponseHeader', {
  changed: required('boolean'),
})
export type QueryDataVersionResponseHeader = HeaderOf<typeof QueryDataVersionResponseHeader>
