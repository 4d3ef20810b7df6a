import type { Clock } from '../../common/clock.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { gauge, type Metric, singleGauge } from '../../monitor/metric.ts'
import type { TimerMessageStore } from '../../store/timer/timer-message-store.ts'
import type { MessageStore } from '../../store/types.ts'
import { LOCAL_DISK } from './storage-labels.ts'

/** Ends of the periods for which waiting timers are counted, seconds from now. Source: store.timer.TimerMetrics#timerDist */
const TIMER_BOUNDS_SECONDS = [5, 60, 300, 900, 3600, 14_400, 28_800, 86_400]

export interface StoreMetricsDeps {
  readonly storeConfig: { readonly storePathRootDir: string }
  readonly messageStore: MessageStore
  /** undefined without a timer wheel. */
  readonly timerMessageStore: TimerMessageStore | undefined
  readonly fileSystem: FileSystem
  readonly clock: Clock
}

/** Apache: store.metrics.DefaultStoreMetricsManager */
export async function storeMetrics(deps: StoreMetricsDeps): Promise<readonly Metric[]> {
  const { messageStore, timerMessageStore, clock } = deps
  const oldest = await messageStore.lookMessageByOffset(messageStore.minPhysicalOffset)
  return [
    singleGauge(
      'rocketmq_storage_size_bytes',
      'Used space of the file system that the store lies on',
      () => usedSpace(deps),
      LOCAL_DISK,
    ),
    singleGauge(
      'rocketmq_storage_flush_behind_bytes',
      'Broker flush behind bytes',
      () => messageStore.flushBehindBytes,
      LOCAL_DISK,
    ),
    singleGauge(
      'rocketmq_storage_dispatch_behind_bytes',
      'Broker dispatch behind bytes',
      () => messageStore.dispatchBehindBytes,
      LOCAL_DISK,
    ),
    singleGauge(
      'rocketmq_storage_message_reserve_time_milliseconds',
      'Broker message reserve time',
      () => oldest && clock.now() - oldest.storeTimestamp,
      LOCAL_DISK,
    ),
    ...(timerMessageStore === undefined ? [] : timerMetrics(timerMessageStore)),
    ...messageStore.metrics,
  ]
}

function usedSpace({ fileSystem, storeConfig }: StoreMetricsDeps): number | undefined {
  if (!fileSystem.exists(storeConfig.storePathRootDir)) return undefined
  const { total, free } = fileSystem.diskUsage(storeConfig.storePathRootDir)
  return total > 0 ? total - free : undefined
}

function timerMetrics(timers: TimerMessageStore): readonly Metric[] {
  const single = (name: string, help: string, read: () => number): Metric =>
    singleGauge(`rocketmq_timer_${name}`, help, read, LOCAL_DISK)
  return [
    single('enqueue_lag', 'Timer enqueue messages lag', () => timers.getEnqueueBehindMessages()),
    single('enqueue_latency_milliseconds', 'Timer enqueue latency', () =>
      timers.getEnqueueBehindMillis(),
    ),
    single('dequeue_lag', 'Messages that are due', () => timers.getAllCongestNum()),
    single('dequeue_latency_milliseconds', 'Timer dequeue latency', () =>
      Math.max(timers.getDequeueBehindMillis(), 0),
    ),
    gauge('rocketmq_timing_messages', 'Current message number in timing', () =>
      [...timers.metrics.timingCounts].map(([topic, { count }]) => {
        return { labels: { ...LOCAL_DISK, topic }, value: count }
      }),
    ),
    gauge('rocketmq_timer_message_snapshot', 'Timers of the next 24 hours, by their time', () =>
      TIMER_BOUNDS_SECONDS.map((bound, index) => {
        const fromMs = (TIMER_BOUNDS_SECONDS[index - 1] ?? 0) * 1000
        const value = timers.congestNumBetween(fromMs, bound * 1000)
        return { labels: { ...LOCAL_DISK, timer_bound_s: String(bound) }, value }
      }),
    ),
  ]
}
