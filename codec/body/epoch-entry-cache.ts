import { int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list, object } from '../json-schema.ts'

/** Where the log of one master begins; offsets in bytes. Source: remoting.protocol.EpochEntry */
const EpochEntry = object({ endOffset: optional(long()), epoch: int(), startOffset: long(0) })
export type EpochEntry = ValueOf<typeof EpochEntry>

/** Answer to 1007 GET_BROKER_EPOCH_CACHE. Source: remoting.protocol.body.EpochEntryCache */
export const EpochEntryCache = defineBody('EpochEntryCache', {
  brokerId: long(0),
  brokerName: optional(text()),
  clusterName: optional(text()),
  epochList: list(EpochEntry),
  maxOffset: long(0),
})
export type EpochEntryCache = ValueOf<typeof EpochEntryCache>
