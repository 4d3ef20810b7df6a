import { CodecError } from '../../../codec/errors.ts'
import {
  PopLiteMessageRequestHeader,
  PopLiteMessageResponseHeader,
} from '../../../codec/header/pop-lite-message.ts'
import { POP_ORDER_REVIVE_QUEUE } from '../../../codec/pop-extra-info.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import type { LiteConsumerLagCalculator } from '../lite/lite-consumer-lag-calculator.ts'
import type { LiteEventDispatcher } from '../lite/lite-event-dispatcher.ts'
import type {
  PopLiteLongPollingService,
  PopLiteRequest,
} from '../longpolling/pop-lite-long-polling-service.ts'
import type { PollingResult } from '../longpolling/pop-long-polling-service.ts'
import type { BrokerStatsManager } from '../stats/broker-stats-manager.ts'
import type { LitePopChecks } from './lite/lite-pop-checks.ts'
import type { LiteTopicReader } from './lite/lite-topic-reader.ts'
import { orRefusal, runHeld, withBornTime } from './pop/held-requests.ts'

export interface PopLiteMessageDeps {
  readonly checks: LitePopChecks
  readonly reader: LiteTopicReader
  readonly dispatcher: Pick<LiteEventDispatcher, 'events' | 'hasEvents'>
  readonly lags: Pick<LiteConsumerLagCalculator, 'collect'>
  readonly longPolling: Pick<PopLiteLongPollingService, 'polling' | 'notify'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'gets' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/** What Apache's header holds where nothing was set. */
const NO_RESULT = PopLiteMessageResponseHeader.encode({
  popTime: 0,
  invisibleTime: 0,
  reviveQid: 0,
})

interface Found {
  readonly popTime: number
  readonly records: Buffer[]
  readonly orderCountInfo: string[]
}

/**
 * POP_LITE_MESSAGE: hands out messages of the lite topics that a client is subscribed to, of as many of them as it takes. They are
 * invisible to the group until they are acknowledged or their time is over; then they come again. A pop that finds nothing is held.
 *
 * Apache: broker.processor.PopLiteMessageProcessor
 */
export class PopLiteMessageProcessor implements RequestProcessor {
  readonly #deps: PopLiteMessageDeps

  constructor(deps: PopLiteMessageDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): Promise<RemotingCommand | undefined> {
    const extFields = withBornTime(request.extFields, this.#deps.clock.now())
    const header = PopLiteMessageRequestHeader.decode(extFields)
    return this.#process(request, header, channel)
  }

  /** Runs a pop that was held once more. */
  executeRequestWhenWakeup({ request, header, channel }: PopLiteRequest): void {
    const process = () => this.#process(request, header, channel)
    runHeld(request, channel, this.#deps.logger, process)
  }

  #process(
    request: RemotingCommand,
    header: PopLiteMessageRequestHeader,
    channel: Channel,
  ): Promise<RemotingCommand | undefined> {
    return orRefusal(NO_RESULT, () => {
      this.#deps.checks.check(header, channel)
      if (header.maxMsgNum < 0) throw new CodecError(`maxMsgNum[${header.maxMsgNum}] is negative`)
      return this.#pop(request, header, channel)
    })
  }

  async #pop(
    request: RemotingCommand,
    header: PopLiteMessageRequestHeader,
    channel: Channel,
  ): Promise<RemotingCommand | undefined> {
    const found = await this.#popByClientId(header)
    if (found.records.length > 0) {
      this.#count(header, found)
      return responseOf(header, found)
    }
    const { longPolling, dispatcher } = this.#deps
    const polling = longPolling.polling(request, channel, header)
    if (polling !== 'POLLING_SUC') return nothingOf(header, found, polling)
    // What was noted while the last lite topic was read has woken nobody.
    if (dispatcher.hasEvents(header.clientId)) longPolling.notify(header.clientId)
    return undefined
  }

  async #popByClientId(header: PopLiteMessageRequestHeader): Promise<Found> {
    const { clientId, consumerGroup: group, topic, attemptId, invisibleTime, maxMsgNum } = header
    const { dispatcher, reader, lags, clock } = this.#deps
    const popTime = clock.now()
    const found: Found = { popTime, records: [], orderCountInfo: [] }
    if (maxMsgNum === 0) return found
    for (const lmqName of dispatcher.events(clientId)) {
      const maxNum = maxMsgNum - found.records.length
      const pop = { clientId, group, attemptId, popTime, invisibleTime, maxNum }
      const popped = await reader.popLiteTopic(lmqName, pop)
      if (popped === undefined) continue
      found.records.push(...popped.records)
      found.orderCountInfo.push(...popped.orderCountInfo)
      const isFull = found.records.length >= maxMsgNum
      await lags.collect(group, topic, lmqName, isFull ? popped.nextBeginOffset : undefined)
      if (isFull) break
    }
    return found
  }

  #count({ consumerGroup, topic }: PopLiteMessageRequestHeader, { popTime, records }: Found): void {
    const { gets, messages } = this.#deps.brokerStatsManager
    let bytes = 0
    for (const record of records) bytes += record.length
    gets.incGroupGetLatency(consumerGroup, topic, 0, this.#deps.clock.now() - popTime)
    gets.incGroupGet(consumerGroup, topic, records.length, bytes)
    messages.incMessagesOut(consumerGroup, topic, records.length, bytes)
  }
}

function fieldsOf(
  { invisibleTime }: PopLiteMessageRequestHeader,
  { popTime, orderCountInfo }: Found,
) {
  return PopLiteMessageResponseHeader.encode({
    popTime,
    invisibleTime,
    reviveQid: POP_ORDER_REVIVE_QUEUE,
    orderCountInfo: orderCountInfo.join(';'),
  })
}

function responseOf(header: PopLiteMessageRequestHeader, found: Found): RemotingCommand {
  const response = RemotingCommand.response(ResponseCode.SUCCESS, 'FOUND', fieldsOf(header, found))
  response.bodySlices = found.records
  return response
}

function nothingOf(
  header: PopLiteMessageRequestHeader,
  found: Found,
  polling: PollingResult,
): RemotingCommand {
  const code = polling === 'POLLING_FULL' ? ResponseCode.POLLING_FULL : ResponseCode.POLLING_TIMEOUT
  return RemotingCommand.response(code, 'NO_MESSAGE_IN_QUEUE', fieldsOf(header, found))
}
