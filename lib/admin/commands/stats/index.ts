import type { AdminCommand } from '../../command.ts'
import { statsAll } from './stats-all.ts'

export const STATS_COMMANDS: readonly AdminCommand[] = [statsAll]
