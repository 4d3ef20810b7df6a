import type {
  ConsumerRunningInfo,
  PopProcessQueueInfo,
  ProcessQueueInfo,
} from '../../../../codec/body/consumer-running-info.ts'
import { sortedByQueue } from '../../message-queues.ts'
import { printf } from '../../printf.ts'
import { compactTime } from '../../times.ts'

const WIDE_QUEUE_ROW = '%-64s  %-32s  %-4s  %-20s'
const QUEUE_ROW = '%-32s  %-32s  %-4s  %-20s'

/** What a consumer tells of itself, in Apache's sections. Source: remoting.protocol.body.ConsumerRunningInfo#formatString */
export function describeRunningInfo(info: ConsumerRunningInfo): string[] {
  const { properties, userConsumerInfo, jstack } = info
  return [
    ...section('Consumer Properties', entryLines(properties)),
    ...section('Consumer Subscription', subscriptionLines(info)),
    ...section('Consumer Offset', offsetLines(info)),
    ...section('Consumer MQ Detail', queueLines(info)),
    ...section('Consumer Pop Detail', popLines(info)),
    ...section('Consumer RT&TPS', statusLines(info)),
    ...section('User Consume Info', entryLines(userConsumerInfo)),
    ...(jstack === undefined ? [] : section('Consumer jstack', jstack.split('\n'))),
  ].slice(0, -2)
}

function section(title: string, lines: readonly string[]): string[] {
  return [`#${title}#`, ...lines, '', '']
}

function entryLines(entries: ReadonlyMap<string, string>): string[] {
  return Array.from(entries, ([key, value]) => printf('%-40s: %s', key, value))
}

function subscriptionLines({ subscriptionSet }: ConsumerRunningInfo): string[] {
  const sorted = subscriptionSet.toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
  return sorted.map(({ topic, classFilterMode, subString }, index) => {
    const number = String(index + 1).padStart(3, '0')
    return printf(
      '%s Topic: %-40s ClassFilter: %-8s SubExpression: %s',
      number,
      topic,
      classFilterMode,
      subString,
    )
  })
}

function offsetLines({ mqTable }: ConsumerRunningInfo): string[] {
  return [
    printf(WIDE_QUEUE_ROW, '#Topic', '#Broker Name', '#QID', '#Consumer Offset'),
    ...sortedByQueue(mqTable).map(([{ topic, brokerName, queueId }, { commitOffset }]) =>
      printf(QUEUE_ROW, topic, brokerName, queueId, commitOffset),
    ),
  ]
}

function queueLines({ mqTable }: ConsumerRunningInfo): string[] {
  return [
    printf(WIDE_QUEUE_ROW, '#Topic', '#Broker Name', '#QID', '#ProcessQueueInfo'),
    ...sortedByQueue(mqTable).map(([{ topic, brokerName, queueId }, queue]) =>
      printf('%-64s  %-32s  %-4s  %s', topic, brokerName, queueId, describeQueue(queue)),
    ),
  ]
}

function popLines({ mqPopTable }: ConsumerRunningInfo): string[] {
  return [
    printf(QUEUE_ROW, '#Topic', '#Broker Name', '#QID', '#ProcessQueueInfo'),
    ...sortedByQueue(mqPopTable).map(([{ topic, brokerName, queueId }, queue]) =>
      printf('%-32s  %-32s  %-4s  %s', topic, brokerName, queueId, describePopQueue(queue)),
    ),
  ]
}

function statusLines({ statusTable }: ConsumerRunningInfo): string[] {
  const sorted = [...statusTable].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    printf(
      '%-64s  %14s %14s %14s %14s %18s %25s',
      '#Topic',
      '#Pull RT',
      '#Pull TPS',
      '#Consume RT',
      '#ConsumeOK TPS',
      '#ConsumeFailed TPS',
      '#ConsumeFailedMsgsInHour',
    ),
    ...sorted.map(([topic, status]) =>
      printf(
        '%-32s  %14.2f %14.2f %14.2f %14.2f %18.2f %25d',
        topic,
        status.pullRT,
        status.pullTPS,
        status.consumeRT,
        status.consumeOKTPS,
        status.consumeFailedTPS,
        status.consumeFailedMsgs,
      ),
    ),
  ]
}

/** Source: remoting.protocol.body.ProcessQueueInfo#toString */
function describeQueue(queue: ProcessQueueInfo): string {
  const fields = [
    `commitOffset=${queue.commitOffset}`,
    `cachedMsgMinOffset=${queue.cachedMsgMinOffset}`,
    `cachedMsgMaxOffset=${queue.cachedMsgMaxOffset}`,
    `cachedMsgCount=${queue.cachedMsgCount}`,
    `cachedMsgSizeInMiB=${queue.cachedMsgSizeInMiB}`,
    `transactionMsgMinOffset=${queue.transactionMsgMinOffset}`,
    `transactionMsgMaxOffset=${queue.transactionMsgMaxOffset}`,
    `transactionMsgCount=${queue.transactionMsgCount}`,
    `locked=${queue.locked}`,
    `tryUnlockTimes=${queue.tryUnlockTimes}`,
    `lastLockTimestamp=${compactTime(queue.lastLockTimestamp)}`,
    `droped=${queue.droped}`,
    `lastPullTimestamp=${compactTime(queue.lastPullTimestamp)}`,
    `lastConsumeTimestamp=${compactTime(queue.lastConsumeTimestamp)}`,
  ]
  return `ProcessQueueInfo [${fields.join(', ')}]`
}

/** Source: remoting.protocol.body.PopProcessQueueInfo#toString */
function describePopQueue({ waitAckCount, droped, lastPopTimestamp }: PopProcessQueueInfo): string {
  return (
    `PopProcessQueueInfo [waitAckCount:${waitAckCount}, droped:${droped}, ` +
    `lastPopTimestamp:${lastPopTimestamp}]`
  )
}
