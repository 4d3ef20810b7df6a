import { text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, table } from '../json-schema.ts'

/** Answer to 28, 103 and 219: names and texts. Source: remoting.protocol.body.KVTable */
export const KVTable = defineBody('KVTable', { table: table(text()) })
export type KVTable = ValueOf<typeof KVTable>
