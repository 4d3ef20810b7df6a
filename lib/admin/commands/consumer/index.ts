import type { AdminCommand } from '../../command.ts'
import { consumerProgress } from './consumer-progress.ts'
import { consumerStatus } from './consumer-status.ts'
import { deleteSubGroup } from './delete-sub-group.ts'
import { getConsumerConfig } from './get-consumer-config.ts'
import { setConsumeMode } from './set-consume-mode.ts'
import { startMonitoring } from './start-monitoring.ts'
import { updateSubGroupList } from './update-sub-group-list.ts'
import { updateSubGroup } from './update-sub-group.ts'

export const CONSUMER_COMMANDS: readonly AdminCommand[] = [
  updateSubGroup,
  updateSubGroupList,
  deleteSubGroup,
  getConsumerConfig,
  setConsumeMode,
  consumerProgress,
  consumerStatus,
  startMonitoring,
]
