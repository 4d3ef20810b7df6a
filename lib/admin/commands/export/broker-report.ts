import { BrokerStatsData } from '../../../../codec/body/broker-stats-data.ts'
import { ViewBrokerStatsDataRequestHeader } from '../../../../codec/header/view-broker-stats-data.ts'
import { CURRENT_VERSION, versionName } from '../../../../codec/mq-version.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { parseProperties } from '../../../config/properties.ts'
import { fetchBrokerRuntimeStats } from '../../broker-calls.ts'
import { examineConsumerConnection } from '../../consumer-calls.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { firstNumber, totalsByDay } from '../cluster/broker-stats.ts'
import { getUserSubscriptionGroup, getUserTopicConfig } from './user-metadata.ts'

const HALF_TOPIC = 'RMQ_SYS_TRANS_HALF_TOPIC'
const SCHEDULE_TOPIC = 'SCHEDULE_TOPIC_XXXX'

/** Messages a second, in the last minute; of `normal` ones in the last ten seconds. */
export type Rates = Record<'normalInTps' | 'normalOutTps' | 'transInTps' | 'scheduleInTps', number>

/** Messages in a day; of `normal` ones yesterday. */
export type DayCounts = Record<
  'normalOneDayInNum' | 'normalOneDayOutNum' | 'transOneDayInNum' | 'scheduleOneDayInNum',
  number
>

export type BrokerReport = Awaited<ReturnType<typeof reportOn>>

/** The load of one broker. Apache: tools.command.export.ExportMetricsCommand */
export async function reportOn(admin: MqAdminClient, address: string) {
  const stats = await fetchBrokerRuntimeStats(admin, address)
  const { body } = await admin.invoke(address, { code: RequestCode.GET_BROKER_CONFIG })
  const settings = parseProperties(body?.toString('utf8') ?? '')
  const groups = (await getUserSubscriptionGroup(admin, address)).subscriptionGroupTable
  const topics = (await getUserTopicConfig(admin, address, false)).topicConfigTable
  const text = (name: string): string | null => stats.get(name) ?? null
  return {
    runtimeEnv: {
      cpuNum: settings.get('clientCallbackExecutorThreads') ?? null,
      totalMemKBytes: text('totalMemKBytes'),
    },
    runtimeQuota: {
      ...(await loadOf(admin, address, stats)),
      diskRatio: {
        commitLogDiskRatio: text('commitLogDiskRatio'),
        consumeQueueDiskRatio: text('consumeQueueDiskRatio'),
      },
      messageAverageSize: text('putMessageAverageSize'),
      topicSize: topics.size,
      groupSize: groups.size,
    },
    runtimeVersion: {
      rocketmqVersion: versionName(CURRENT_VERSION),
      clientInfo: await clientsOf(admin, [...groups.keys()]),
    },
  }
}

async function loadOf(
  admin: MqAdminClient,
  address: string,
  stats: ReadonlyMap<string, string>,
): Promise<{ tps: Rates; oneDayNum: DayCounts }> {
  const transactions = await putStats(admin, address, HALF_TOPIC)
  const scheduled = await putStats(admin, address, SCHEDULE_TOPIC)
  const { inYesterday, outYesterday } = totalsByDay(stats)
  return {
    tps: {
      normalInTps: firstNumber(stats.get('putTps')),
      normalOutTps: firstNumber(stats.get('getTransferredTps')),
      transInTps: transactions.tps,
      scheduleInTps: scheduled.tps,
    },
    oneDayNum: {
      normalOneDayInNum: inYesterday,
      normalOneDayOutNum: outYesterday,
      transOneDayInNum: transactions.day,
      scheduleOneDayInNum: scheduled.day,
    },
  }
}

/** A topic without a statistic counts as nothing. */
async function putStats(
  admin: MqAdminClient,
  address: string,
  statsKey: string,
): Promise<{ tps: number; day: number }> {
  const header = ViewBrokerStatsDataRequestHeader.encode({ statsName: 'TOPIC_PUT_NUMS', statsKey })
  const call = { code: RequestCode.VIEW_BROKER_STATS_DATA, header }
  const body = await admin.invoke(address, call).then(
    (response) => response.body,
    () => undefined,
  )
  if (body === undefined) return { tps: 0, day: 0 }
  const { statsMinute, statsHour, statsDay } = BrokerStatsData.decode(body)
  return {
    tps: statsMinute?.tps ?? 0,
    day: statsDay?.sum || statsHour?.sum || statsMinute?.sum || 0,
  }
}

/** `JAVA%V5_3_3`: each kind of client that is in one of the groups; groups that are not online are passed over. */
async function clientsOf(admin: MqAdminClient, groups: readonly string[]): Promise<string[]> {
  const kinds = new Set<string>()
  for (const group of groups) {
    const connection = await examineConsumerConnection(admin, group).catch(() => undefined)
    for (const { language, version } of connection?.connectionSet ?? []) {
      kinds.add(`${language}%${versionName(version)}`)
    }
  }
  return [...kinds].sort()
}
