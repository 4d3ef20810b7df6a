import type { AdminCommand } from '../../command.ts'
import { haStatus } from './ha-status.ts'

export const HA_COMMANDS: readonly AdminCommand[] = [haStatus]
