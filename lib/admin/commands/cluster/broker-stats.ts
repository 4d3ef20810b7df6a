/** One broker of a cluster. */
export interface BrokerPlace {
  readonly cluster: string
  readonly brokerName: string
  readonly brokerId: number
  readonly address: string
}

type Stats = ReadonlyMap<string, string>

const MS_PER_HOUR = 3_600_000

/** What `clusterList` tells of a broker, out of what the broker tells of itself; of a silent one much is not there. */
export function loadOf(place: BrokerPlace, stats: Stats, nowMs: number) {
  const earliest = stats.get('earliestMessageTimeStamp') ?? ''
  const count = (name: string): number | undefined =>
    stats.has(name) ? number(stats.get(name)) : undefined
  return {
    ...place,
    version: stats.get('brokerVersionDesc') ?? '',
    inTps: firstNumber(stats.get('putTps')),
    sendQueueSize: count('sendThreadPoolQueueSize'),
    sendQueueWaitMs: count('sendThreadPoolQueueHeadWaitTimeMills'),
    outTps: firstNumber(stats.get('getTransferredTps')),
    pullQueueSize: count('pullThreadPoolQueueSize'),
    pullQueueWaitMs: count('pullThreadPoolQueueHeadWaitTimeMills'),
    ackQueueSize: count('ackThreadPoolQueueSize'),
    ackQueueWaitMs: count('ackThreadPoolQueueHeadWaitTimeMills'),
    timerReadBehind: number(stats.get('timerReadBehind')),
    timerOffsetBehind: number(stats.get('timerOffsetBehind')),
    timerCongestNum: number(stats.get('timerCongestNum')),
    timerEnqueueTps: number(stats.get('timerEnqueueTps')),
    timerDequeueTps: number(stats.get('timerDequeueTps')),
    pageCacheLockTimeMs: count('pageCacheLockTimeMills'),
    hours: earliest === '' ? 0 : (nowMs - number(earliest)) / MS_PER_HOUR,
    diskRatio: number(stats.get('commitLogDiskRatio')),
    isActive: stats.get('brokerActive') === 'true',
  }
}

export type BrokerLoad = ReturnType<typeof loadOf>

/** How many messages a broker took and gave. */
export function totalsOf(place: BrokerPlace, stats: Stats) {
  return { ...place, ...totalsByDay(stats) }
}

/** How many messages came and went by the day. */
export function totalsByDay(stats: Stats) {
  const between = (kind: string, end: string, start: string): number =>
    number(stats.get(`msg${kind}Total${end}`)) - number(stats.get(`msg${kind}Total${start}`))
  return {
    inYesterday: between('Put', 'TodayMorning', 'YesterdayMorning'),
    outYesterday: between('Get', 'TodayMorning', 'YesterdayMorning'),
    inToday: between('Put', 'TodayNow', 'TodayMorning'),
    outToday: between('Get', 'TodayNow', 'TodayMorning'),
  }
}

/** Rates are told over 10, 60 and 600 seconds; the first counts. */
export function firstNumber(text = ''): number {
  return number(text.split(' ')[0])
}

function number(text = ''): number {
  const value = Number(text)
  return Number.isFinite(value) ? value : 0
}
