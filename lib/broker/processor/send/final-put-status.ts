import { ResponseCode } from '../../../../codec/response-code.ts'
import type { MessageStoreConfig } from '../../../config/message-store-config.ts'
import type { PutMessageStatus } from '../../../store/types.ts'
import { timerRemark, type TimerRemarkFacts } from './timer-remark.ts'

/*
 * How a commit is answered by the status of the final message: other codes and words than those of a send.
 * Source: broker.processor.EndTransactionProcessor#sendFinalMessage
 */

export const FINAL_PUT_CODE: Readonly<Record<PutMessageStatus, ResponseCode>> = {
  PUT_OK: ResponseCode.SUCCESS,
  FLUSH_DISK_TIMEOUT: ResponseCode.SUCCESS,
  FLUSH_SLAVE_TIMEOUT: ResponseCode.SUCCESS,
  SLAVE_NOT_AVAILABLE: ResponseCode.SUCCESS,
  CREATE_MAPPED_FILE_FAILED: ResponseCode.SYSTEM_ERROR,
  MESSAGE_ILLEGAL: ResponseCode.MESSAGE_ILLEGAL,
  PROPERTIES_SIZE_EXCEEDED: ResponseCode.MESSAGE_ILLEGAL,
  SERVICE_NOT_AVAILABLE: ResponseCode.SERVICE_NOT_AVAILABLE,
  OS_PAGE_CACHE_BUSY: ResponseCode.SYSTEM_ERROR,
  UNKNOWN_ERROR: ResponseCode.SYSTEM_ERROR,
  IN_SYNC_REPLICAS_NOT_ENOUGH: ResponseCode.SYSTEM_ERROR,
  WHEEL_TIMER_MSG_ILLEGAL: ResponseCode.MESSAGE_ILLEGAL,
  WHEEL_TIMER_FLOW_CONTROL: ResponseCode.SYSTEM_ERROR,
  WHEEL_TIMER_NOT_ENABLE: ResponseCode.SYSTEM_ERROR,
  PUT_TO_REMOTE_BROKER_FAIL: ResponseCode.SYSTEM_ERROR,
}

/** undefined for a message that is stored. */
export function finalPutRemark(
  status: PutMessageStatus,
  storeConfig: Pick<MessageStoreConfig, 'maxMessageSize'> & TimerRemarkFacts,
): string | undefined {
  switch (status) {
    case 'PUT_OK':
    case 'FLUSH_DISK_TIMEOUT':
    case 'FLUSH_SLAVE_TIMEOUT':
    case 'SLAVE_NOT_AVAILABLE':
      return undefined
    case 'CREATE_MAPPED_FILE_FAILED':
      return 'Create mapped file failed.'
    case 'MESSAGE_ILLEGAL':
    case 'PROPERTIES_SIZE_EXCEEDED':
      return (
        'The message is illegal, maybe msg body or properties length not matched. ' +
        `msg body length limit ${storeConfig.maxMessageSize}B, msg properties length limit 32KB.`
      )
    case 'SERVICE_NOT_AVAILABLE':
      return 'Service not available now.'
    case 'OS_PAGE_CACHE_BUSY':
      return 'OS page cache busy, please try another machine'
    case 'UNKNOWN_ERROR':
    case 'PUT_TO_REMOTE_BROKER_FAIL':
      return status
    case 'IN_SYNC_REPLICAS_NOT_ENOUGH':
      return 'in-sync replicas not enough'
    case 'WHEEL_TIMER_MSG_ILLEGAL':
    case 'WHEEL_TIMER_FLOW_CONTROL':
    case 'WHEEL_TIMER_NOT_ENABLE':
      return timerRemark(status, storeConfig)
  }
}
