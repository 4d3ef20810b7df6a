import type { MessageExt, MessageExtBrokerInner } from '../../../codec/message/message.ts'
import { decodeProperties } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { SystemTopic } from '../topic/topic-validator.ts'

/**
 * The message that a delayed one becomes when its time has come: its own topic and queue again. The properties stay as
 * they are stored, DELAY, REAL_TOPIC and REAL_QID among them, as Apache delivers them. undefined when the message does
 * not say where it belongs, or names a topic that nobody may delay for.
 *
 * Source: broker.schedule.ScheduleMessageService#messageTimeUp
 */
export function messageTimeUp(delayed: MessageExt): MessageExtBrokerInner | undefined {
  const properties = decodeProperties(delayed.properties)
  const topic = properties.get(MessageConst.PROPERTY_REAL_TOPIC)
  const queueId = Number(properties.get(MessageConst.PROPERTY_REAL_QUEUE_ID) ?? NaN)
  if (topic === undefined || !Number.isSafeInteger(queueId) || queueId < 0) return undefined
  if (topic === SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC) return undefined
  return {
    topic,
    queueId,
    flag: delayed.flag,
    sysFlag: delayed.sysFlag,
    body: delayed.body,
    properties: delayed.properties,
    bornTimestamp: delayed.bornTimestamp,
    bornHost: delayed.bornHost,
    storeHost: delayed.storeHost,
    reconsumeTimes: delayed.reconsumeTimes,
    preparedTransactionOffset: 0,
  }
}
