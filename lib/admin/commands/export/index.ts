import type { AdminCommand } from '../../command.ts'
import { exportConfigs } from './export-configs.ts'
import { exportMetadata } from './export-metadata.ts'
import { exportMetrics } from './export-metrics.ts'
import { exportPopRecord } from './export-pop-record.ts'

export const EXPORT_COMMANDS: readonly AdminCommand[] = [
  exportMetadata,
  exportConfigs,
  exportMetrics,
  exportPopRecord,
]
