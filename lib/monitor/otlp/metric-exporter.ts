import type { ResourceMetrics } from './metrics-data.ts'

/** Where metrics go. Apache: io.opentelemetry.sdk.metrics.export.MetricExporter */
export interface MetricExporter {
  /** Rejects when they have not arrived. */
  export(metrics: ResourceMetrics): Promise<void>
}
