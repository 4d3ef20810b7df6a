import { Host } from '../../codec/message/host.ts'
import { encodeRecord, planRecord } from '../../codec/message/record.ts'
import type { RecordBytes } from '../../lib/store/types.ts'

const HOST = Host.of('127.0.0.1', 1)
const PLACE = { queueOffset: 0, commitLogOffset: 0, storeTimestamp: 0 }
/** Around the record lie other bytes, so that positions in the buffer are not those in the record. */
const MARGIN = 7

/** The record of a message of which only the encoded properties matter. */
export function recordWith(properties: string, body = Buffer.from('body')): RecordBytes {
  const message = {
    topic: 'T',
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    body,
    properties,
    bornTimestamp: 0,
    bornHost: HOST,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
  }
  const plan = planRecord(message, false)
  const buffer = Buffer.alloc(plan.size + 2 * MARGIN, 0x02)
  encodeRecord(buffer, MARGIN, message, plan, PLACE)
  return { buffer, start: MARGIN, end: MARGIN + plan.size }
}
