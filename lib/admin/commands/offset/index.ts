import type { AdminCommand } from '../../command.ts'
import { cloneGroupOffset } from './clone-group-offset.ts'
import { resetOffsetByTime } from './reset-offset-by-time.ts'
import { skipAccumulatedMessage } from './skip-accumulated-message.ts'

export const OFFSET_COMMANDS: readonly AdminCommand[] = [
  resetOffsetByTime,
  skipAccumulatedMessage,
  cloneGroupOffset,
]
