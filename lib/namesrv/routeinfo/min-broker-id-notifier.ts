import type { BrokerData } from '../../../codec/body/topic-route-data.ts'
import { NotifyMinBrokerIdChangeRequestHeader } from '../../../codec/header/notify-min-broker-id-change.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import { minBrokerId } from './broker-addr-table.ts'

/** Sends one-way requests to brokers; rejects when a broker cannot be reached. */
export interface BrokerClient {
  invokeOneway(address: string, request: RemotingCommand): Promise<void>
}

/**
 * Tells the brokers of a name that another one has the smallest id now and stands in for a missing master, when
 * notifyMinBrokerIdChanged is set. Apache: namesrv.routeinfo.RouteInfoManager#notifyMinBrokerIdChanged
 */
export class MinBrokerIdNotifier {
  readonly #client: BrokerClient
  readonly #config: NamesrvConfig
  readonly #logger: Logger

  constructor(client: BrokerClient, config: NamesrvConfig, logger: Logger) {
    this.#client = client
    this.#config = config
    this.#logger = logger
  }

  /** A broker with a smaller id has registered: those that were there before are told. */
  minBrokerArrived(broker: BrokerData, haServerAddr: string): void {
    const minId = minBrokerId(broker.brokerAddrs)
    const others = [...broker.brokerAddrs].filter(([id]) => id !== minId).map(([, addr]) => addr)
    const targets = broker.brokerAddrs.size === 1 ? [...broker.brokerAddrs.values()] : others
    this.#notify(broker, targets, { haBrokerAddr: haServerAddr })
  }

  /** The broker with the smallest id has gone: those that are left are told. */
  minBrokerGone(broker: BrokerData, offlineBrokerAddr: string): void {
    this.#notify(broker, [...broker.brokerAddrs.values()], { offlineBrokerAddr })
  }

  #notify(
    broker: BrokerData,
    targets: readonly string[],
    change: { haBrokerAddr: string } | { offlineBrokerAddr: string },
  ): void {
    const minId = minBrokerId(broker.brokerAddrs)
    if (!this.#config.notifyMinBrokerIdChanged || minId === undefined) return
    const minBrokerAddr = broker.brokerAddrs.get(minId)
    const header = { minBrokerId: minId, minBrokerAddr, ...change }
    this.#logger.info(
      { brokerName: broker.brokerName, targets, ...header },
      'min broker id changed',
    )
    for (const target of targets) {
      const request = RemotingCommand.request(
        RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE,
        NotifyMinBrokerIdChangeRequestHeader.encode(header),
      ).markOneway()
      this.#client.invokeOneway(target, request).catch((error: unknown) => {
        this.#logger.warn({ target, err: toError(error) }, 'min broker id change not sent')
      })
    }
  }
}
