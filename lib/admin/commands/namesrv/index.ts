import type { AdminCommand } from '../../command.ts'
import { deleteKvConfig, updateKvConfig } from './kv-config.ts'
import { getNamesrvConfig, updateNamesrvConfig } from './namesrv-config.ts'
import { addWritePerm, wipeWritePerm } from './write-perm.ts'

export const NAMESRV_COMMANDS: readonly AdminCommand[] = [
  getNamesrvConfig,
  updateNamesrvConfig,
  updateKvConfig,
  deleteKvConfig,
  wipeWritePerm,
  addWritePerm,
]
