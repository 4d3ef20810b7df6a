import type { Logger } from '../../common/logger.ts'
import type { MetricExporter } from './metric-exporter.ts'
import type { ResourceMetrics } from './metrics-data.ts'

/** Writes metrics into the log, as JSON. Apache: io.opentelemetry.exporter.logging.otlp.OtlpJsonLoggingMetricExporter */
export class LoggingMetricExporter implements MetricExporter {
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  export(metrics: ResourceMetrics): Promise<void> {
    this.#logger.info({ metrics }, 'metrics')
    return Promise.resolve()
  }
}
