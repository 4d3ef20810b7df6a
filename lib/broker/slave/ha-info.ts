import { HARuntimeInfo } from '../../../codec/body/ha-runtime-info.ts'
import {
  ExchangeHAInfoRequestHeader,
  ExchangeHAInfoResponseHeader,
} from '../../../codec/header/exchange-ha-info.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { RegisteredAddress } from '../out/broker-address.ts'
import type { MasterAddresses } from './group-master.ts'

/** The form of the question. */
const NO_MASTER: ExchangeHAInfoRequestHeader = {
  masterHaAddress: undefined,
  masterFlushOffset: undefined,
  masterAddress: undefined,
}

/** Asks another broker. Rejects with RemotingError when it does not answer. */
export type InvokeBroker = (address: string, request: RemotingCommand) => Promise<RemotingCommand>

/**
 * Where the master's replication is; undefined in it when the broker asked is no master.
 * @throws (rejects) RemotingError
 *
 * Apache: broker.out.BrokerOuterAPI#retrieveBrokerHaInfo
 */
export async function retrieveBrokerHaInfo(
  invoke: InvokeBroker,
  masterAddr: string,
): Promise<MasterAddresses> {
  const { masterHaAddress } = ExchangeHAInfoResponseHeader.decode(
    await exchange(invoke, masterAddr, NO_MASTER),
  )
  return { masterAddr, haServerAddr: masterHaAddress }
}

/**
 * Tells a slave where this master's replication is.
 * @throws (rejects) RemotingError
 *
 * Apache: broker.out.BrokerOuterAPI#sendBrokerHaInfo
 */
export async function sendBrokerHaInfo(
  invoke: InvokeBroker,
  slaveAddr: string,
  { brokerAddr, haServerAddr }: RegisteredAddress,
  brokerInitMaxOffset: number,
): Promise<void> {
  await exchange(invoke, slaveAddr, {
    masterHaAddress: haServerAddr,
    masterFlushOffset: brokerInitMaxOffset,
    masterAddress: brokerAddr,
  })
}

async function exchange(
  invoke: InvokeBroker,
  address: string,
  header: ExchangeHAInfoRequestHeader,
) {
  const extFields = ExchangeHAInfoRequestHeader.encode(header)
  const request = RemotingCommand.request(RequestCode.EXCHANGE_BROKER_HA_INFO, extFields)
  const { code, remark, extFields: answer } = await invoke(address, request)
  if (code === ResponseCode.SUCCESS) return answer
  throw new RemotingError(code as ResponseCode, remark ?? 'no remark')
}

/**
 * Where the log of the master at `masterAddr` ends.
 * @throws (rejects) RemotingError when it refuses or does not answer, Error when it is no master
 *
 * Our own use of GET_BROKER_HA_STATUS.
 */
export async function retrieveMaxOffset(invoke: InvokeBroker, masterAddr: string): Promise<number> {
  const request = RemotingCommand.request(RequestCode.GET_BROKER_HA_STATUS)
  const { code, remark, body } = await invoke(masterAddr, request)
  if (code !== ResponseCode.SUCCESS) {
    throw new RemotingError(code as ResponseCode, remark ?? 'no remark')
  }
  const { master, masterCommitLogMaxOffset } = HARuntimeInfo.decode(body)
  if (!master) throw new Error(`the broker at ${masterAddr} is no master`)
  return masterCommitLogMaxOffset
}
