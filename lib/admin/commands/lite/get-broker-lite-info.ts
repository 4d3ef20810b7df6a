import { GetBrokerLiteInfoResponseBody } from '../../../../codec/body/lite-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { text, toggle } from '../../option.ts'
import { printf } from '../../printf.ts'
import { onMasters } from '../../targets.ts'

const ROW = '%-30s %-17s %-10s %-14s %-20s %-17s %-15s %-18s %-15s'

/** Apache: tools.command.lite.GetBrokerLiteInfoSubCommand */
export const getBrokerLiteInfo = defineCommand({
  name: 'getBrokerLiteInfo',
  text: 'Shows how many lite topics brokers have.',
  options: {
    brokerAddr: text('b', 'HOST:PORT', 'this broker'),
    cluster: text('c', 'NAME', 'the masters of this cluster'),
    showDetail: toggle('d', 'with the parent topics and their groups'),
  },
  oneOf: ['brokerAddr', 'cluster'],
  async run(context, { brokerAddr, cluster, showDetail = false }) {
    const rows: (GetBrokerLiteInfoResponseBody & { broker: string })[] = []
    await onMasters(context, { brokerAddr, clusterName: cluster }, async (broker) => {
      const call = { code: RequestCode.GET_BROKER_LITE_INFO }
      const { body } = await context.admin.invoke(broker, call)
      rows.push({ broker, ...GetBrokerLiteInfoResponseBody.decode(body) })
    })
    context.output.print(rows, [HEAD, ...rows.flatMap((row) => linesOf(row, showDetail))])
  },
})

const HEAD = printf(
  ROW,
  '#Broker',
  '#Store Type',
  '#Max LMQ',
  '#Current LMQ',
  '#SubscriptionCount',
  '#OrderInfoCount',
  '#CQTableSize',
  '#OffsetTableSize',
  '#eventMapSize',
)

function linesOf(
  row: GetBrokerLiteInfoResponseBody & { broker: string },
  showDetail: boolean,
): string[] {
  const line = printf(
    ROW,
    row.broker,
    row.storeType,
    row.maxLmqNum,
    row.currentLmqNum,
    row.liteSubscriptionCount,
    row.orderInfoCount,
    row.cqTableSize,
    row.offsetTableSize,
    row.eventMapSize,
  )
  if (!showDetail) return [line]
  const topics = JSON.stringify(Object.fromEntries(row.topicMeta))
  const groups = JSON.stringify(Object.fromEntries(row.groupMeta))
  return [line, `Topic Meta: ${topics}`, `Group Meta: ${groups}`, '']
}
