import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { RequestProcessor } from '../../../remoting/index.ts'

const ROCKSDB = 'this broker keeps nothing in RocksDB'

const REASONS: ReadonlyMap<number, string> = new Map([
  [RequestCode.CHECK_ROCKSDB_CQ_WRITE_PROGRESS, ROCKSDB],
  [RequestCode.EXPORT_ROCKSDB_CONFIG_TO_JSON, ROCKSDB],
  [RequestCode.NOTIFY_BROKER_ROLE_CHANGED, 'there is no controller mode'],
])

/** What tools ask for that this broker has not got: the refusal says why. */
export class UnsupportedRequestProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    ...REASONS.keys(),
    RequestCode.GET_BROKER_EPOCH_CACHE,
  ]

  process({ code }: RemotingCommand): RemotingCommand {
    if (code === RequestCode.GET_BROKER_EPOCH_CACHE) {
      // Apache's answer without enableControllerMode.
      const remark = 'this request only for controllerMode '
      return RemotingCommand.response(ResponseCode.SYSTEM_ERROR, remark)
    }
    const remark = ` request type ${code} not supported: ${REASONS.get(code)}`
    return RemotingCommand.response(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark)
  }
}
