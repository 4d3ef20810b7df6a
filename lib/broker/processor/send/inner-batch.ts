import { countBatch } from '../../../../codec/message/batch.ts'
import type { MessageExtBrokerInner } from '../../../../codec/message/message.ts'
import { appendProperty, deleteProperty } from '../../../../codec/message/properties.ts'
import { MessageConst } from '../../../../codec/message/property-names.ts'
import { MessageSysFlag } from '../../../../codec/message/sys-flag.ts'

const FLAGS = MessageSysFlag.NEED_UNWRAP_FLAG | MessageSysFlag.INNER_BATCH_FLAG

/**
 * A client's batch as one message, which consumers take apart. @throws CodecError when its members' sizes do not add up
 *
 * Source: broker.processor.SendMessageProcessor#sendBatchMessage
 */
export function toInnerBatch(batch: MessageExtBrokerInner): MessageExtBrokerInner {
  const name = MessageConst.PROPERTY_INNER_NUM
  const properties = deleteProperty(batch.properties, name)
  return {
    ...batch,
    sysFlag: batch.sysFlag | FLAGS,
    properties: appendProperty(properties, name, String(countBatch(batch.body))),
  }
}
