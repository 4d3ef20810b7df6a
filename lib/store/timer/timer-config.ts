import type { MessageStoreConfig } from '../../config/message-store-config.ts'

/** The options that timers read, at each use but for those of files. */
export type TimerConfig = Pick<
  MessageStoreConfig,
  | 'storePathRootDir'
  | 'brokerRole'
  | 'mappedFileSizeTimerLog'
  | 'timerPrecisionMs'
  | 'timerRollWindowSlot'
  | 'timerFlushIntervalMs'
  | 'timerStopEnqueue'
  | 'timerStopDequeue'
  | 'timerSkipUnknownError'
  | 'timerEnableCheckMetrics'
  | 'timerCheckMetricsWhen'
  | 'timerMetricSmallThreshold'
  | 'timerCongestNumEachSlot'
  | 'disappearTimeAfterStart'
>

/** Topic of the messages that wait for their time; it has one queue. Source: store.timer.TimerMessageStore#TIMER_TOPIC */
export const TIMER_TOPIC = 'rmq_sys_wheel_timer'
export const TIMER_QUEUE_ID = 0
/** Half of the wheel: so many slots may be late, so many ahead. */
export const TIMER_SLOTS = 7 * 24 * 3600
/** Slots that are kept free between the latest and the furthest. Source: TimerMessageStore#TIMER_BLANK_SLOTS */
const BLANK_SLOTS = 60
const PRECISIONS_MS = [1000, 500, 200, 100]

/** Milliseconds of a slot: the next lower one that there is. Source: store.config.MessageStoreConfig#setTimerPrecisionMs */
export function effectivePrecisionMs({
  timerPrecisionMs,
}: Pick<MessageStoreConfig, 'timerPrecisionMs'>): number {
  return PRECISIONS_MS.find((precisionMs) => timerPrecisionMs >= precisionMs) ?? 100
}

/** So many slots ahead a timer may be in the wheel; those further away come back after at most this time. */
export function rollWindowSlots({ timerRollWindowSlot }: TimerConfig): number {
  const max = TIMER_SLOTS - BLANK_SLOTS
  return timerRollWindowSlot < 2 || timerRollWindowSlot > max ? max : timerRollWindowSlot
}

/** The oldest slot that may be unread when another is filled `TIMER_SLOTS` ahead. */
export function oldestUnreadMs(nowMs: number, precisionMs: number): number {
  return floorTo(nowMs, precisionMs) - (TIMER_SLOTS - BLANK_SLOTS) * precisionMs
}

export function floorTo(timeMs: number, precisionMs: number): number {
  return Math.floor(timeMs / precisionMs) * precisionMs
}
