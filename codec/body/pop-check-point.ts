import { int, long, optional, text } from '../json-codec.ts'
import type { ValueOf } from '../json-codec.ts'
import { defineBody, list } from '../json-schema.ts'

/**
 * Body of a message with tag `ck` in the revive topic: messages of one queue that one pop has handed out, and until when
 * they are invisible. Offsets are queue offsets, times milliseconds.
 *
 * Source: store.pop.PopCheckPoint
 */
export const PopCheckPoint = defineBody('PopCheckPoint', {
  /** Start offset; `d` counts from it. */
  so: long(),
  /** When the messages were popped. */
  pt: long(),
  /** For how long they are invisible. */
  it: long(),
  /** Which messages are acknowledged, bit i for the i-th of `d`. An int32. */
  bm: int(0),
  /** Number of messages, at most 32. */
  n: int(0),
  q: int(),
  /** undefined as `c`: a message that is no check point. */
  t: optional(text()),
  c: optional(text()),
  /** Where the check point stands in its revive queue. */
  ro: long(0),
  /** Each message's queue offset minus `so`; missing: 0, 1, ... n - 1. */
  d: optional(list(int())),
  bn: optional(text()),
  /** How often it was put again because the messages could not be revived. A number as text. */
  rp: optional(text()),
  /** `pt + it`; follows from them. */
  reviveTime: optional(long()),
})
export type PopCheckPoint = ValueOf<typeof PopCheckPoint>
