import { long } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody } from '../json-schema.ts'

/** When and how often a table changed. 4.x leaves out `stateVersion`. Source: remoting.protocol.DataVersion */
export const DataVersion = defineBody('DataVersion', {
  /** Number of changes. */
  counter: long(0),
  /** Epoch of the master that made them. */
  stateVersion: long(0),
  /** Milliseconds. */
  timestamp: long(0),
})
export type DataVersion = ValueOf<typeof DataVersion>

/** What stands for a version that a peer did not send. */
export function noDataVersion(): DataVersion {
  return { counter: 0, stateVersion: 0, timestamp: 0 }
}
