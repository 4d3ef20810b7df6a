import type { OrderInfo } from '../../../codec/body/consumer-order-info.ts'

export type { OrderInfo }

/** What is popped in order of one queue at once. */
export interface OrderedPop {
  readonly attemptId: string | undefined
  readonly popTimeMs: number
  readonly invisibleTimeMs: number
  /** Ascending, at least one. */
  readonly offsets: readonly number[]
  readonly nowMs: number
}

export function newOrderInfo(pop: OrderedPop): OrderInfo {
  const [first = 0, ...rest] = pop.offsets
  const info: OrderInfo = {
    popTime: pop.popTimeMs,
    i: pop.invisibleTimeMs,
    o: [first, ...rest.map((offset) => offset - first)],
    l: pop.nowMs,
    cm: 0,
  }
  if (pop.attemptId !== undefined) info.a = pop.attemptId
  return info
}

/** The queue offset of the pop's message `index`. */
export function queueOffsetOf({ o }: OrderInfo, index: number): number {
  const first = o[0] ?? 0
  return index === 0 ? first : first + (o[index] ?? 0)
}

/** True when the pop's message `index` is not acknowledged. `cm` has up to 32 bits, more than bit operators take. */
export function isNotAck({ cm }: OrderInfo, index: number): boolean {
  return Math.floor(cm / 2 ** index) % 2 === 0
}

/** Acknowledges the message at a queue offset. False when the pop has none there. */
export function ackOffset(info: OrderInfo, offset: number): boolean {
  const index = info.o.findIndex((_, at) => queueOffsetOf(info, at) === offset)
  if (index < 0) return false
  if (isNotAck(info, index)) info.cm += 2 ** index
  return true
}

/** Where the group goes on: the first message that is not acknowledged, or what follows the last. -2 without messages. */
export function nextOffsetOf(info: OrderInfo): number {
  const count = info.o.length
  if (count === 0) return -2
  for (let index = 0; index < count; index++) {
    if (isNotAck(info, index)) return queueOffsetOf(info, index)
  }
  return queueOffsetOf(info, count - 1) + 1
}

/**
 * Whether the queue stays closed: a message is neither acknowledged nor visible again. The attempt that popped them may
 * always have them again. Apache: ConsumerOrderInfoManager.OrderInfo#needBlock
 */
export function needBlock(
  info: OrderInfo,
  attemptId: string | undefined,
  currentInvisibleMs: number,
  nowMs: number,
): boolean {
  if (info.o.length === 0 || (info.a !== undefined && info.a === attemptId)) return false
  if (info.i === undefined || info.i <= 0) info.i = currentInvisibleMs
  return firstInvisible(info, info.i, nowMs) !== undefined
}

/** When the queue opens again by itself; undefined when that cannot be told. */
export function getLockFreeTimestamp(info: OrderInfo, nowMs: number): number | undefined {
  if (info.o.length === 0) return undefined
  const hasOpen = info.o.some((_, index) => isNotAck(info, index))
  if (!hasOpen) return nowMs
  if (info.i === undefined || info.i <= 0) return undefined
  return firstInvisible(info, info.i, nowMs) ?? nowMs
}

/** When all of the pop is visible again, at the latest; undefined when that cannot be told. */
export function getMaxLockFreeTimestamp(info: OrderInfo, nowMs: number): number | undefined {
  if (info.o.length === 0) return undefined
  let maxMs = nowMs
  for (let index = 0; index < info.o.length; index++) {
    if (!isNotAck(info, index)) continue
    if (info.i === undefined || info.i <= 0) return undefined
    maxMs = Math.max(maxMs, info.ot?.get(queueOffsetOf(info, index)) ?? info.popTime + info.i)
  }
  return maxMs
}

/** When the first of the messages that are neither acknowledged nor visible becomes visible. */
function firstInvisible(info: OrderInfo, invisibleMs: number, nowMs: number): number | undefined {
  for (let index = 0; index < info.o.length; index++) {
    if (!isNotAck(info, index)) continue
    const visibleMs = info.ot?.get(queueOffsetOf(info, index)) ?? info.popTime + invisibleMs
    if (nowMs < visibleMs) return visibleMs
  }
  return undefined
}

/** Counts, for a new pop, how often its messages were popped before. */
export function mergeOffsetConsumedCount(info: OrderInfo, previous: OrderInfo): void {
  if (previous.a !== undefined && previous.a === info.a) {
    info.oc = previous.oc ?? new Map()
    return
  }
  const before = new Set(previous.o.map((_, index) => queueOffsetOf(previous, index)))
  info.oc = new Map()
  for (let index = 0; index < info.o.length; index++) {
    const offset = queueOffsetOf(info, index)
    if (before.has(offset)) info.oc.set(offset, (previous.oc?.get(offset) ?? 0) + 1)
  }
}
