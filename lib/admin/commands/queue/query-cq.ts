import {
  type ConsumeQueueData,
  QueryConsumeQueueResponseBody,
} from '../../../../codec/body/query-consumer.ts'
import { SubscriptionData } from '../../../../codec/body/subscription-data.ts'
import { stringifyJson } from '../../../../codec/fastjson-writer.ts'
import { QueryConsumeQueueRequestHeader } from '../../../../codec/header/query-consume-queue.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { MASTER_ID } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { integer, required, text } from '../../option.ts'

const RULE = '='.repeat(38)
const DEFAULT_COUNT = 10

/** Apache: tools.command.queue.QueryConsumeQueueCommand */
export const queryCq = defineCommand({
  name: 'queryCq',
  text: 'Shows units of a consume queue.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    queue: required(integer('q', 'ID', 'queue')),
    index: required(integer('i', 'OFFSET', 'offset of the first unit')),
    count: integer('c', 'NUMBER', 'units; 10 by default', 1),
    broker: text('b', 'HOST:PORT', 'broker; by default the master of the first broker'),
    consumer: text('g', 'GROUP', 'whether this group would get them'),
  },
  async run({ admin, output }, { topic, queue, index, count = DEFAULT_COUNT, broker, consumer }) {
    const address = broker ?? (await firstMaster(admin, topic))
    const request = { topic, queueId: queue, index, count, consumerGroup: consumer }
    const header = QueryConsumeQueueRequestHeader.encode(request)
    const { body } = await admin.invoke(address, { code: RequestCode.QUERY_CONSUME_QUEUE, header })
    const answer = QueryConsumeQueueResponseBody.decode(body)
    output.print(answer, linesOf(answer, index))
  },
})

async function firstMaster(admin: MqAdminClient, topic: string): Promise<string> {
  const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
  const address = brokerDatas[0]?.brokerAddrs.get(MASTER_ID)
  if (address === undefined) throw new Error('No topic route data!')
  return address
}

function linesOf(answer: QueryConsumeQueueResponseBody, index: number): string[] {
  const { subscriptionData, filterData, maxQueueIndex, minQueueIndex, queueData } = answer
  return [
    ...(subscriptionData === undefined
      ? []
      : ['Subscription data: ', ...prettyJson(subscriptionData), RULE]),
    ...(filterData === undefined ? [] : ['Filter data: ', filterData, RULE]),
    'Queue data: ',
    `max: ${maxQueueIndex}, min: ${minQueueIndex}`,
    RULE,
    ...queueData.flatMap((unit, place) => [`idx: ${index + place}`, describe(unit), RULE]),
  ]
}

function prettyJson(subscription: SubscriptionData): string[] {
  return stringifyJson(SubscriptionData.toJson(subscription), { pretty: true }).split('\n')
}

/** Source: remoting.protocol.body.ConsumeQueueData#toString */
function describe(unit: ConsumeQueueData): string {
  const { physicOffset, physicSize, tagsCode, extendDataJson, bitMap, eval: isWanted, msg } = unit
  const fields = [
    `physicOffset=${physicOffset}`,
    `physicSize=${physicSize}`,
    `tagsCode=${tagsCode}`,
    `extendDataJson='${extendDataJson ?? null}'`,
    `bitMap='${bitMap ?? null}'`,
    `eval=${isWanted}`,
    `msg='${msg ?? null}'`,
  ]
  return `ConsumeQueueData{${fields.join(', ')}}`
}
