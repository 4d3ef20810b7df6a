import { decodeBatch } from '../../../codec/message/batch.ts'
import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { closeProperties } from '../../../codec/message/properties.ts'

/** The messages of a client batch. The batch's properties follow those of each message. @throws CodecError */
export function splitBatch(batch: MessageExtBrokerInner): MessageExtBrokerInner[] {
  return decodeBatch(batch.body).map(({ flag, body, properties }) => ({
    ...batch,
    flag,
    body,
    properties:
      batch.properties === '' ? properties : closeProperties(properties) + batch.properties,
    preparedTransactionOffset: 0,
  }))
}
