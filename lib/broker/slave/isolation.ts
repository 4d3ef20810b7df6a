import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'

/**
 * Whether a broker starts unseen, to go online when its group is ready for it. Source: broker.BrokerController#start
 */
export function isIsolatedAtStart(
  brokerConfig: Pick<BrokerConfig, 'enableSlaveActingMaster' | 'skipPreOnline'>,
  storeConfig: Pick<MessageStoreConfig, 'totalReplicas'>,
): boolean {
  const { enableSlaveActingMaster, skipPreOnline } = brokerConfig
  return enableSlaveActingMaster && !skipPreOnline && storeConfig.totalReplicas > 1
}
