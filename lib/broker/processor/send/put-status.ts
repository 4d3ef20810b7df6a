import { ResponseCode } from '../../../../codec/response-code.ts'
import type { MessageStoreConfig } from '../../../config/message-store-config.ts'
import { RemotingError } from '../../../remoting/index.ts'
import type { PutMessageResult } from '../../../store/types.ts'
import { timerRemark, type TimerRemarkFacts } from './timer-remark.ts'

/** What the remarks of a refused put name. */
export interface PutRemarkFacts {
  readonly storeConfig: Pick<MessageStoreConfig, 'maxMessageSize'> & TimerRemarkFacts
  /** How full the disks are, as text. */
  diskUtil(): string
}

/**
 * The response code of each put status. The message is stored, and the response header filled, exactly when the result
 * says where (`appended`).
 */
export const PUT_STATUS_CODE: Readonly<Record<PutMessageResult['status'], ResponseCode>> = {
  PUT_OK: ResponseCode.SUCCESS,
  FLUSH_DISK_TIMEOUT: ResponseCode.FLUSH_DISK_TIMEOUT,
  FLUSH_SLAVE_TIMEOUT: ResponseCode.FLUSH_SLAVE_TIMEOUT,
  SLAVE_NOT_AVAILABLE: ResponseCode.SLAVE_NOT_AVAILABLE,
  IN_SYNC_REPLICAS_NOT_ENOUGH: ResponseCode.SYSTEM_ERROR,
  CREATE_MAPPED_FILE_FAILED: ResponseCode.SYSTEM_ERROR,
  MESSAGE_ILLEGAL: ResponseCode.MESSAGE_ILLEGAL,
  PROPERTIES_SIZE_EXCEEDED: ResponseCode.MESSAGE_ILLEGAL,
  SERVICE_NOT_AVAILABLE: ResponseCode.SERVICE_NOT_AVAILABLE,
  OS_PAGE_CACHE_BUSY: ResponseCode.SYSTEM_BUSY,
  UNKNOWN_ERROR: ResponseCode.SYSTEM_ERROR,
  WHEEL_TIMER_MSG_ILLEGAL: ResponseCode.MESSAGE_ILLEGAL,
  WHEEL_TIMER_FLOW_CONTROL: ResponseCode.SYSTEM_ERROR,
  WHEEL_TIMER_NOT_ENABLE: ResponseCode.SYSTEM_ERROR,
  PUT_TO_REMOTE_BROKER_FAIL: ResponseCode.SYSTEM_ERROR,
}

/** The remark for a put that was refused. Source: broker.processor.SendMessageProcessor#handlePutMessageResult */
export function putRemark(
  status: PutMessageResult['status'],
  facts: PutRemarkFacts,
): string | undefined {
  switch (status) {
    case 'PUT_OK':
    case 'FLUSH_DISK_TIMEOUT':
    case 'FLUSH_SLAVE_TIMEOUT':
    case 'SLAVE_NOT_AVAILABLE':
      return undefined
    case 'IN_SYNC_REPLICAS_NOT_ENOUGH':
      return 'in-sync replicas not enough'
    case 'CREATE_MAPPED_FILE_FAILED':
      return 'create mapped file failed, server is busy or broken.'
    case 'MESSAGE_ILLEGAL':
    case 'PROPERTIES_SIZE_EXCEEDED':
      return illegalMessageRemark(facts.storeConfig.maxMessageSize)
    case 'SERVICE_NOT_AVAILABLE':
      return (
        'service not available now. It may be caused by one of the following reasons: ' +
        `the broker's disk is full [${facts.diskUtil()}], messages are put to the slave, ` +
        'message store has been shut down, etc.'
      )
    case 'OS_PAGE_CACHE_BUSY':
      return '[PC_SYNCHRONIZED]broker busy, start flow control for a while'
    case 'UNKNOWN_ERROR':
    case 'PUT_TO_REMOTE_BROKER_FAIL':
      return status
    case 'WHEEL_TIMER_MSG_ILLEGAL':
    case 'WHEEL_TIMER_FLOW_CONTROL':
    case 'WHEEL_TIMER_NOT_ENABLE':
      return timerRemark(status, facts.storeConfig)
  }
}

/** The refusal of what cannot be stored. `maxMessageSize` in bytes. */
export function illegalMessage(maxMessageSize: number): RemotingError {
  return new RemotingError(ResponseCode.MESSAGE_ILLEGAL, illegalMessageRemark(maxMessageSize))
}

function illegalMessageRemark(maxMessageSize: number): string {
  return (
    'the message is illegal, maybe msg body or properties length not matched. ' +
    `msg body length limit ${maxMessageSize}B, msg properties length limit 32KB.`
  )
}
