import type { AdminCommand } from '../../command.ts'
import { brokerConsumeStats } from './broker-consume-stats.ts'
import { brokerStatus } from './broker-status.ts'
import { cleanExpiredCQ, cleanUnusedTopic, deleteExpiredCommitLog } from './cleaning.ts'
import {
  getColdDataFlowCtrInfo,
  removeColdDataFlowCtrGroupConfig,
  setCommitLogReadAheadMode,
  updateColdDataFlowCtrGroupConfig,
} from './cold-data.ts'
import { getBrokerConfig } from './get-broker-config.ts'
import { getBrokerEpoch } from './get-broker-epoch.ts'
import { resetMasterFlushOffset } from './reset-master-flush-offset.ts'
import { sendMsgStatus } from './send-msg-status.ts'
import { switchTimerEngine } from './switch-timer-engine.ts'
import { updateBrokerConfig } from './update-broker-config.ts'

export const BROKER_COMMANDS: readonly AdminCommand[] = [
  getBrokerConfig,
  updateBrokerConfig,
  brokerStatus,
  brokerConsumeStats,
  sendMsgStatus,
  cleanExpiredCQ,
  deleteExpiredCommitLog,
  cleanUnusedTopic,
  getBrokerEpoch,
  resetMasterFlushOffset,
  getColdDataFlowCtrInfo,
  updateColdDataFlowCtrGroupConfig,
  removeColdDataFlowCtrGroupConfig,
  setCommitLogReadAheadMode,
  switchTimerEngine,
]
