import { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import { stringifyJson } from '../../../../codec/fastjson-writer.ts'
import { addressesOf } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { required, text, toggle } from '../../option.ts'
import { printf } from '../../printf.ts'

const ROW = '%-45s %-32s %-50s %-10s %-11s %-5s'
const RULE_WIDTH = 158

/** Apache: tools.command.topic.TopicRouteSubCommand */
export const topicRoute = defineCommand({
  name: 'topicRoute',
  text: 'Shows which brokers have a topic.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    list: toggle('l', 'as a table'),
  },
  async run({ admin, output }, { topic, list }) {
    const route = await admin.examineTopicRouteInfo(topic)
    const json = TopicRouteData.toJson(route)
    output.print(JSON.parse(stringifyJson(json)), list === true ? tableOf(route) : pretty(json))
  },
})

function pretty(json: Parameters<typeof stringifyJson>[0]): string[] {
  return stringifyJson(json, { keys: 'bare', pretty: true }).split('\n')
}

function tableOf({ brokerDatas, queueDatas }: TopicRouteData): string[] {
  const queues = new Map(queueDatas.map((each) => [each.brokerName, each]))
  const brokers = brokerDatas.toSorted((a, b) => (a.brokerName < b.brokerName ? -1 : 1))
  const rows = brokers.map((broker) => {
    const { cluster, brokerName } = broker
    const { readQueueNums, writeQueueNums, perm } = queues.get(brokerName) ?? {}
    const addresses = addressesOf(broker).map(([id, address]) => `${id}=${address}`)
    const [reads, writes] = [readQueueNums, writeQueueNums]
    return printf(ROW, cluster, brokerName, `{${addresses.join(', ')}}`, reads, writes, perm)
  })
  const total = (count: (queue: (typeof queueDatas)[number]) => number): number =>
    [...queues.values()].reduce((sum, each) => sum + count(each), 0)
  const reads = total(({ readQueueNums }) => readQueueNums)
  const writes = total(({ writeQueueNums }) => writeQueueNums)
  return [
    printf(
      ROW,
      '#ClusterName',
      '#BrokerName',
      '#BrokerAddrs',
      '#ReadQueue',
      '#WriteQueue',
      '#Perm',
    ),
    ...rows,
    '-'.repeat(RULE_WIDTH),
    printf(ROW, 'Total:', queues.size, '', reads, writes, ''),
  ]
}
