import { parseAttributes } from '../../../../codec/body/topic-attributes.ts'
import { PERM_READ_WRITE } from '../../../common/perm-name.ts'
import { createTopic } from '../../broker-calls.ts'
import { fetchBrokerName, fetchBrokers } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { describeTopicConfig } from '../../describe-topic-config.ts'
import { mergeOrderConf, putOrderConf } from '../../kv-config.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import type { OptionValues } from '../../option.ts'
import { integer, required, text, truth } from '../../option.ts'
import { BROKER_OPTIONS, onMasters, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

const DEFAULT_QUEUE_NUMS = 8
/** Bits of `topicSysFlag`. Source: common.sysflag.TopicSysFlag */
const UNIT = 1
const UNIT_SUB = 2

const OPTIONS = {
  ...BROKER_OPTIONS,
  attributes: text('a', 'LIST', 'attributes to set and to take away: +a=b,+c=d,-e'),
  topic: required(text('t', 'TOPIC', 'topic')),
  readQueueNums: integer('r', 'NUMBER', 'queues to read from; 8 by default', 1, 65_535),
  writeQueueNums: integer('w', 'NUMBER', 'queues to write to; 8 by default', 1, 65_535),
  perm: integer('p', '2|4|6', 'what may be done: 2 write, 4 read, 6 both; 6 by default', 0, 7),
  order: truth('o', 'whether the order of its messages counts'),
  unit: truth('u', 'whether it is a unit topic'),
  hasUnitSub: truth('s', 'whether units subscribe to it'),
}

/** Apache: tools.command.topic.UpdateTopicSubCommand */
export const updateTopic = defineCommand({
  name: 'updateTopic',
  text: 'Creates or changes a topic.',
  options: OPTIONS,
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { brokerAddr } = values
    const config = configOf(values)
    await onMasters(context, values, async (broker) => {
      await createTopic(admin, broker, config)
      output.print({ created: config.topicName, broker }, [`create topic to ${broker} success.`])
    })
    if (output.hasFailed) return
    if (config.order) {
      const orderConf = await orderTopic(admin, values, config.writeQueueNums)
      const scope = brokerAddr === undefined ? 'cluster' : 'broker'
      output.print({ orderConf }, [
        `set ${scope} orderConf. isOrder=true, orderConf=[${orderConf}]`,
      ])
    }
    output.print(config, [describeTopicConfig(config)])
  },
})

function configOf(values: OptionValues<typeof OPTIONS>) {
  const { topic, readQueueNums, writeQueueNums, perm, order, unit, hasUnitSub } = values
  return {
    topicName: topic,
    readQueueNums: readQueueNums ?? DEFAULT_QUEUE_NUMS,
    writeQueueNums: writeQueueNums ?? DEFAULT_QUEUE_NUMS,
    perm: perm ?? PERM_READ_WRITE,
    order: order ?? false,
    topicFilterType: 'SINGLE_TAG' as const,
    topicSysFlag: (unit === true ? UNIT : 0) | (hasUnitSub === true ? UNIT_SUB : 0),
    attributes: parseAttributes(values.attributes),
  }
}

/** Tells the name servers how many queues the topic has where. Resolves with that. */
async function orderTopic(
  admin: MqAdminClient,
  { topic, brokerAddr, clusterName = '' }: OptionValues<typeof OPTIONS>,
  queues: number,
): Promise<string> {
  if (brokerAddr !== undefined) {
    const conf = `${await fetchBrokerName(admin, brokerAddr)}:${queues}`
    await mergeOrderConf(admin, topic, conf)
    return conf
  }
  const brokers = await fetchBrokers(admin, clusterName)
  const conf = brokers.map(({ brokerName }) => `${brokerName}:${queues}`).join(';')
  await putOrderConf(admin, topic, conf)
  return conf
}
