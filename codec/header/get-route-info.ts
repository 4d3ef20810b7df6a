import type { HeaderOf } from '../schema.ts'
import { RPC_FIELDS, defineHeader, optional, required } from '../schema.ts'

/** Code 105 GET_ROUTEINFO_BY_TOPIC. */
export const GetRouteInfoRequestHeader = defineHeader('GetRouteInfoRequestHeader', {
  topic: required('string'),
  acceptStandardJsonOnly: optional('boolean'),
  ...RPC_FIELDS,
})
export type GetRouteInfoRequestHeader = HeaderOf<typeof GetRouteInfoRequestHeader>
