import { SYSTEM_TOPIC_PREFIX } from '../topic/topic-validator.ts'

/** A check point reaches the revive topic so long before its time. Source: common.PopAckConstants#ackTimeInterval */
export const ACK_TIME_INTERVAL_MS = 1000
/** The group that reads the revive topic. */
export const REVIVE_GROUP = 'CID_RMQ_SYS_REVIVE_GROUP'
/** Tags of the messages in the revive topic. */
export const CK_TAG = 'ck'
export const ACK_TAG = 'ack'
export const BATCH_ACK_TAG = 'bAck'
/** Queues of a pop retry topic. */
export const RETRY_QUEUE_NUM = 1

/** The topic that holds check points and acknowledgements. Source: common.PopAckConstants#buildClusterReviveTopic */
export function buildClusterReviveTopic(clusterName: string): string {
  return `${SYSTEM_TOPIC_PREFIX}REVIVE_LOG_${clusterName}`
}

/** The key of what belongs to one queue of one group. Source: common.KeyBuilder#buildPollingKey */
export function popQueueKey(topic: string, group: string, queueId: number): string {
  return `${topic}@${group}@${queueId}`
}
