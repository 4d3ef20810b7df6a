import { text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, numberTable, object } from '../json-schema.ts'

/** The addresses under one broker name, by broker id. Source: remoting.protocol.body.BrokerMemberGroup */
export const BrokerMemberGroup = object({
  brokerAddrs: numberTable(text()),
  brokerName: text(),
  cluster: text(),
})
export type BrokerMemberGroup = ValueOf<typeof BrokerMemberGroup>

/** Answer to 901 GET_BROKER_MEMBER_GROUP. */
export const GetBrokerMemberGroupResponseBody = defineBody('GetBrokerMemberGroupResponseBody', {
  brokerMemberGroup: BrokerMemberGroup,
})
export type GetBrokerMemberGroupResponseBody = ValueOf<typeof GetBrokerMemberGroupResponseBody>
