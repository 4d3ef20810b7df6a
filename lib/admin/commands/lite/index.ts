import type { AdminCommand } from '../../command.ts'
import { getBrokerLiteInfo } from './get-broker-lite-info.ts'
import { getLiteClientInfo } from './get-lite-client-info.ts'
import { getLiteGroupInfo } from './get-lite-group-info.ts'
import { getLiteTopicInfo, getParentTopicInfo } from './lite-topics.ts'
import { triggerLiteDispatch } from './trigger-lite-dispatch.ts'

export const LITE_COMMANDS: readonly AdminCommand[] = [
  getBrokerLiteInfo,
  getParentTopicInfo,
  getLiteTopicInfo,
  getLiteClientInfo,
  getLiteGroupInfo,
  triggerLiteDispatch,
]
