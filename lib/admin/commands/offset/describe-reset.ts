import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'
import type { RollbackStats } from './reset-offsets.ts'

const ONLINE_ROW = '%-40s  %-40s  %-40s'
const OFFLINE_ROW = '%-20s  %-20s  %-20s  %-20s  %-20s  %-20s'
const NAME_WIDTH = 32

/** A table of what the consumers were told. */
export function onlineLines(offsets: readonly [MessageQueue, number][]): string[] {
  return [
    printf(ONLINE_ROW, '#brokerName', '#queueId', '#offset'),
    ...offsets.map(([{ brokerName, queueId }, offset]) =>
      printf(ONLINE_ROW, frontStringAtLeast(brokerName, NAME_WIDTH), queueId, offset),
    ),
  ]
}

/** A table of what was set at the brokers; `lastColumn` is its name. */
export function offlineLines(stats: readonly RollbackStats[], lastColumn: string): string[] {
  return [
    printf(
      OFFLINE_ROW,
      '#brokerName',
      '#queueId',
      '#brokerOffset',
      '#consumerOffset',
      '#timestampOffset',
      lastColumn,
    ),
    ...stats.map((each) =>
      printf(
        OFFLINE_ROW,
        frontStringAtLeast(each.brokerName, NAME_WIDTH),
        each.queueId,
        each.brokerOffset,
        each.consumerOffset,
        each.timestampOffset,
        each.rollbackOffset,
      ),
    ),
  ]
}

/** Offsets for programs. */
export function onlineData(
  offsets: readonly [MessageQueue, number][],
): (MessageQueue & { offset: number })[] {
  return offsets.map(([queue, offset]) => ({ ...queue, offset }))
}
