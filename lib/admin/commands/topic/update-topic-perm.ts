import type { QueueData, TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import { createTopic } from '../../broker-calls.ts'
import { fetchMasterAddrs, MASTER_ID } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { describeTopicConfig } from '../../describe-topic-config.ts'
import { integer, required, text } from '../../option.ts'
import { BROKER_OPTIONS, onEach, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Apache: tools.command.topic.UpdateTopicPermSubCommand */
export const updateTopicPerm = defineCommand({
  name: 'updateTopicPerm',
  text: 'Changes what may be done with a topic.',
  options: {
    ...BROKER_OPTIONS,
    topic: required(text('t', 'TOPIC', 'topic')),
    perm: required(integer('p', '2|4|6', '2 write, 4 read, 6 both', 0, 7)),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, { brokerAddr, clusterName = '', topic, perm }) {
    const { admin, output } = context
    const route = await admin.examineTopicRouteInfo(topic)
    const queues = queuesOn(route, brokerAddr)
    if (brokerAddr !== undefined && queues.perm === perm) {
      output.print({ topic, broker: brokerAddr, perm }, ['new perm equals to the old one!'])
      return
    }
    const config = configOf(topic, queues, perm)
    const addresses =
      brokerAddr === undefined ? await fetchMasterAddrs(admin, clusterName) : [brokerAddr]
    await onEach(context, addresses, async (broker) => {
      await createTopic(admin, broker, config)
      output.print({ topic, broker, oldPerm: queues.perm, perm }, [
        `update topic perm from ${queues.perm} to ${perm} in ${broker} success.`,
        ...(brokerAddr === undefined ? [] : [`${describeTopicConfig(config)}.`]),
      ])
    })
  },
})

/** The queues on the master at `address`; without one, those on the first broker. @throws Error when there are none */
function queuesOn({ brokerDatas, queueDatas }: TopicRouteData, address?: string): QueueData {
  const brokerName = brokerDatas.find(
    ({ brokerAddrs }) => brokerAddrs.get(MASTER_ID) === address,
  )?.brokerName
  const queues = queueDatas.find((each) => address === undefined || each.brokerName === brokerName)
  if (queues === undefined) throw new Error(`${address ?? ''}: no master that has the topic`)
  return queues
}

/** Apache, too, sends a config that is made of the route: `order` and the like become what they are by default. */
function configOf(topicName: string, queues: QueueData, perm: number) {
  const { readQueueNums, writeQueueNums, topicSysFlag } = queues
  return {
    topicName,
    readQueueNums,
    writeQueueNums,
    perm,
    order: false,
    topicFilterType: 'SINGLE_TAG' as const,
    topicSysFlag,
    attributes: new Map<string, string>(),
  }
}
