import type { MessageExtBrokerInner } from '../../../codec/message/message.ts'
import {
  deleteProperty,
  encodeProperties,
  findProperty,
} from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { TIMER_PROPERTIES } from '../schedule/timer-transform.ts'
import { SystemTopic } from '../topic/topic-validator.ts'

/*
 * What a message is changed into that goes to another broker as if a client sent it there.
 * Source: broker.failover.EscapeBridge, broker.transaction.queue.TransactionalMessageUtil#buildTransactionalMessageFromHalfMessage
 */

/** A message whose time has come is not delayed again; one that is committed is no half message again. */
export function escapedMessage(message: MessageExtBrokerInner): MessageExtBrokerInner {
  if (message.topic === SystemTopic.RMQ_SYS_TRANS_HALF_TOPIC) return sentHalfMessage(message)
  const isTimed = findProperty(message.properties, MessageConst.PROPERTY_TIMER_OUT_MS) !== undefined
  const names = [
    MessageConst.PROPERTY_DELAY_TIME_LEVEL,
    MessageConst.PROPERTY_TRANSACTION_PREPARED,
    ...(isTimed ? [] : TIMER_PROPERTIES),
  ]
  return { ...message, properties: without(message.properties, names) }
}

/** The same for one that is to wait at the other broker: its properties about time stay. */
export function escapedWaitingMessage(message: MessageExtBrokerInner): MessageExtBrokerInner {
  const names = [MessageConst.PROPERTY_TRANSACTION_PREPARED]
  return { ...message, properties: without(message.properties, names) }
}

/** A half message as its producer has sent it: the other broker makes it one of its own, and asks the producer. */
function sentHalfMessage(half: MessageExtBrokerInner): MessageExtBrokerInner {
  const { properties } = half
  const rest = without(properties, [
    MessageConst.PROPERTY_TRANSACTION_PREPARED,
    MessageConst.PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET,
    MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES,
    MessageConst.PROPERTY_REAL_QUEUE_ID,
  ])
  const prepared = encodeProperties([[MessageConst.PROPERTY_TRANSACTION_PREPARED, 'true']])
  return {
    ...half,
    topic: findProperty(properties, MessageConst.PROPERTY_REAL_TOPIC) ?? half.topic,
    queueId: Number(findProperty(properties, MessageConst.PROPERTY_REAL_QUEUE_ID) ?? 0),
    sysFlag: half.sysFlag | MessageSysFlag.TRANSACTION_PREPARED_TYPE,
    properties: prepared + rest,
  }
}

function without(properties: string, names: readonly string[]): string {
  return names.reduce((text, name) => deleteProperty(text, name), properties)
}
