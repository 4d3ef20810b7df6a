import { int, long, optional, text } from '../json-codec.ts'
import type { JsonCodec, ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'
import { withLongNames } from './long-names.ts'

const fields = {
  /** The queue offset that is acknowledged; -1 in a batch. */
  ao: long(0),
  so: long(),
  c: text(),
  t: text(),
  q: int(),
  pt: long(),
  bn: optional(text()),
}
const LONG_NAMES = {
  ackOffset: 'ao',
  startOffset: 'so',
  consumerGroup: 'c',
  topic: 't',
  queueId: 'q',
  popTime: 'pt',
  brokerName: 'bn',
}

/** Body of a message with tag `ack` in the revive topic. Source: store.pop.AckMsg */
export const AckMsg = withLongNames(defineBody('AckMsg', fields), LONG_NAMES)
export type AckMsg = ValueOf<typeof AckMsg>

/** Body of a message with tag `bAck` in the revive topic. Source: store.pop.BatchAckMsg */
export const BatchAckMsg = withLongNames(
  defineBody('BatchAckMsg', { ...fields, aol: list(long()) }),
  { ...LONG_NAMES, ackOffsetList: 'aol' },
)
export type BatchAckMsg = ValueOf<typeof BatchAckMsg>

/** The bytes of a Java BitSet as base64. */
const BitSet: JsonCodec<Buffer> = {
  fromJson: (value) => Buffer.from(text().fromJson(value), 'base64'),
  toJson: (bytes) => bytes.toString('base64'),
}

/** The bits of a BitSet that are set, in ascending order. */
export function* setBitsOf(bytes: Buffer): Generator<number> {
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) yield index * 8 + bit
  }
}

/** Messages of one check point that are acknowledged together. Source: remoting.protocol.body.BatchAck */
export const BatchAck = withLongNames(
  defineBody('BatchAck', {
    c: text(),
    t: text(),
    /** `0`: the topic itself, `1` and `2`: its retry topic of that version. */
    r: text(),
    so: long(0),
    q: int(0),
    rq: int(0),
    pt: long(0),
    it: long(0),
    /** Bit i: the message at queue offset `so + i`. */
    b: BitSet,
  }),
  {
    consumerGroup: 'c',
    topic: 't',
    retry: 'r',
    startOffset: 'so',
    queueId: 'q',
    reviveQueueId: 'rq',
    popTime: 'pt',
    invisibleTime: 'it',
    bitSet: 'b',
  },
)
export type BatchAck = ValueOf<typeof BatchAck>

/** Body of 200151 BATCH_ACK_MESSAGE. */
export const BatchAckMessageRequestBody = defineBody('BatchAckMessageRequestBody', {
  acks: list(BatchAck),
  brokerName: optional(text()),
})
export type BatchAckMessageRequestBody = ValueOf<typeof BatchAckMessageRequestBody>
