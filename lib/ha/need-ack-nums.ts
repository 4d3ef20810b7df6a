import type { HAConfig } from './ha-config.ts'

export type AckRule = Pick<
  HAConfig,
  'inSyncReplicas' | 'minInSyncReplicas' | 'enableAutoInSyncReplicas'
>

/**
 * Replicas, the master included, that must have a message of a SYNC_MASTER in a group where slaves may act as masters; undefined
 * when fewer than that are there, so that the message must be refused.
 *
 * @param aliveReplicas brokers of the group that the name servers know
 * @param inSyncReplicas those that are connected and not far behind, and the master
 *
 * Source: store.CommitLog#asyncPutMessage, #calcNeedAckNums
 */
export function needAckNums(
  config: AckRule,
  aliveReplicas: number,
  inSyncReplicas: number,
): number | undefined {
  const available = Math.min(aliveReplicas, inSyncReplicas)
  const needed = config.enableAutoInSyncReplicas
    ? Math.max(Math.min(config.inSyncReplicas, available), config.minInSyncReplicas)
    : config.inSyncReplicas
  return needed > available ? undefined : needed
}
