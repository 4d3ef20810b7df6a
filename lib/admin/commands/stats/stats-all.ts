import { BrokerStatsData } from '../../../../codec/body/broker-stats-data.ts'
import type { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import { ViewBrokerStatsDataRequestHeader } from '../../../../codec/header/view-broker-stats-data.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RemotingError } from '../../../remoting/index.ts'
import { fetchGroupsOfTopic } from '../../broker-calls.ts'
import { MASTER_ID, selectBrokerAddr } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { examineConsumeStats } from '../../consumer-calls.ts'
import { describeError } from '../../describe-error.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { text, toggle } from '../../option.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'

const RETRY_OR_DLQ = /^%(RETRY|DLQ)%/

/** Apache: tools.command.stats.StatsAllSubCommand */
export const statsAll = defineCommand({
  name: 'statsAll',
  text: 'Shows how many messages went into topics, and out of them to each group.',
  options: {
    activeTopic: toggle('a', 'topics only with messages within the last day'),
    topic: text('t', 'TOPIC', 'this topic only'),
  },
  async run({ admin, output }, { activeTopic = false, topic: selected }) {
    const topics = (await admin.fetchAllTopicList()).filter(
      (each) => !RETRY_OR_DLQ.test(each) && (selected === undefined || each === selected),
    )
    const rows: TopicStats[] = []
    const progress = output.progress()
    for (const [index, topic] of topics.entries()) {
      progress.update(index, topics.length)
      try {
        rows.push(...(await statsOf(admin, topic)))
      } catch (error) {
        // A topic that was deleted meanwhile, or that nobody serves, is passed over.
        if (!isUnknownTopic(error)) output.complain(`${topic}: ${describeError(error)}`)
      }
    }
    progress.clear()
    const shown = rows.filter((row) => !activeTopic || row.inDay + (row.outDay ?? 0) > 0)
    output.print(shown, [HEAD, ...shown.map(lineOf)])
  },
})

function isUnknownTopic(error: unknown): boolean {
  return error instanceof RemotingError && error.code === ResponseCode.TOPIC_NOT_EXIST
}

/** One topic with one group; without a group there is nothing about consumption. Rates are those of the last minute. */
interface TopicStats {
  readonly topic: string
  readonly inTps: number
  readonly inDay: number
  readonly group?: string
  readonly accumulation?: number
  readonly outTps?: number
  readonly outDay?: number
}

async function statsOf(admin: MqAdminClient, topic: string): Promise<TopicStats[]> {
  const route = await admin.examineTopicRouteInfo(topic)
  const input = await sumOver(admin, route, 'TOPIC_PUT_NUMS', topic)
  const stats = { topic, inTps: input.tps, inDay: input.day }
  const groups = await groupsOf(admin, route, topic)
  if (groups.length === 0) return [stats]
  const rows: TopicStats[] = []
  for (const group of groups) {
    const output = await sumOver(admin, route, 'GROUP_GET_NUMS', `${topic}@${group}`)
    const accumulation = await accumulationOf(admin, group, topic)
    rows.push({ ...stats, group, accumulation, outTps: output.tps, outDay: output.day })
  }
  return rows
}

async function groupsOf(
  admin: MqAdminClient,
  { brokerDatas }: TopicRouteData,
  topic: string,
): Promise<string[]> {
  const [address] = brokerDatas.flatMap((broker) => selectBrokerAddr(broker) ?? [])
  if (address === undefined) return []
  return fetchGroupsOfTopic(admin, address, topic)
}

/** Over all masters; one without such a statistic counts as nothing. */
async function sumOver(
  admin: MqAdminClient,
  { brokerDatas }: TopicRouteData,
  statsName: string,
  statsKey: string,
): Promise<{ tps: number; day: number }> {
  const header = ViewBrokerStatsDataRequestHeader.encode({ statsName, statsKey })
  const sum = { tps: 0, day: 0 }
  for (const { brokerAddrs } of brokerDatas) {
    const master = brokerAddrs.get(MASTER_ID)
    if (master === undefined) continue
    try {
      const code = RequestCode.VIEW_BROKER_STATS_DATA
      const { body } = await admin.invoke(master, { code, header })
      const { statsMinute, statsHour, statsDay } = BrokerStatsData.decode(body)
      sum.tps += statsMinute?.tps ?? 0
      sum.day += statsDay?.sum || statsHour?.sum || statsMinute?.sum || 0
    } catch {
      continue
    }
  }
  return sum
}

async function accumulationOf(admin: MqAdminClient, group: string, topic: string): Promise<number> {
  const stats = await examineConsumeStats(admin, group, topic).catch(() => undefined)
  const diff = (stats?.offsetTable ?? []).reduce(
    (sum, [, { brokerOffset, consumerOffset }]) => sum + brokerOffset - consumerOffset,
    0,
  )
  return Math.max(diff, 0)
}

const ROW = '%-64s  %-64s %12s %11s %11s %14s %14s'
const HEAD = printf(
  ROW,
  '#Topic',
  '#Consumer Group',
  '#Accumulation',
  '#InTPS',
  '#OutTPS',
  '#InMsg24Hour',
  '#OutMsg24Hour',
)

function lineOf({ topic, group, accumulation, inTps, outTps, inDay, outDay }: TopicStats): string {
  return printf(
    ROW,
    frontStringAtLeast(topic, 64),
    frontStringAtLeast(group ?? '', 64),
    accumulation ?? 0,
    printf('%.2f', inTps),
    outTps === undefined ? '' : printf('%.2f', outTps),
    inDay,
    outDay ?? 'NO_CONSUMER',
  )
}
