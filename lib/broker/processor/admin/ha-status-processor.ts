import { HARuntimeInfo } from '../../../../codec/body/ha-runtime-info.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { HAClientRuntimeInfo, MessageStore } from '../../../store/types.ts'

/** What a master says of itself as a slave. */
const NO_CLIENT: HAClientRuntimeInfo = {
  masterAddr: undefined,
  transferredByteInSecond: 0,
  maxOffset: 0,
  lastReadTimestamp: 0,
  lastWriteTimestamp: 0,
}

/** GET_BROKER_HA_STATUS. Source: broker.processor.AdminBrokerProcessor#getBrokerHaStatus, store.ha.DefaultHAService#getRuntimeInfo */
export class HAStatusProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [RequestCode.GET_BROKER_HA_STATUS]

  readonly #messageStore: Pick<MessageStore, 'haService'>

  constructor(messageStore: Pick<MessageStore, 'haService'>) {
    this.#messageStore = messageStore
  }

  process(): RemotingCommand {
    const info = this.#messageStore.haService?.getRuntimeInfo()
    if (info === undefined) {
      const remark = 'Can not get HARuntimeInfo, may be duplicationEnable is true'
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, remark)
    }
    const { master, masterCommitLogMaxOffset, connections, client = NO_CLIENT } = info
    const body = HARuntimeInfo.encode({
      haClientRuntimeInfo: { ...client, masterFlushOffset: 0 },
      haConnectionInfo: [...connections],
      inSyncSlaveNums: connections.filter(({ inSync }) => inSync).length,
      master,
      masterCommitLogMaxOffset,
    })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }
}
