import type { ExtFields } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { type Clock, timeMillisToHumanString } from '../../../common/clock.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { TopicConfig } from '../../topic/topic-config.ts'

/* What sends of messages and of replies have in common. Apache: broker.processor.AbstractSendMessageProcessor */

/** Refuses while the broker is not to serve yet. @throws RemotingError */
export function checkServing(
  {
    startAcceptSendRequestTimeStamp: startMs,
  }: Pick<BrokerConfig, 'startAcceptSendRequestTimeStamp'>,
  clock: Clock,
): void {
  if (startMs === 0 || clock.now() >= startMs) return
  const remark = `broker unable to service, until ${timeMillisToHumanString(startMs)}`
  throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}

/** The queue that was asked for, or any that can be written to. `random` is at least 0 and less than 1. */
export function chooseQueue(
  queueId: number,
  { topicName, writeQueueNums }: TopicConfig,
  random: () => number,
): number {
  if (queueId >= 0) return queueId
  if (writeQueueNums > 0) return Math.floor(random() * writeQueueNums)
  const remark = `topic[${topicName}] has no queue to write to`
  throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
}

/** Fields of every answer to a send, refusals too. */
export function commonAnswerFields({
  regionId,
  traceOn,
}: Pick<BrokerConfig, 'regionId' | 'traceOn'>): ExtFields {
  return { MSG_REGION: regionId, TRACE_ON: traceOn ? 'true' : 'false' }
}
