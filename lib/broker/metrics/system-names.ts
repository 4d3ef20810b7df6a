const RETRY_GROUP_TOPIC_PREFIX = '%RETRY%'
const DLQ_GROUP_TOPIC_PREFIX = '%DLQ%'
const CID_RMQ_SYS_PREFIX = 'CID_RMQ_SYS_'

/** Source: broker.metrics.BrokerMetricsManager#isRetryOrDlqTopic */
export function isRetryOrDeadLetterTopic(topic: string): boolean {
  return topic.startsWith(RETRY_GROUP_TOPIC_PREFIX) || topic.startsWith(DLQ_GROUP_TOPIC_PREFIX)
}

/** Source: broker.metrics.BrokerMetricsManager#isSystemGroup */
export function isSystemConsumerGroup(group: string): boolean {
  return group.toUpperCase().startsWith(CID_RMQ_SYS_PREFIX)
}
