import type { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { GetMessageResult } from '../../../store/types.ts'
import { GetMessageStatus } from '../../../store/types.ts'
import type { SubscriptionGroupConfig } from '../../subscription/subscription-group-config.ts'
import type { TopicConfig } from '../../topic/topic-config.ts'

const MASTER_ID = 0

/** What of the broker's place in its group decides about an answer. */
export interface BrokerPlace {
  readonly brokerId: number
  readonly slaveReadEnable: boolean
  readonly isSlave: boolean
  /** Whether the group has its master; a slave that acts in its place keeps the consumers. */
  readonly hasMaster: boolean
  /** Whether a slave corrects offsets. Apache: MessageStoreConfig#offsetCheckInSlave */
  readonly offsetCheckInSlave: boolean
}

/**
 * The answer to a pull: code, remark and the whole header; records as they stand in the store.
 * Apache: broker.processor.PullMessageProcessor#composeResponseHeader, DefaultPullMessageResultHandler#handle
 */
export function composePullResponse(
  header: PullMessageRequestHeader,
  result: GetMessageResult,
  topicConfig: TopicConfig,
  groupConfig: SubscriptionGroupConfig,
  place: BrokerPlace,
): RemotingCommand {
  let code = codeOf(result.status, header.queueOffset)
  let suggestWhichBrokerId = suggestBroker(result, groupConfig, place)
  if (place.brokerId !== MASTER_ID && place.hasMaster && !result.suggestPullingFromSlave) {
    suggestWhichBrokerId = MASTER_ID
    if (code !== ResponseCode.SUCCESS) code = ResponseCode.PULL_RETRY_IMMEDIATELY
  }
  if (code === ResponseCode.PULL_OFFSET_MOVED && place.isSlave && !place.offsetCheckInSlave) {
    suggestWhichBrokerId = groupConfig.brokerId
    code = ResponseCode.PULL_RETRY_IMMEDIATELY
  }
  const response = RemotingCommand.response(code, result.status, {
    suggestWhichBrokerId: `${suggestWhichBrokerId}`,
    nextBeginOffset: `${result.nextBeginOffset}`,
    minOffset: `${result.minOffset}`,
    maxOffset: `${result.maxOffset}`,
    topicSysFlag: `${topicConfig.topicSysFlag}`,
    groupSysFlag: `${groupConfig.groupSysFlag}`,
  })
  if (code === ResponseCode.SUCCESS) response.bodySlices = result.records
  return response
}

function suggestBroker(
  result: GetMessageResult,
  groupConfig: SubscriptionGroupConfig,
  place: BrokerPlace,
): number {
  if (!place.slaveReadEnable) return MASTER_ID
  return result.suggestPullingFromSlave
    ? groupConfig.whichBrokerWhenConsumeSlowly
    : groupConfig.brokerId
}

function codeOf(status: GetMessageStatus, queueOffset: number): ResponseCode {
  switch (status) {
    case GetMessageStatus.FOUND:
      return ResponseCode.SUCCESS
    case GetMessageStatus.MESSAGE_WAS_REMOVING:
    case GetMessageStatus.NO_MATCHED_MESSAGE:
      return ResponseCode.PULL_RETRY_IMMEDIATELY
    case GetMessageStatus.NO_MATCHED_LOGIC_QUEUE:
    case GetMessageStatus.NO_MESSAGE_IN_QUEUE:
      return queueOffset === 0 ? ResponseCode.PULL_NOT_FOUND : ResponseCode.PULL_OFFSET_MOVED
    case GetMessageStatus.OFFSET_FOUND_NULL:
    case GetMessageStatus.OFFSET_OVERFLOW_ONE:
      return ResponseCode.PULL_NOT_FOUND
    case GetMessageStatus.OFFSET_OVERFLOW_BADLY:
    case GetMessageStatus.OFFSET_RESET:
    case GetMessageStatus.OFFSET_TOO_SMALL:
      return ResponseCode.PULL_OFFSET_MOVED
  }
}
