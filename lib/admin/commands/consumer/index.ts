import type { AdminCommand } from '../../command.ts'
import { consumerProgress } from './consumer-progress.ts'
import { deleteSubGroup } from './delete-sub-group.ts'
import { updateSubGroup } from './update-sub-group.ts'

export const CONSUMER_COMMANDS: readonly AdminCommand[] = [
  updateSubGroup,
  deleteSubGroup,
  consumerProgress,
]
