import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'

const MASTER_ID = 0

/**
 * What is done before it is asked for. POP_ROLLBACK takes records of pops out of RocksDB back into the revive topic, where ours always
 * are. RESET_MASTER_FLUSH_OFFSET is nothing to a master; a slave of ours has no use for the offset, and refuses it.
 *
 * Apache: broker.processor.AdminBrokerProcessor#transferPopToFsStore, #resetMasterFlushOffset
 */
export class NothingToDoProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.POP_ROLLBACK,
    RequestCode.RESET_MASTER_FLUSH_OFFSET,
  ]

  readonly #brokerConfig: Pick<BrokerConfig, 'brokerId'>

  constructor(brokerConfig: Pick<BrokerConfig, 'brokerId'>) {
    this.#brokerConfig = brokerConfig
  }

  process({ code }: RemotingCommand): RemotingCommand {
    const isForSlaves = code === RequestCode.RESET_MASTER_FLUSH_OFFSET
    if (isForSlaves && this.#brokerConfig.brokerId !== MASTER_ID) {
      const remark = ` request type ${code} not supported: a slave compares its log with its master's, record by record`
      throw new RemotingError(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }
}
