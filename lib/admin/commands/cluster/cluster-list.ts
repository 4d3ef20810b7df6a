import type { ClusterInfo } from '../../../../codec/body/cluster-info.ts'
import { describeError } from '../../describe-error.ts'
import { fetchBrokerRuntimeStats } from '../../broker-calls.ts'
import { addressesOf, brokersOf } from '../../cluster.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { integer, text, toggle } from '../../option.ts'
import { printf } from '../../printf.ts'
import { repeat } from '../../repeat.ts'
import { type BrokerLoad, type BrokerPlace, loadOf, totalsOf } from './broker-stats.ts'

const LOAD_ROW = '%-22s  %-22s  %-4s  %-22s %-16s  %16s  %30s  %-22s  %11s  %-12s  %-8s  %10s'
const LOAD_HEAD = [
  '#Cluster Name',
  '#Broker Name',
  '#BID',
  '#Addr',
  '#Version',
  '#InTPS(LOAD)',
  '#OutTPS(LOAD)',
  '#Timer(Progress)',
  '#PCWait(ms)',
  '#Hour',
  '#SPACE',
  '#ACTIVATED',
]
const LOAD_HEAD_ROW =
  '%-22s  %-22s  %-4s  %-22s %-16s  %16s  %30s  %-22s  %-11s  %-12s  %-8s  %-10s'
const TOTALS_ROW = '%-16s  %-32s %14s %14s %14s %14s'
const TOTALS_HEAD = [
  '#Cluster Name',
  '#Broker Name',
  '#InTotalYest',
  '#OutTotalYest',
  '#InTotalToday',
  '#OutTotalToday',
]

/** Apache: tools.command.cluster.ClusterListSubCommand */
export const clusterList = defineCommand({
  name: 'clusterList',
  text: 'Lists the brokers of all clusters with their load.',
  options: {
    moreStats: toggle('m', 'how many messages went in and out, yesterday and today'),
    interval: integer('i', 'SECONDS', 'again and again, so often', 1, 86_400),
    clusterName: text('c', 'NAME', 'this cluster only'),
  },
  async run(context, { moreStats, interval, clusterName }) {
    const print = moreStats === true ? printTotals : printLoad
    await repeat(context, interval, async () => {
      const info = await context.admin.examineBrokerClusterInfo()
      const names =
        clusterName === undefined ? [...info.clusterAddrTable.keys()].sort() : [clusterName]
      await print(context, placesOf(info, names))
    })
  },
})

function placesOf(info: ClusterInfo, clusterNames: readonly string[]): BrokerPlace[] {
  return clusterNames.flatMap((cluster) =>
    brokersOf(info, cluster).flatMap((broker) =>
      addressesOf(broker).map(([brokerId, address]) => {
        return { cluster, brokerName: broker.brokerName, brokerId, address }
      }),
    ),
  )
}

async function printLoad(context: AdminContext, places: readonly BrokerPlace[]): Promise<void> {
  const rows = []
  for (const place of places) {
    rows.push(loadOf(place, await statsOf(context, place), context.clock.now()))
  }
  context.output.print(rows, [printf(LOAD_HEAD_ROW, ...LOAD_HEAD), ...rows.map(loadLine)])
}

function loadLine(row: BrokerLoad): string {
  const { sendQueueSize, sendQueueWaitMs, pullQueueSize, pullQueueWaitMs } = row
  const send = `${sendQueueSize ?? ''},${sendQueueWaitMs ?? ''}ms`
  const pull = `${pullQueueSize ?? ''},${pullQueueWaitMs ?? ''}ms`
  // Old brokers do not tell of acknowledgements.
  const ack = `${row.ackQueueSize ?? 'N'},${row.ackQueueWaitMs ?? 'N'}ms`
  const { timerReadBehind, timerOffsetBehind, timerCongestNum } = row
  return printf(
    LOAD_ROW,
    row.cluster,
    row.brokerName,
    row.brokerId,
    row.address,
    row.version,
    printf('%9.2f(%s)', row.inTps, send),
    printf('%9.2f(%s|%s)', row.outTps, pull, ack),
    printf('%d-%d(%.1fw, ', timerReadBehind, timerOffsetBehind, timerCongestNum / 10_000) +
      printf('%.1f, %.1f)', row.timerEnqueueTps, row.timerDequeueTps),
    row.pageCacheLockTimeMs ?? '',
    printf('%.2f', row.hours),
    printf('%.4f', row.diskRatio),
    row.isActive,
  )
}

async function printTotals(context: AdminContext, places: readonly BrokerPlace[]): Promise<void> {
  const rows = []
  for (const place of places) rows.push(totalsOf(place, await statsOf(context, place)))
  context.output.print(rows, [
    printf(TOTALS_ROW, ...TOTALS_HEAD),
    ...rows.map(({ cluster, brokerName, ...row }) =>
      printf(
        TOTALS_ROW,
        cluster,
        brokerName,
        row.inYesterday,
        row.outYesterday,
        row.inToday,
        row.outToday,
      ),
    ),
  ])
}

/** Nothing, with a complaint, of a broker that does not answer. */
async function statsOf(
  { admin, output }: AdminContext,
  { address }: BrokerPlace,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await fetchBrokerRuntimeStats(admin, address)
  } catch (error) {
    output.complain(`${address}: ${describeError(error)}`)
    return new Map()
  }
}
