const LAGS = 'consumer_group is_retry is_system topic'
const SENDS = 'is_system message_type topic'
const STORAGE = 'storage_medium storage_type'
const STORAGE_TOPIC = `${STORAGE} topic`

/**
 * What a broker of Apache 5.3.3 (metricsExporterType=PROM) tells after sends, consumption, timers, delays and transactions:
 * names with their units, types, and labels beside those of all metrics. Written down from its /metrics.
 */
export const APACHE_METRICS: readonly (readonly [name: string, type: string, labels: string])[] = [
  ['rocketmq_broker_permission', 'gauge', ''],
  ['rocketmq_commit_messages_total', 'counter', 'topic'],
  [
    'rocketmq_consumer_connections',
    'gauge',
    'consume_mode consumer_group is_system language protocol_type version',
  ],
  ['rocketmq_consumer_group_number', 'gauge', ''],
  ['rocketmq_consumer_inflight_messages', 'gauge', LAGS],
  ['rocketmq_consumer_lag_latency_milliseconds', 'gauge', LAGS],
  ['rocketmq_consumer_lag_messages', 'gauge', LAGS],
  ['rocketmq_consumer_queueing_latency_milliseconds', 'gauge', LAGS],
  ['rocketmq_consumer_ready_messages', 'gauge', LAGS],
  ['rocketmq_delay_message_latency_seconds', 'histogram', STORAGE_TOPIC],
  ['rocketmq_finish_message_latency_milliseconds', 'histogram', 'topic'],
  ['rocketmq_half_messages', 'gauge', 'topic'],
  ['rocketmq_message_size', 'histogram', SENDS],
  ['rocketmq_messages_in_total', 'counter', SENDS],
  ['rocketmq_messages_out_total', 'counter', 'consumer_group is_system topic'],
  ['rocketmq_pop_buffer_scan_time_consume_milliseconds', 'histogram', ''],
  ['rocketmq_pop_checkpoint_buffer_size', 'gauge', ''],
  ['rocketmq_pop_offset_buffer_size', 'gauge', ''],
  ['rocketmq_pop_revive_lag_milliseconds', 'gauge', 'queue_id'],
  ['rocketmq_pop_revive_latency_milliseconds', 'gauge', 'queue_id'],
  ['rocketmq_processor_watermark', 'gauge', 'processor'],
  ['rocketmq_producer_connections', 'gauge', 'language protocol_type version'],
  [
    'rocketmq_rpc_latency_milliseconds',
    'histogram',
    'is_long_polling protocol_type request_code response_code result',
  ],
  ['rocketmq_storage_dispatch_behind_bytes', 'gauge', STORAGE],
  ['rocketmq_storage_flush_behind_bytes', 'gauge', STORAGE],
  ['rocketmq_storage_message_reserve_time_milliseconds', 'gauge', STORAGE],
  ['rocketmq_storage_size_bytes', 'gauge', STORAGE],
  ['rocketmq_throughput_in_total', 'counter', SENDS],
  ['rocketmq_throughput_out_total', 'counter', 'consumer_group is_system topic'],
  ['rocketmq_timer_dequeue_lag', 'gauge', STORAGE],
  ['rocketmq_timer_dequeue_latency_milliseconds', 'gauge', STORAGE],
  ['rocketmq_timer_dequeue_total', 'counter', STORAGE_TOPIC],
  ['rocketmq_timer_enqueue_lag', 'gauge', STORAGE],
  ['rocketmq_timer_enqueue_latency_milliseconds', 'gauge', STORAGE],
  ['rocketmq_timer_enqueue_total', 'counter', STORAGE_TOPIC],
  ['rocketmq_timer_message_snapshot', 'gauge', 'storage_medium storage_type timer_bound_s'],
  ['rocketmq_timing_messages', 'gauge', STORAGE_TOPIC],
  ['rocketmq_topic_create_execution_time_milliseconds', 'histogram', 'invocation_status is_system'],
  ['rocketmq_topic_number', 'gauge', ''],
]
