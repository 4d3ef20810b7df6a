import type {
  ConsumerRunningInfo,
  ProcessQueueInfo,
} from '../../../../codec/body/consumer-running-info.ts'
import type { SubscriptionData } from '../../../../codec/body/subscription-data.ts'
import { describeQueue } from '../../admin-producer.ts'
import { sortedByQueue } from '../../message-queues.ts'

const STARTING_MS = 120_000
const BLOCKED_MS = 60_000

/** Whether the consumers of a group want the same; while they start they may differ. Apache: ConsumerRunningInfo#analyzeSubscription */
export function hasSameSubscriptions(
  infos: readonly ConsumerRunningInfo[],
  nowMs: number,
): boolean {
  const [first] = infos
  if (first === undefined || !isPushType(first)) return true
  const startMs = Number(first.properties.get('PROP_CONSUMER_START_TIMESTAMP'))
  if (nowMs - startMs <= STARTING_MS) return true
  const wanted = describeSubscriptions(first)
  return infos.every((each) => describeSubscriptions(each) === wanted)
}

/** A line for each queue that does not get on. Apache: ConsumerRunningInfo#analyzeProcessQueue */
export function analyzeProcessQueues(
  clientId: string,
  info: ConsumerRunningInfo,
  nowMs: number,
): string[] {
  if (!isPushType(info)) return []
  const isOrderly = info.properties.get('PROP_CONSUMEORDERLY') === 'true'
  return sortedByQueue(info.mqTable).flatMap(([queue, state]) => {
    const problem = isOrderly ? lockProblem(state, nowMs) : blockedProblem(state, nowMs)
    return problem === undefined ? [] : [`${clientId} ${describeQueue(queue)} ${problem}`]
  })
}

function lockProblem(state: ProcessQueueInfo, nowMs: number): string | undefined {
  if (!state.locked) return `can't lock for a while, ${nowMs - state.lastLockTimestamp}ms`
  const isStuck = state.droped && state.tryUnlockTimes > 0
  return isStuck ? `unlock ${state.tryUnlockTimes} times, still failed` : undefined
}

function blockedProblem(state: ProcessQueueInfo, nowMs: number): string | undefined {
  const silentMs = nowMs - state.lastConsumeTimestamp
  const isBlocked = silentMs > BLOCKED_MS && state.cachedMsgCount > 0
  return isBlocked ? `can't consume for a while, maybe blocked, ${silentMs}ms` : undefined
}

function isPushType({ properties }: ConsumerRunningInfo): boolean {
  return properties.get('PROP_CONSUME_TYPE') === 'CONSUME_PASSIVELY'
}

function describeSubscriptions({ subscriptionSet }: ConsumerRunningInfo): string {
  return subscriptionSet.map(describeSubscription).sort().join('\n')
}

/** What counts when Apache compares two of them. */
function describeSubscription(data: SubscriptionData): string {
  const { topic, subString, tagsSet, codeSet, classFilterMode, expressionType } = data
  const sets = [tagsSet.toSorted(), codeSet.toSorted()]
  return JSON.stringify([topic, subString, expressionType, classFilterMode, ...sets])
}
