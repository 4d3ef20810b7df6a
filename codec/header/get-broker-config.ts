import type { HeaderOf } from '../schema.ts'
import { defineHeader, required } from '../schema.ts'

/** Answer to 26 GET_BROKER_CONFIG; `version` is the JSON of a DataVersion, the body properties text. */
export const GetBrokerConfigResponseHeader = defineHeader('GetBrokerConfigResponseHeader', {
  version: required('string'),
})
export type GetBrokerConfigResponseHeader = HeaderOf<typeof GetBrokerConfigResponseHeader>
