import type { HeaderOf } from '../schema.ts'
import { TOPIC_RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 105 GET_ROUTEINFO_BY_TOPIC. */
export const GetRouteInfoRequestHeader = defineHeader('GetRouteInfoRequestHeader', {
  topic: required('string'),
  acceptStandardJsonOnly: optional('boolean'),
  ...TOPIC_RPC_FIELDS,
})
export type GetRouteInfoRequestHeader = HeaderOf<typeof GetRouteInfoRequestHeader>
