import type { Clock } from '../../common/clock.ts'
import { gauge, type Metric, type Sample, singleGauge } from '../../monitor/metric.ts'
import type { PopConsumption } from '../pop-consumption.ts'

/** Source: broker.metrics.PopMetricsManager */
export async function popMetrics(
  pops: Pick<PopConsumption, 'bufferedCkSize' | 'bufferedOffsets' | 'reviveLags' | 'metrics'>,
  clock: Pick<Clock, 'now'>,
): Promise<readonly Metric[]> {
  const lags = await pops.reviveLags()
  const byQueue = (value: (lag: (typeof lags)[number]) => number): Sample[] =>
    lags.map((lag, queueId) => ({ labels: { queue_id: String(queueId) }, value: value(lag) }))
  return [
    ...pops.metrics.metrics,
    singleGauge(
      'rocketmq_pop_offset_buffer_size',
      'The number of buffered offsets',
      () => pops.bufferedOffsets,
    ),
    singleGauge(
      'rocketmq_pop_checkpoint_buffer_size',
      'The number of buffered check points',
      () => pops.bufferedCkSize,
    ),
    gauge(
      'rocketmq_pop_revive_lag_milliseconds',
      'Messages of the revive topic that wait, whatever the unit says: so does Apache',
      () => byQueue(({ messages }) => messages),
    ),
    gauge(
      'rocketmq_pop_revive_latency_milliseconds',
      'For how long the oldest one has waited',
      () => byQueue(({ oldestMs }) => (oldestMs > 0 ? clock.now() - oldestMs : 0)),
    ),
  ]
}
