import { Counter } from '../../monitor/counter.ts'
import type { Metric } from '../../monitor/metric.ts'

/** CK: a check point; ACK: one acknowledgement or several in one. */
export type PopReviveMessageType = 'CK' | 'ACK'

/** What belongs to a group and a topic; names as in check points and acknowledgements. */
interface OfGroup {
  readonly c?: string | undefined
  readonly t?: string | undefined
}

/**
 * What goes through the revive topic, counted as it happens. `status` is the store's, such as PUT_OK.
 * Apache: broker.metrics.PopMetricsManager, its counters
 */
export class PopMessageMetrics {
  readonly #puts = new Counter(
    'rocketmq_pop_revive_in_message_total',
    'Total number of put message to revive topic',
  )
  readonly #gets = new Counter(
    'rocketmq_pop_revive_out_message_total',
    'Total number of get message from revive topic',
  )
  readonly #retries = new Counter(
    'rocketmq_pop_revive_retry_messages_total',
    'Total number of put message to pop retry topic',
  )

  get metrics(): readonly Metric[] {
    return [this.#puts, this.#gets, this.#retries]
  }

  incRevivePut(message: OfGroup, type: PopReviveMessageType, status: string): void {
    const labels = { ...labelsOf(message), revive_message_type: type, put_status: status }
    this.#puts.series(labels).value++
  }

  incReviveGet(message: OfGroup, type: PopReviveMessageType, queueId: number): void {
    const labels = { ...labelsOf(message), queue_id: String(queueId), revive_message_type: type }
    this.#gets.series(labels).value++
  }

  incReviveRetryMessage(checkPoint: OfGroup, status: string): void {
    this.#retries.series({ ...labelsOf(checkPoint), put_status: status }).value++
  }
}

function labelsOf({ c = '', t = '' }: OfGroup) {
  return { consumer_group: c, topic: t }
}
