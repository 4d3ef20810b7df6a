import { NotifyConsumerIdsChangedRequestHeader } from '../../../codec/header/notify-consumer-ids-changed.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import type { Channel } from '../../remoting/index.ts'

/** Requests from the broker to its clients. Apache: broker.client.net.Broker2Client */
export class Broker2Client {
  /** Tells a consumer that its group has changed and that it shall rebalance. */
  notifyConsumerIdsChanged(channel: Channel, consumerGroup: string): void {
    channel.invokeOneway(
      RemotingCommand.request(
        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
        NotifyConsumerIdsChangedRequestHeader.encode({ consumerGroup }),
      ),
    )
  }
}
