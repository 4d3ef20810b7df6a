import type { AdminCommand } from '../command.ts'
import { BROKER_COMMANDS } from './broker/index.ts'
import { CLUSTER_COMMANDS } from './cluster/index.ts'
import { CONSUMER_COMMANDS } from './consumer/index.ts'
import { TOPIC_COMMANDS } from './topic/index.ts'

/** All commands, in the order in which they are listed. */
export const ADMIN_COMMANDS: readonly AdminCommand[] = [
  ...TOPIC_COMMANDS,
  ...CONSUMER_COMMANDS,
  ...BROKER_COMMANDS,
  ...CLUSTER_COMMANDS,
]
