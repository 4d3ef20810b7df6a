import type { AdminCommand } from '../../command.ts'
import { queryCq } from './query-cq.ts'

export const QUEUE_COMMANDS: readonly AdminCommand[] = [queryCq]
