import { gauge, type Labels, type Metric } from '../../monitor/metric.ts'
import type { ConsumerLag } from './consumer-lag-calculator.ts'
import { isSystemConsumerGroup } from './system-names.ts'

const GAUGES: readonly (readonly [name: string, help: string, value: keyof ConsumerLag])[] = [
  ['rocketmq_consumer_lag_messages', 'Consumer lag messages', 'lag'],
  ['rocketmq_consumer_lag_latency_milliseconds', 'Consumer lag time', 'lagLatencyMs'],
  ['rocketmq_consumer_inflight_messages', 'Consumer inflight messages', 'inflight'],
  [
    'rocketmq_consumer_queueing_latency_milliseconds',
    'Consumer queueing time',
    'queueingLatencyMs',
  ],
  ['rocketmq_consumer_ready_messages', 'Consumer ready messages', 'ready'],
]

/** Source: broker.metrics.BrokerMetricsManager#initLagAndDlqMetrics */
export function lagMetrics(
  lags: readonly ConsumerLag[],
  isSystemTopic: (topic: string) => boolean,
): readonly Metric[] {
  const labelled = lags.map((lag) => {
    const isSystem = isSystemTopic(lag.topic) || isSystemConsumerGroup(lag.group)
    const labels: Labels = {
      consumer_group: lag.group,
      is_retry: String(lag.isRetry),
      is_system: String(isSystem),
      topic: lag.topic,
    }
    return { labels, lag }
  })
  return GAUGES.map(([name, help, value]) => {
    return gauge(name, help, () =>
      labelled.map(({ labels, lag }) => ({ labels, value: Number(lag[value]) })),
    )
  })
}
