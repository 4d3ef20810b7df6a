import type { AdminCommand } from '../../command.ts'
import { clusterList } from './cluster-list.ts'

export const CLUSTER_COMMANDS: readonly AdminCommand[] = [clusterList]
