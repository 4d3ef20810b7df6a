import { text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'

/** Answer to 38 GET_CONSUMER_LIST_BY_GROUP: client ids. */
export const GetConsumerListByGroupResponseBody = defineBody('GetConsumerListByGroupResponseBody', {
  consumerIdList: list(text()),
})
export type GetConsumerListByGroupResponseBody = ValueOf<typeof GetConsumerListByGroupResponseBody>
