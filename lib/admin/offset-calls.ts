import type { MessageQueue } from '../../codec/body/message-queue.ts'
import {
  GetMaxOffsetRequestHeader,
  GetMaxOffsetResponseHeader,
} from '../../codec/header/get-max-offset.ts'
import {
  GetMinOffsetRequestHeader,
  GetMinOffsetResponseHeader,
} from '../../codec/header/get-min-offset.ts'
import {
  SearchOffsetRequestHeader,
  SearchOffsetResponseHeader,
} from '../../codec/header/search-offset.ts'
import { UpdateConsumerOffsetRequestHeader } from '../../codec/header/update-consumer-offset.ts'
import { RequestCode } from '../../codec/request-code.ts'
import type { MqAdminClient } from './mq-admin-client.ts'

type Queue = Pick<MessageQueue, 'topic' | 'queueId'> & Partial<MessageQueue>

/** The offset of the first message that is still there. */
export async function minOffset(
  admin: MqAdminClient,
  address: string,
  { topic, queueId, brokerName: bname }: Queue,
): Promise<number> {
  const header = GetMinOffsetRequestHeader.encode({ topic, queueId, bname })
  const { extFields } = await admin.invoke(address, { code: RequestCode.GET_MIN_OFFSET, header })
  return GetMinOffsetResponseHeader.decode(extFields).offset
}

/** The offset that the next message gets. */
export async function maxOffset(
  admin: MqAdminClient,
  address: string,
  { topic, queueId, brokerName: bname }: Queue,
): Promise<number> {
  const header = GetMaxOffsetRequestHeader.encode({ topic, queueId, bname })
  const { extFields } = await admin.invoke(address, { code: RequestCode.GET_MAX_OFFSET, header })
  return GetMaxOffsetResponseHeader.decode(extFields).offset
}

/** The offset of the first message that was stored at `timestamp` (milliseconds) or later. */
export async function searchOffset(
  admin: MqAdminClient,
  address: string,
  { topic, queueId, brokerName: bname }: Queue,
  timestamp: number,
): Promise<number> {
  const header = SearchOffsetRequestHeader.encode({ topic, queueId, timestamp, bname })
  const code = RequestCode.SEARCH_OFFSET_BY_TIMESTAMP
  const { extFields } = await admin.invoke(address, { code, header })
  return SearchOffsetResponseHeader.decode(extFields).offset
}

/** Sets up to where a group has consumed. */
export async function updateConsumeOffset(
  admin: MqAdminClient,
  address: string,
  consumerGroup: string,
  { topic, queueId, brokerName: bname }: Queue,
  commitOffset: number,
): Promise<void> {
  const request = { consumerGroup, topic, queueId, commitOffset, bname }
  const header = UpdateConsumerOffsetRequestHeader.encode(request)
  await admin.invoke(address, { code: RequestCode.UPDATE_CONSUMER_OFFSET, header })
}
