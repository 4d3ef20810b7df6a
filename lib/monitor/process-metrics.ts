import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { NodeGCPerformanceDetail, PerformanceEntry } from 'node:perf_hooks'
import type { Service } from '../common/service.ts'
import { Histogram } from './histogram.ts'
import { gauge, type Metric, type Sample, singleGauge } from './metric.ts'

type GCEntry = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail }

/** How often the event loop is looked at, in milliseconds. */
const RESOLUTION_MS = 10
const NANOS = 1e9
const QUANTILES = [50, 90, 99, 99.9]
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
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
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

  constructor() {
    this.metrics = [
      gauge(
        'rocketmq_server_event_loop_delay_seconds',
        'By how much timers were late since the last scrape',
        () => this.#loopDelays(),
      ),
      this.#gc,
      gauge('rocketmq_server_memory_bytes', 'Memory of the process', memory),
      gauge('rocketmq_server_cpu_seconds', 'Processor time since the start', processorTime),
      singleGauge('rocketmq_server_uptime_seconds', 'Time since the start', () => process.uptime()),
    ]
  }

  async start(): Promise<void> {
    this.#loop.enable()
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  async stop(): Promise<void> {
    this.#loop.disable()
    this.#observer.disconnect()
  }

  #loopDelays(): Sample[] {
    const loop = this.#loop
    const samples = QUANTILES.map((percent) => ({
      labels: { quantile: String(percent / 100) },
      value: lateness(loop.percentile(percent)),
    }))
    samples.push({ labels: { quantile: '1' }, value: lateness(loop.max) })
    loop.reset()
    return samples
  }
}

/** Seconds by which a timer was late; what is measured has the timer's own period in it. 0 when nothing was measured. */
function lateness(nanos: number): number {
  const seconds = nanos / NANOS - RESOLUTION_MS / 1000
  return seconds > 0 && seconds < Number.MAX_SAFE_INTEGER / NANOS ? seconds : 0
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
