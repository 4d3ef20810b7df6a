import { TimerMagic, unitDeliverMs } from '../../../codec/store/timer-log-unit.ts'
import type { TimerSlot } from '../../../codec/store/timer-slot.ts'
import type { LogPlace } from '../types.ts'
import { floorTo } from './timer-config.ts'
import type { TimerLog, TimerLogWindow } from './timer-log.ts'

/** A message of a slot. Apache: store.timer.TimerRequest */
export interface TimerRequest extends LogPlace {
  readonly enqueueMs: number
  /** It is put back to wait on. */
  readonly isRoll: boolean
}

/** The content of a slot, in the order in which it came. */
export interface SlotContent {
  readonly messages: readonly TimerRequest[]
  /** Orders to drop messages. */
  readonly deletes: readonly TimerRequest[]
  /** Positions of units that are gone, or belong to another slot: the chain ends there. */
  readonly brokenAt: number | undefined
}

/** Follows the chain of a slot from its end. Source: store.timer.TimerMessageStore#dequeue */
export async function readSlotContent(
  log: TimerLog,
  timeMs: number,
  slot: TimerSlot,
  precisionMs: number,
): Promise<SlotContent> {
  const messages: TimerRequest[] = []
  const deletes: TimerRequest[] = []
  let window: TimerLogWindow | undefined
  let position = slot.lastPos
  let brokenAt: number | undefined
  while (position >= 0) {
    let unit = log.unitIn(window, position)
    if (unit === undefined) {
      window = await log.readBack(position)
      unit = log.unitIn(window, position)
    }
    const isOurs = unit !== undefined && floorTo(unitDeliverMs(unit), precisionMs) === timeMs
    if (unit === undefined || !isOurs || unit.prevPos >= position) {
      brokenAt = position
      break
    }
    const { commitLogOffset, size, magic, writeTimeMs } = unit
    const isRoll = (magic & TimerMagic.ROLL) !== 0
    const request = { commitLogOffset, size, enqueueMs: writeTimeMs, isRoll }
    if ((magic & TimerMagic.DELETE) !== 0 && !isRoll) deletes.push(request)
    else messages.push(request)
    position = unit.prevPos
  }
  return { messages: messages.reverse(), deletes: deletes.reverse(), brokenAt }
}
