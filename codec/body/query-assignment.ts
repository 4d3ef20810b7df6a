import { int, oneOf, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object, table } from '../json-schema.ts'
import { MessageModel } from './heartbeat-data.ts'
import { MessageQueue } from './message-queue.ts'

export const MessageRequestMode = oneOf(['PULL', 'POP'], 'PULL')
export type MessageRequestMode = ValueOf<typeof MessageRequestMode>

/** Body of 400 QUERY_ASSIGNMENT. */
export const QueryAssignmentRequestBody = defineBody('QueryAssignmentRequestBody', {
  clientId: text(),
  consumerGroup: text(),
  messageModel: MessageModel,
  strategyName: optional(text()),
  topic: text(),
})
export type QueryAssignmentRequestBody = ValueOf<typeof QueryAssignmentRequestBody>

/** Source: common.message.MessageQueueAssignment */
const MessageQueueAssignment = object({
  attachments: optional(table(text())),
  messageQueue: MessageQueue,
  mode: MessageRequestMode,
})
export type MessageQueueAssignment = ValueOf<typeof MessageQueueAssignment>

/** Answer to 400; without assignments the client is not a member of the group. */
export const QueryAssignmentResponseBody = defineBody('QueryAssignmentResponseBody', {
  messageQueueAssignments: optional(list(MessageQueueAssignment)),
})
export type QueryAssignmentResponseBody = ValueOf<typeof QueryAssignmentResponseBody>

/** Body of 401 SET_MESSAGE_REQUEST_MODE. */
export const SetMessageRequestModeRequestBody = defineBody('SetMessageRequestModeRequestBody', {
  consumerGroup: text(),
  mode: MessageRequestMode,
  popShareQueueNum: int(0),
  topic: text(),
})
export type SetMessageRequestModeRequestBody = ValueOf<typeof SetMessageRequestModeRequestBody>

/** Answer to 402 and the content of messageRequestMode.json: topic, then group. */
export const MessageRequestModeSerializeWrapper = defineBody('MessageRequestModeSerializeWrapper', {
  messageRequestModeMap: table(table(SetMessageRequestModeRequestBody)),
})
export type MessageRequestModeSerializeWrapper = ValueOf<typeof MessageRequestModeSerializeWrapper>
