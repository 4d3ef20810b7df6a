import type { AdminCommand } from '../../command.ts'
import { clusterList } from './cluster-list.ts'
import { clusterRT } from './cluster-rt.ts'

export const CLUSTER_COMMANDS: readonly AdminCommand[] = [clusterList, clusterRT]
