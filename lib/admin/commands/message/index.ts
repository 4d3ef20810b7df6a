import type { AdminCommand } from '../../command.ts'
import { checkMsgSendRT } from './check-msg-send-rt.ts'
import { consumeMessage } from './consume-message.ts'
import { dumpCompactionLog } from './dump-compaction-log.ts'
import { printMsgByQueue } from './print-msg-by-queue.ts'
import { printMsg } from './print-msg.ts'
import { queryMsgById } from './query-msg-by-id.ts'
import { queryMsgByKey } from './query-msg-by-key.ts'
import { queryMsgByOffset } from './query-msg-by-offset.ts'
import { queryMsgByUniqueKey } from './query-msg-by-unique-key.ts'
import { queryMsgTraceById } from './query-msg-trace-by-id.ts'
import { sendMessage } from './send-message.ts'

export const MESSAGE_COMMANDS: readonly AdminCommand[] = [
  queryMsgById,
  queryMsgByKey,
  queryMsgByUniqueKey,
  queryMsgByOffset,
  queryMsgTraceById,
  printMsg,
  printMsgByQueue,
  consumeMessage,
  sendMessage,
  checkMsgSendRT,
  dumpCompactionLog,
]
