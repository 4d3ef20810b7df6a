import type { AckMsg, BatchAckMsg } from '../../../codec/body/pop-ack.ts'
import type { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'

export type { PopCheckPoint }

/** More messages than one check point can hold are not popped at once: its bit map is an int32. */
export const CHECK_POINT_MAX_MESSAGES = 32

/** What is popped of one queue at once. */
export interface PoppedMessages {
  readonly group: string
  readonly topic: string
  readonly queueId: number
  readonly startOffset: number
  readonly popTime: number
  readonly invisibleTime: number
  readonly brokerName: string
  /** Queue offsets, in ascending order. */
  readonly offsets: readonly number[]
}

export function newCheckPoint(popped: PoppedMessages): PopCheckPoint {
  const { startOffset, offsets } = popped
  return {
    bm: 0,
    n: offsets.length,
    pt: popped.popTime,
    it: popped.invisibleTime,
    so: startOffset,
    c: popped.group,
    t: popped.topic,
    q: popped.queueId,
    bn: popped.brokerName,
    ro: 0,
    d: offsets.map((offset) => offset - startOffset),
  }
}

/** When the messages become visible again. */
export function reviveTimeOf({ pt, it }: PopCheckPoint): number {
  return pt + it
}

/** Which of the check point's messages stands at a queue offset; -1 when none does. */
export function indexOfAck({ so, n, d }: PopCheckPoint, offset: number): number {
  if (offset < so) return -1
  if (d !== undefined && d.length > 0) return d.indexOf(offset - so)
  return offset - so < n ? offset - so : -1
}

/** The queue offset of the check point's message `index`. */
export function ackOffsetByIndex({ so, d }: PopCheckPoint, index: number): number {
  return so + (d?.[index] ?? index)
}

export function isAcked(bits: number, index: number): boolean {
  return (bits & (1 << index)) !== 0
}

/** The key by which a check point and its acknowledgements find each other. */
export function checkPointKey({ t, c, q, so, pt, bn }: PopCheckPoint): string {
  return `${t}${c}${q}${so}${pt}${bn}`
}

/** The same of an acknowledgement; one without broker name is meant for `brokerName`. */
export function ackKey({ t, c, q, so, pt, bn }: AckMsg | BatchAckMsg, brokerName: string): string {
  return `${t}${c}${q}${so}${pt}${bn === undefined || bn.trim() === '' ? brokerName : bn}`
}

/** The queue offsets that an acknowledgement names. */
export function ackedOffsets(ack: AckMsg | BatchAckMsg): readonly number[] {
  return 'aol' in ack ? ack.aol : [ack.ao]
}

/** How often a check point was put again. Source: store.pop.PopCheckPoint#parseRePutTimes */
export function parseRePutTimes({ rp }: PopCheckPoint): number {
  if (rp === undefined) return 0
  return /^[+-]?\d{1,9}$/.test(rp) ? Number(rp) : 127
}
