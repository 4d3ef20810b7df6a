import {
  PollingInfoRequestHeader,
  PollingInfoResponseHeader,
} from '../../../codec/header/polling-info.ts'
import type { PopMessageRequestHeader } from '../../../codec/header/pop-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import type { PopLongPollingService } from '../longpolling/pop-long-polling-service.ts'
import { orRefusal } from './pop/held-requests.ts'
import type { PopChecks } from './pop/pop-checks.ts'

const NO_REMARK = 'not set any response code'

/** POLLING_INFO: how many pops are held for a queue. Apache: broker.processor.PollingInfoProcessor */
export class PollingInfoProcessor implements RequestProcessor {
  readonly #checks: PopChecks
  readonly #longPolling: Pick<PopLongPollingService<PopMessageRequestHeader>, 'pollingNum'>

  constructor(
    checks: PopChecks,
    longPolling: Pick<PopLongPollingService<PopMessageRequestHeader>, 'pollingNum'>,
  ) {
    this.#checks = checks
    this.#longPolling = longPolling
  }

  async process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const header = PollingInfoRequestHeader.decode(request.extFields)
    return orRefusal(PollingInfoResponseHeader.encode({ pollingNum: 0 }), () => {
      this.#checks.checkBroker(channel, 'peeking')
      this.#checks.checkReadable(header, channel)
      this.#checks.checkGroup(header.consumerGroup)
      const { topic, consumerGroup, queueId } = header
      const pollingNum = this.#longPolling.pollingNum(topic, consumerGroup, queueId)
      const fields = PollingInfoResponseHeader.encode({ pollingNum })
      return RemotingCommand.response(ResponseCode.SUCCESS, NO_REMARK, fields)
    })
  }
}
