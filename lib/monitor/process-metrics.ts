import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { NodeGCPerformanceDetail, PerformanceEntry } from 'node:perf_hooks'
import type { Clock } from '../common/clock.ts'
import type { Service } from '../common/service.ts'
import { EventLoopDelay } from './event-loop-delay.ts'
import { Histogram } from './histogram.ts'
import { gauge, type Metric, type Sample, singleGauge } from './metric.ts'

type GCEntry = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail }

const GC_BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1]
const GC_KINDS: ReadonlyMap<number | undefined, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** What the process itself is about: delays of the event loop, garbage collection, memory and processor time. */
export class ProcessMetrics implements Service {
  readonly metrics: readonly Metric[]
  readonly #loop: EventLoopDelay
  readonly #gc = new Histogram(
    'rocketmq_server_gc_duration_seconds',
    'How long garbage collections took',
    GC_BOUNDS_SECONDS,
  )
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as GCEntry[]) {
      this.#gc.series({ kind: GC_KINDS.get(detail.kind) ?? 'other' }).record(duration / 1000)
    }
  })

  constructor(clock: Clock) {
    this.#loop = new EventLoopDelay(clock)
    // Rates and alerts need a series that begins at 0, before there was any collection.
    for (const kind of GC_KINDS.values()) this.#gc.series({ kind })
    this.metrics = [
      this.#loop.metric,
      this.#gc,
      gauge('rocketmq_server_memory_bytes', 'Memory of the process', memory),
      gauge('rocketmq_server_cpu_seconds', 'Processor time since the start', processorTime),
      singleGauge('rocketmq_server_uptime_seconds', 'Time since the start', () => process.uptime()),
    ]
  }

  async start(): Promise<void> {
    await this.#loop.start()
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  async stop(): Promise<void> {
    this.#observer.disconnect()
    await this.#loop.stop()
  }
}

function memory(): Sample[] {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  const kinds = { rss, heap_used: heapUsed, heap_total: heapTotal, external, buffers: arrayBuffers }
  return Object.entries(kinds).map(([kind, value]) => ({ labels: { kind }, value }))
}

function processorTime(): Sample[] {
  const { user, system } = process.cpuUsage()
  return Object.entries({ user, system }).map(([mode, micros]) => {
    return { labels: { mode }, value: micros / 1e6 }
  })
}
