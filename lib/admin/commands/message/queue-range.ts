import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import type { Clock } from '../../../common/clock.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { maxOffset, minOffset, searchOffset } from '../../offset-calls.ts'
import { type Time, timestampOf } from '../../times.ts'

/** From `min` on, up to but without `max`. */
export interface QueueRange {
  readonly min: number
  readonly max: number
}

/** The offsets of a queue, or those between two times. */
export async function rangeOf(
  admin: MqAdminClient,
  clock: Clock,
  address: string,
  queue: MessageQueue,
  begin?: Time,
  end?: Time,
): Promise<QueueRange> {
  const at = (time: Time): Promise<number> =>
    searchOffset(admin, address, queue, timestampOf(time, clock))
  return {
    min: begin === undefined ? await minOffset(admin, address, queue) : await at(begin),
    max: end === undefined ? await maxOffset(admin, address, queue) : await at(end),
  }
}

/** The broker of this name that serves a topic. @throws (rejects) Error when there is none */
export async function addressOfQueue(
  admin: MqAdminClient,
  topic: string,
  brokerName: string,
): Promise<string> {
  const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
  const broker = brokerDatas.find((each) => each.brokerName === brokerName)
  const address = broker && selectBrokerAddr(broker)
  if (address === undefined) throw new Error(`${brokerName}: no broker of this name has ${topic}`)
  return address
}
