import {
  LockBatchRequestBody,
  LockBatchResponseBody,
  UnlockBatchRequestBody,
} from '../../../codec/body/lock-batch.ts'
import type { MessageQueue } from '../../../codec/body/message-queue.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import type { ReplicaLocks } from '../client/replica-locks.ts'

/** LOCK_BATCH_MQ and UNLOCK_BATCH_MQ. Apache: broker.processor.AdminBrokerProcessor#lockBatchMQ, unlockBatchMQ */
export class LockBatchProcessor implements RequestProcessor {
  readonly #locks: ReplicaLocks

  constructor(locks: ReplicaLocks) {
    this.#locks = locks
  }

  process(request: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    if (request.code === RequestCode.UNLOCK_BATCH_MQ) {
      this.#locks.unlockBatch(UnlockBatchRequestBody.decode(request.body))
      return RemotingCommand.response(ResponseCode.SUCCESS)
    }
    const locked = this.#locks.tryLockBatch(LockBatchRequestBody.decode(request.body))
    return locked instanceof Promise ? locked.then(responseOf) : responseOf(locked)
  }
}

function responseOf(lockOKMQSet: MessageQueue[]): RemotingCommand {
  const body = LockBatchResponseBody.encode({ lockOKMQSet })
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}
