import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import { requestCodeName } from '../../../codec/request-code.ts'
import { responseCodeName } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import { Histogram, type HistogramSeries } from '../../monitor/histogram.ts'
import type { AnswerListener } from '../../remoting/index.ts'

const BOUNDS_MS = [1, 3, 5, 7, 10, 100, 1000, 2000, 3000]
/** Kinds of answers whose series are kept at hand; those of others are looked up by their labels. */
const MAX_AT_HAND = 10_000
const MAX_CODE = 65_536

/** How long answers take, by request and response. Apache: remoting.metrics.RemotingMetricsManager */
export class RpcLatency implements AnswerListener {
  readonly metric = new Histogram('rocketmq_rpc_latency_milliseconds', 'Rpc latency', BOUNDS_MS)
  readonly #clock: Clock
  readonly #series = new Map<number, HistogramSeries>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  onRequest(request: RemotingCommand): void {
    request.processBeginMs = this.#clock.monotonic()
  }

  onAnswer(request: RemotingCommand, response: RemotingCommand): void {
    const { code, isSuspended, isOneway, processBeginMs } = request
    const kind = (isSuspended ? 2 : 0) + (isOneway ? 1 : 0)
    const key = (code * MAX_CODE + response.code) * 4 + kind
    const series = this.#series.get(key) ?? this.#find(key, request, response)
    series.record(Math.floor(this.#clock.monotonic() - processBeginMs))
  }

  #find(key: number, request: RemotingCommand, response: RemotingCommand): HistogramSeries {
    const series = this.metric.series({
      is_long_polling: String(request.isSuspended),
      protocol_type: 'remoting',
      request_code: requestCodeName(request.code).replace('UNKNOWN_', '').toLowerCase(),
      response_code: responseCodeName(response.code).toLowerCase(),
      result: request.isOneway ? 'oneway' : 'success',
    })
    if (this.#series.size < MAX_AT_HAND) this.#series.set(key, series)
    return series
  }
}
