import {
  ExchangeHAInfoRequestHeader,
  ExchangeHAInfoResponseHeader,
} from '../../../../codec/header/exchange-ha-info.ts'
import { NotifyMinBrokerIdChangeRequestHeader } from '../../../../codec/header/notify-min-broker-id-change.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Channel, RequestProcessor } from '../../../remoting/index.ts'
import type { HAService } from '../../../store/types.ts'
import type { RegisteredAddress } from '../../out/broker-address.ts'
import type { MinBroker } from '../../slave/min-broker.ts'

export interface GroupMemberDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerId'>
  readonly minBroker: Pick<MinBroker, 'updateMinBroker'>
  readonly haService: () => Pick<HAService, 'updateHaMasterAddress'> | undefined
  /** The addresses of this broker for whoever has reached it by the channel. */
  readonly ownAddress: (channel: Channel) => RegisteredAddress
  /** End of the log when this broker started. */
  readonly brokerInitMaxOffset: () => number
}

const MASTER_ID = 0

/**
 * What brokers of a group, and name servers, tell each other about it: NOTIFY_MIN_BROKER_ID_CHANGE, EXCHANGE_BROKER_HA_INFO. The latter
 * names the replication address of a master that comes back; without an address it asks for that of this master.
 *
 * Apache: broker.processor.AdminBrokerProcessor#notifyMinBrokerIdChange, #updateBrokerHaInfo
 */
export class GroupMemberProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE,
    RequestCode.EXCHANGE_BROKER_HA_INFO,
  ]

  readonly #deps: GroupMemberDeps

  constructor(deps: GroupMemberDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    return request.code === RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE
      ? this.#notifyMinBrokerIdChange(request)
      : this.#exchangeBrokerHaInfo(request, channel)
  }

  #notifyMinBrokerIdChange({ extFields }: RemotingCommand): RemotingCommand {
    const { minBrokerId, minBrokerAddr, haBrokerAddr } =
      NotifyMinBrokerIdChangeRequestHeader.decode(extFields)
    if (minBrokerId !== undefined) {
      void this.#deps.minBroker.updateMinBroker({ minBrokerId, minBrokerAddr, haBrokerAddr })
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #exchangeBrokerHaInfo({ extFields }: RemotingCommand, channel: Channel): RemotingCommand {
    const { brokerConfig, haService } = this.#deps
    const { masterHaAddress } = ExchangeHAInfoRequestHeader.decode(extFields)
    if (masterHaAddress !== undefined) {
      haService()?.updateHaMasterAddress(masterHaAddress)
    } else if (brokerConfig.brokerId === MASTER_ID) {
      return RemotingCommand.response(ResponseCode.SUCCESS, undefined, this.#ownInfo(channel))
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #ownInfo(channel: Channel) {
    const { brokerAddr, haServerAddr } = this.#deps.ownAddress(channel)
    return ExchangeHAInfoResponseHeader.encode({
      masterHaAddress: haServerAddr,
      masterFlushOffset: this.#deps.brokerInitMaxOffset(),
      masterAddress: brokerAddr,
    })
  }
}
