import type { AdminCommand } from '../command.ts'
import { AUTH_COMMANDS } from './auth/index.ts'
import { BROKER_COMMANDS } from './broker/index.ts'
import { CLUSTER_COMMANDS } from './cluster/index.ts'
import { CONNECTION_COMMANDS } from './connection/index.ts'
import { CONSUMER_COMMANDS } from './consumer/index.ts'
import { EXPORT_COMMANDS } from './export/index.ts'
import { HA_COMMANDS } from './ha/index.ts'
import { LITE_COMMANDS } from './lite/index.ts'
import { MESSAGE_COMMANDS } from './message/index.ts'
import { NAMESRV_COMMANDS } from './namesrv/index.ts'
import { OFFSET_COMMANDS } from './offset/index.ts'
import { QUEUE_COMMANDS } from './queue/index.ts'
import { REFUSED_COMMANDS } from './refused.ts'
import { STATS_COMMANDS } from './stats/index.ts'
import { TOPIC_COMMANDS } from './topic/index.ts'

/** All commands, in the order in which they are listed. */
export const ADMIN_COMMANDS: readonly AdminCommand[] = [
  ...TOPIC_COMMANDS,
  ...CONSUMER_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...BROKER_COMMANDS,
  ...CLUSTER_COMMANDS,
  ...NAMESRV_COMMANDS,
  ...HA_COMMANDS,
  ...STATS_COMMANDS,
  ...QUEUE_COMMANDS,
  ...LITE_COMMANDS,
  ...MESSAGE_COMMANDS,
  ...OFFSET_COMMANDS,
  ...AUTH_COMMANDS,
  ...EXPORT_COMMANDS,
  ...REFUSED_COMMANDS,
]
