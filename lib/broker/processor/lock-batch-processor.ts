import {
  LockBatchRequestBody,
  LockBatchResponseBody,
  UnlockBatchRequestBody,
} from '../../../codec/body/lock-batch.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import type { RebalanceLockManager } from '../client/rebalance-lock-manager.ts'

/** LOCK_BATCH_MQ and UNLOCK_BATCH_MQ. Apache: broker.processor.AdminBrokerProcessor#lockBatchMQ, unlockBatchMQ */
export class LockBatchProcessor implements RequestProcessor {
  readonly #locks: RebalanceLockManager

  constructor(locks: RebalanceLockManager) {
    this.#locks = locks
  }

  process(request: RemotingCommand): RemotingCommand {
    if (request.code === RequestCode.UNLOCK_BATCH_MQ) return this.#unlock(request)
    const { consumerGroup, mqSet, clientId } = LockBatchRequestBody.decode(request.body)
    const lockOKMQSet = this.#locks.tryLockBatch(consumerGroup, mqSet, clientId)
    const body = LockBatchResponseBody.encode({ lockOKMQSet })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #unlock(request: RemotingCommand): RemotingCommand {
    const { consumerGroup, mqSet, clientId } = UnlockBatchRequestBody.decode(request.body)
    this.#locks.unlockBatch(consumerGroup, mqSet, clientId)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }
}
