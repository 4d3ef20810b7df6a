import type { Host } from './host.ts'

/**
 * A message on its way into the store. Topic, queue and properties are those under which it is stored; what the store
 * decides (offsets, store time, CRC) is not here. `properties` is the encoded text (properties.ts).
 *
 * Apache: common.message.MessageExtBrokerInner
 */
export interface MessageExtBrokerInner {
  topic: string
  queueId: number
  /** The user's flag, int32; the broker never looks at it. */
  flag: number
  /** Bits of sys-flag.ts. */
  sysFlag: number
  /** As the client sent it, possibly compressed; the broker never looks inside. */
  body: Buffer
  properties: string
  bornTimestamp: number
  bornHost: Host
  storeHost: Host
  reconsumeTimes: number
  /** Commit log offset of the half message of a committed transaction, otherwise 0. */
  preparedTransactionOffset: number
}

/** A message out of the store. Apache: common.message.MessageExt */
export interface MessageExt extends MessageExtBrokerInner {
  /** Bytes of the record in the commit log. */
  storeSize: number
  bodyCrc: number
  queueOffset: number
  commitLogOffset: number
  storeTimestamp: number
}
