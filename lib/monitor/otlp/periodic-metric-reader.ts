import type { Clock, Timer } from '../../common/clock.ts'
import { FailureLog } from '../../common/failure-log.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { MetricExporter } from './metric-exporter.ts'
import type { ResourceMetrics } from './metrics-data.ts'

export interface PeriodicMetricReaderOptions {
  readonly intervalMs: number
  readonly collect: () => Promise<ResourceMetrics>
  readonly exporter: MetricExporter
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Collects metrics every `intervalMs` and hands them to the exporter, and once more when it is stopped. What does not
 * arrive is lost: with totals the next ones tell it, too. Apache: io.opentelemetry.sdk.metrics.export.PeriodicMetricReader
 */
export class PeriodicMetricReader implements Service {
  readonly #options: PeriodicMetricReaderOptions
  readonly #failures: FailureLog
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = true

  constructor(options: PeriodicMetricReaderOptions) {
    this.#options = options
    this.#failures = new FailureLog(options.logger, 'metrics not exported')
  }

  start(): Promise<void> {
    this.#isStopped = false
    this.#schedule()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
    await this.#export()
  }

  #schedule(): void {
    if (this.#isStopped) return
    const { clock, intervalMs } = this.#options
    this.#timer = clock.setTimeout(() => {
      this.#running = this.#export().finally(() => this.#schedule())
    }, intervalMs)
  }

  async #export(): Promise<void> {
    const { collect, exporter } = this.#options
    try {
      await exporter.export(await collect())
      this.#failures.worked()
    } catch (thrown) {
      this.#failures.failed(thrown)
    }
  }
}
