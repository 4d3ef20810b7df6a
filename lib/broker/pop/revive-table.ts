import { AckMsg, BatchAckMsg } from '../../../codec/body/pop-ack.ts'
import { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'
import { CodecError } from '../../../codec/errors.ts'
import type { MessageExt } from '../../../codec/message/message.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { MessageConst } from '../../../codec/message/property-names.ts'
import { ACK_TAG, ACK_TIME_INTERVAL_MS, BATCH_ACK_TAG, CK_TAG } from './pop-ack-constants.ts'
import {
  ackedOffsets,
  ackKey,
  CHECK_POINT_MAX_MESSAGES,
  checkPointKey,
  indexOfAck,
  reviveTimeOf,
} from './pop-check-point.ts'

/** How much later than a check point's time the queue must have come, until its acknowledgements are all there. */
const SETTLED_MS = ACK_TIME_INTERVAL_MS + 1000
/** When so long nothing has arrived and the timers are not behind, nothing older will arrive. */
const SILENCE_MS = 3000
/** A check point arrives a second before its time; one that comes so much too early is forged. */
const EARLY_MS = ACK_TIME_INTERVAL_MS + 5000

/** What a message of the revive topic holds. */
export interface ReviveContent {
  readonly type: 'CK' | 'ACK'
  readonly message: PopCheckPoint | AckMsg | BatchAckMsg
}

/**
 * The check points of one revive queue whose time has not come for sure, with what of them is acknowledged; in the order
 * of the queue. As all messages arrive by their time, these are the check points of a few seconds.
 *
 * Apache: broker.processor.PopReviveService#consumeReviveMessage
 */
export class ReviveTable {
  readonly #brokerName: string
  readonly #points = new Map<string, PopCheckPoint>()
  /** The latest time of delivery among the messages seen. */
  #deliveredMs = 0
  /** The same, or a later time by which all have arrived. */
  #endTimeMs = 0

  constructor(brokerName: string) {
    this.#brokerName = brokerName
  }

  get size(): number {
    return this.#points.size
  }

  /**
   * Takes the next message of the queue, and tells what it holds; undefined for neither.
   * @throws CodecError when its body is none of a check point or acknowledgement
   */
  add({ body, properties, queueOffset, storeTimestamp }: MessageExt): ReviveContent | undefined {
    const deliverTime = findProperty(properties, MessageConst.PROPERTY_TIMER_DELIVER_MS)
    const deliverMs = Number(deliverTime ?? 0) || 0
    this.#deliveredMs = Math.max(this.#deliveredMs, deliverMs)
    this.#endTimeMs = Math.max(this.#endTimeMs, this.#deliveredMs)
    const tag = findProperty(properties, MessageConst.PROPERTY_TAGS)
    if (tag === CK_TAG) {
      const arrivedMs = Math.max(deliverMs, storeTimestamp)
      const point = { ...PopCheckPoint.decode(body), ro: queueOffset }
      this.#addCheckPoint(point, arrivedMs)
      return { type: 'CK', message: point }
    }
    if (tag !== ACK_TAG && tag !== BATCH_ACK_TAG) return undefined
    const ack = tag === ACK_TAG ? AckMsg.decode(body) : BatchAckMsg.decode(body)
    this.#ack(ack)
    return { type: 'ACK', message: ack }
  }

  /** All messages have been read that are there; `isBehind` when the timers owe some. */
  onTail(nowMs: number, isBehind: boolean): void {
    if (nowMs - this.#deliveredMs > SILENCE_MS && !isBehind) {
      this.#endTimeMs = nowMs
    }
  }

  /** Removes the check points whose acknowledgements are all there, and gives them in the order of the queue. */
  takeDue(): PopCheckPoint[] {
    const due: PopCheckPoint[] = []
    for (const [key, point] of this.#points) {
      if (this.#endTimeMs - reviveTimeOf(point) <= SETTLED_MS) break
      due.push(point)
      this.#points.delete(key)
    }
    return due
  }

  /** Milliseconds until `takeDue` gives something though nothing more arrives; undefined when it is empty. */
  dueInMs(nowMs: number): number | undefined {
    for (const point of this.#points.values()) {
      const dueMs = Math.max(reviveTimeOf(point) + SETTLED_MS, this.#deliveredMs + SILENCE_MS) + 1
      return Math.max(dueMs - nowMs, 0)
    }
    return undefined
  }

  /** Clients may send to the revive topic: what would hold up or flood the queue is refused. */
  #addCheckPoint(point: PopCheckPoint, arrivedMs: number): void {
    const { t, c, n, d = [] } = point
    if (t === undefined || c === undefined) return
    if (n < 0 || n > CHECK_POINT_MAX_MESSAGES || (d.length > 0 && d.length !== n)) {
      throw new CodecError(`check point of ${n} messages with ${d.length} offsets`)
    }
    const earlyMs = reviveTimeOf(point) - arrivedMs
    if (earlyMs > EARLY_MS) throw new CodecError(`check point ${earlyMs} ms before its time`)
    const key = checkPointKey(point)
    this.#points.delete(key)
    this.#points.set(key, point)
  }

  #ack(ack: AckMsg | BatchAckMsg): void {
    const point = this.#points.get(ackKey(ack, this.#brokerName))
    if (point === undefined) return
    for (const offset of ackedOffsets(ack)) {
      const index = indexOfAck(point, offset)
      if (index >= 0) point.bm |= 1 << index
    }
  }
}
