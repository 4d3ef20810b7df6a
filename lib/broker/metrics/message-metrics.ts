import { getOrAdd } from '../../common/maps.ts'
import { Counter, type CounterSeries } from '../../monitor/counter.ts'
import { Histogram, type HistogramSeries } from '../../monitor/histogram.ts'
import type { Metric } from '../../monitor/metric.ts'
import { LOCAL_DISK } from './storage-labels.ts'
import { isRetryOrDeadLetterTopic, isSystemConsumerGroup } from './system-names.ts'
import type { MetricsMessageType } from './message-type.ts'

interface IncomingSeries {
  readonly messages: CounterSeries
  readonly bytes: CounterSeries
  readonly size: HistogramSeries
}

interface OutgoingSeries {
  readonly messages: CounterSeries
  readonly bytes: CounterSeries
}

const KIB = 1024
const MIB = 1024 * KIB
const SIZE_BOUNDS = [KIB, 4 * KIB, 512 * KIB, MIB, 2 * MIB, 4 * MIB]
/** Seconds, whatever the metric's name says: so does Apache. */
const FINISH_BOUNDS = [5, 60, 600, 3600, 43_200, 86_400]
const TIMER_DELAY_BOUNDS = [60, 600, 3600, 43_200, 86_400, 259_200]
const CREATE_BOUNDS_MS = [10, 100, 1000, 3000, 5000]
/** Topics and groups whose series are kept at hand; those of others are looked up by their labels. */
const MAX_AT_HAND = 50_000

/**
 * What the broker takes, gives and settles, counted as it happens.
 * Apache: broker.metrics.BrokerMetricsManager, its counters and histograms
 */
export class MessageMetrics {
  readonly #isSystemTopic: (topic: string) => boolean
  readonly #incoming = new Map<string, Map<MetricsMessageType, IncomingSeries>>()
  readonly #outgoing = new Map<string, Map<string, OutgoingSeries>>()
  readonly #messagesIn = new Counter(
    'rocketmq_messages_in_total',
    'Total number of incoming messages',
  )
  readonly #messagesOut = new Counter(
    'rocketmq_messages_out_total',
    'Total number of outgoing messages',
  )
  readonly #bytesIn = new Counter(
    'rocketmq_throughput_in_total',
    'Total traffic of incoming messages',
  )
  readonly #bytesOut = new Counter(
    'rocketmq_throughput_out_total',
    'Total traffic of outgoing messages',
  )
  readonly #size = new Histogram('rocketmq_message_size', 'Incoming messages size', SIZE_BOUNDS)
  readonly #sendToDlq = new Counter(
    'rocketmq_send_to_dlq_messages_total',
    'Consumer send to DLQ messages',
  )
  readonly #commits = new Counter(
    'rocketmq_commit_messages_total',
    'Total number of commit messages',
  )
  readonly #rollbacks = new Counter(
    'rocketmq_rollback_messages_total',
    'Total number of rollback messages',
  )
  readonly #timerEnqueues = new Counter(
    'rocketmq_timer_enqueue_total',
    'Total number of timer enqueue',
  )
  readonly #timerDequeues = new Counter(
    'rocketmq_timer_dequeue_total',
    'Total number of timer dequeue',
  )
  readonly #finishLatency = new Histogram(
    'rocketmq_finish_message_latency_milliseconds',
    'Seconds from the birth of a transactional message to its commit',
    FINISH_BOUNDS,
  )
  readonly #timerDelay = new Histogram(
    'rocketmq_delay_message_latency_seconds',
    'Timer message set latency distribution',
    TIMER_DELAY_BOUNDS,
  )
  readonly #topicCreation = new Histogram(
    'rocketmq_topic_create_execution_time_milliseconds',
    'The distribution of create topic time',
    CREATE_BOUNDS_MS,
  )
  readonly #groupCreation = new Histogram(
    'rocketmq_consumer_group_create_execution_time_milliseconds',
    'The distribution of create subscription time',
    CREATE_BOUNDS_MS,
  )

  constructor(isSystemTopic: (topic: string) => boolean) {
    this.#isSystemTopic = isSystemTopic
  }

  get metrics(): readonly Metric[] {
    return [
      ...[this.#messagesIn, this.#messagesOut, this.#bytesIn, this.#bytesOut, this.#size],
      ...[this.#sendToDlq, this.#commits, this.#rollbacks, this.#finishLatency],
      ...[this.#topicCreation, this.#groupCreation, this.#timerEnqueues, this.#timerDequeues],
      this.#timerDelay,
    ]
  }

  /** One put of a client. Topics of retries and dead letters are not counted. */
  incMessagesIn(topic: string, type: MetricsMessageType, msgNum: number, bytes: number): void {
    if (!isRetryOrDeadLetterTopic(topic)) this.incDelivered(topic, type, msgNum, bytes)
  }

  /** The broker has put, under its own topic, what was delayed. */
  incDelivered(topic: string, type: MetricsMessageType, msgNum: number, bytes: number): void {
    const series = this.#incoming.get(topic)?.get(type) ?? this.#incomingSeries(topic, type)
    series.messages.value += msgNum
    series.bytes.value += bytes
    series.size.record(Math.floor(bytes / msgNum))
  }

  /** One answer to a pull. Topics of retries and dead letters are not counted. */
  incMessagesOut(group: string, topic: string, msgNum: number, bytes: number): void {
    if (isRetryOrDeadLetterTopic(topic)) return
    const series = this.#outgoing.get(group)?.get(topic) ?? this.#outgoingSeries(group, topic)
    series.messages.value += msgNum
    series.bytes.value += bytes
  }

  /** What one queue gave to a pop, under the topic that was asked for. */
  incPopped(group: string, topic: string, isRetry: boolean, msgNum: number, bytes: number): void {
    const name = `${topic}@${isRetry}`
    const series =
      this.#outgoing.get(group)?.get(name) ?? this.#outgoingSeries(group, topic, isRetry)
    series.messages.value += msgNum
    series.bytes.value += bytes
  }

  incSendToDlq(group: string, topic: string): void {
    const is_system = String(this.#isSystemTopic(topic) || isSystemConsumerGroup(group))
    this.#sendToDlq.series({ consumer_group: group, is_system, topic }).value++
  }

  incCommit(topic: string, latencyMs: number): void {
    this.#commits.series({ topic }).value++
    this.#finishLatency.series({ topic }).record(Math.floor(latencyMs / 1000))
  }

  incRollback(topic: string): void {
    this.#rollbacks.series({ topic }).value++
  }

  /** A timer has reached the wheel; it is due `delayMs` after its birth. */
  incTimerEnqueue(topic: string, delayMs: number): void {
    const labels = { ...LOCAL_DISK, topic }
    this.#timerEnqueues.series(labels).value++
    this.#timerDelay.series(labels).record(Math.trunc(delayMs / 1000))
  }

  /** A timer's message is back under its topic. */
  incTimerDequeue(topic: string): void {
    this.#timerDequeues.series({ ...LOCAL_DISK, topic }).value++
  }

  recordTopicCreation(isSuccess: boolean, isSystem: boolean, ms: number): void {
    const labels = { invocation_status: statusName(isSuccess), is_system: String(isSystem) }
    this.#topicCreation.series(labels).record(ms)
  }

  recordGroupCreation(isSuccess: boolean, ms: number): void {
    this.#groupCreation.series({ invocation_status: statusName(isSuccess) }).record(ms)
  }

  #incomingSeries(topic: string, type: MetricsMessageType): IncomingSeries {
    const labels = { is_system: String(this.#isSystemTopic(topic)), message_type: type, topic }
    const series = {
      messages: this.#messagesIn.series(labels),
      bytes: this.#bytesIn.series(labels),
      size: this.#size.series(labels),
    }
    if (this.#incoming.size < MAX_AT_HAND) {
      getOrAdd(this.#incoming, topic, () => new Map()).set(type, series)
    }
    return series
  }

  #outgoingSeries(group: string, topic: string, isRetry?: boolean): OutgoingSeries {
    const labels = {
      consumer_group: group,
      ...(isRetry !== undefined && { is_retry: String(isRetry) }),
      is_system: String(this.#isSystemTopic(topic) || isSystemConsumerGroup(group)),
      topic,
    }
    const series = {
      messages: this.#messagesOut.series(labels),
      bytes: this.#bytesOut.series(labels),
    }
    const topics = getOrAdd(this.#outgoing, group, () => new Map<string, OutgoingSeries>())
    if (topics.size < MAX_AT_HAND) {
      topics.set(isRetry === undefined ? topic : `${topic}@${isRetry}`, series)
    }
    return series
  }
}

function statusName(isSuccess: boolean): string {
  return isSuccess ? 'success' : 'failure'
}
