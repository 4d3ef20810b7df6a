import { selectBrokerAddr } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { examineConsumeStats } from '../../consumer-calls.ts'
import { sortedByQueue } from '../../message-queues.ts'
import { updateConsumeOffset } from '../../offset-calls.ts'
import { required, text } from '../../option.ts'

/** Apache: tools.command.offset.CloneGroupOffsetCommand */
export const cloneGroupOffset = defineCommand({
  name: 'cloneGroupOffset',
  text: 'Lets a consumer group go on where another one is.',
  options: {
    srcGroup: required(text('s', 'GROUP', 'the group that has the offsets, of whatever topics')),
    destGroup: required(text('d', 'GROUP', 'the group that gets them')),
    topic: required(text('t', 'TOPIC', 'a topic whose brokers have all queues')),
    offline: text('o', 'true|false', 'makes no difference'),
  },
  async run({ admin, output }, { srcGroup, destGroup, topic }) {
    const { offsetTable } = await examineConsumeStats(admin, srcGroup)
    const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
    const addresses = new Map(brokerDatas.map((each) => [each.brokerName, selectBrokerAddr(each)]))
    const offsets = sortedByQueue(offsetTable).filter(([, each]) => each.consumerOffset >= 0)
    for (const [queue, { consumerOffset }] of offsets) {
      const address = addresses.get(queue.brokerName)
      if (address === undefined) throw new Error(`${queue.brokerName}: it does not have ${topic}`)
      await updateConsumeOffset(admin, address, destGroup, queue, consumerOffset)
    }
    const data = offsets.map(([queue, { consumerOffset }]) => ({ ...queue, consumerOffset }))
    output.print({ srcGroup, destGroup, topic, offsets: data }, [
      `clone group offset success. srcGroup[${srcGroup}], destGroup=[${destGroup}], topic[${topic}]`,
    ])
  },
})
