import type { AdminCommand } from '../../command.ts'
import { brokerStatus } from './broker-status.ts'
import { getBrokerConfig } from './get-broker-config.ts'
import { updateBrokerConfig } from './update-broker-config.ts'

export const BROKER_COMMANDS: readonly AdminCommand[] = [
  updateBrokerConfig,
  brokerStatus,
  getBrokerConfig,
]
