import { flag, int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object } from '../json-schema.ts'

const HAClientRuntimeInfo = object({
  lastReadTimestamp: long(0),
  lastWriteTimestamp: long(0),
  masterAddr: optional(text()),
  masterFlushOffset: long(0),
  maxOffset: long(0),
  transferredByteInSecond: long(0),
})

const HAConnectionRuntimeInfo = object({
  addr: text(),
  diff: long(0),
  inSync: flag(false),
  slaveAckOffset: long(0),
  transferFromWhere: long(0),
  transferredByteInSecond: long(0),
})

/** Answer to 907: `haConnectionInfo` is a master's, `haClientRuntimeInfo` a slave's. Source: remoting.protocol.body.HARuntimeInfo */
export const HARuntimeInfo = defineBody('HARuntimeInfo', {
  haClientRuntimeInfo: HAClientRuntimeInfo,
  haConnectionInfo: list(HAConnectionRuntimeInfo),
  inSyncSlaveNums: int(0),
  master: flag(false),
  masterCommitLogMaxOffset: long(0),
})
export type HARuntimeInfo = ValueOf<typeof HARuntimeInfo>
