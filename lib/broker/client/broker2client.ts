import { CheckTransactionStateRequestHeader } from '../../../codec/header/check-transaction-state.ts'
import { NotifyConsumerIdsChangedRequestHeader } from '../../../codec/header/notify-consumer-ids-changed.ts'
import { NotifyUnsubscribeLiteRequestHeader } from '../../../codec/header/notify-unsubscribe-lite.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import type { Channel } from '../../remoting/index.ts'

/** How long a client may take for a request that is passed on to it. */
const CALL_TIMEOUT_MS = 10_000

/** Requests from the broker to its clients. Apache: broker.client.net.Broker2Client */
export class Broker2Client {
  /** Sends a request to a client and resolves with its answer. @throws RemotingError (rejects), see Channel#invoke */
  callClient(channel: Channel, request: RemotingCommand): Promise<RemotingCommand> {
    return channel.invoke(request, CALL_TIMEOUT_MS)
  }

  /** Tells a consumer that its group has changed and that it shall rebalance. */
  notifyConsumerIdsChanged(channel: Channel, consumerGroup: string): void {
    channel.invokeOneway(
      RemotingCommand.request(
        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
        NotifyConsumerIdsChangedRequestHeader.encode({ consumerGroup }),
      ),
    )
  }

  /** Tells a client that it has lost a lite topic to another one. */
  notifyUnsubscribeLite(channel: Channel, header: NotifyUnsubscribeLiteRequestHeader): void {
    channel.invokeOneway(
      RemotingCommand.request(
        RequestCode.NOTIFY_UNSUBSCRIBE_LITE,
        NotifyUnsubscribeLiteRequestHeader.encode(header),
      ),
    )
  }

  /** Asks a producer what shall become of the half message in `body`; it answers with END_TRANSACTION. */
  checkProducerTransactionState(
    channel: Channel,
    header: CheckTransactionStateRequestHeader,
    body: Buffer,
  ): void {
    channel.invokeOneway(
      RemotingCommand.request(
        RequestCode.CHECK_TRANSACTION_STATE,
        CheckTransactionStateRequestHeader.encode(header),
        body,
      ),
    )
  }
}
