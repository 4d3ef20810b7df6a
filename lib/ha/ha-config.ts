import type { MessageStoreConfig } from '../config/message-store-config.ts'

/** The settings of classic replication. They may change at run time. */
export type HAConfig = Pick<
  MessageStoreConfig,
  | 'brokerRole'
  | 'inSyncReplicas'
  | 'minInSyncReplicas'
  | 'enableAutoInSyncReplicas'
  | 'slaveTimeout'
  | 'haMasterAddress'
  | 'haSendHeartbeatInterval'
  | 'haHousekeepingInterval'
  | 'haTransferBatchSize'
  | 'haMaxGapNotInSync'
  | 'haFlowControlEnable'
  | 'maxHaTransferByteInSecond'
>
