import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { ConfigError } from '../../config/errors.ts'
import type { Labels, MetricSource } from '../../monitor/metric.ts'
import { GrpcMetricExporter } from '../../monitor/otlp/grpc-metric-exporter.ts'
import { LoggingMetricExporter } from '../../monitor/otlp/logging-metric-exporter.ts'
import { MetricsCollector } from '../../monitor/otlp/metrics-collector.ts'
import { PeriodicMetricReader } from '../../monitor/otlp/periodic-metric-reader.ts'

export interface MetricReaderDeps {
  readonly brokerConfig: BrokerConfig
  readonly scope: string
  readonly labels: Labels
  readonly sources: () => readonly MetricSource[]
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * What exports the broker's metrics with metricsExporterType=OTLP_GRPC or LOG.
 * @throws ConfigError when it is not told where to
 *
 * Source: broker.metrics.BrokerMetricsManager#init
 */
export function createMetricReader(deps: MetricReaderDeps): PeriodicMetricReader {
  const { brokerConfig, scope, labels, sources, clock, logger } = deps
  const { metricsExporterType, metricsInDelta: isDelta } = brokerConfig
  const collector = new MetricsCollector({ scope, labels, isDelta, startTimeMs: clock.now() })
  const common = { collect: () => collector.collect(sources(), clock.now()), clock, logger }
  if (metricsExporterType === 'LOG') {
    const intervalMs = brokerConfig.metricLoggingExporterIntervalInMills
    return new PeriodicMetricReader({
      ...common,
      intervalMs,
      exporter: new LoggingMetricExporter(logger),
    })
  }
  const exporter = new GrpcMetricExporter({
    endpoint: parseEndpoint(brokerConfig.metricsGrpcExporterTarget),
    headers: parseHeaders(brokerConfig.metricsGrpcExporterHeader),
    timeoutMs: brokerConfig.metricGrpcExporterTimeOutInMills,
    clock,
  })
  const intervalMs = brokerConfig.metricGrpcExporterIntervalInMills
  return new PeriodicMetricReader({ ...common, intervalMs, exporter })
}

function parseEndpoint(target: string): string {
  const endpoint = target.startsWith('http') ? target : `https://${target}`
  if (target !== '' && URL.canParse(endpoint)) return endpoint
  throw new ConfigError(
    `metricsGrpcExporterTarget=${target}: with metricsExporterType=OTLP_GRPC it is http://host:port or https://host:port`,
  )
}

/** `name:value,name:value`; what is not a name and a value is passed over, as by Apache. */
function parseHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').map((item) => item.split(':'))
  const whole = pairs.filter((pair) => pair.length === 2 && pair[0] !== '')
  return Object.fromEntries(whole.map(([name = '', value = '']) => [name.trim(), value.trim()]))
}
