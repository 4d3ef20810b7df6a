import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import type { TopicOffset } from '../../../../codec/body/topic-stats.ts'
import { timeMillisToHumanString } from '../../../common/clock.ts'
import { javaDouble } from '../../../common/java-double.ts'
import { fetchTopicStats } from '../../broker-calls.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { sortedByQueue } from '../../message-queues.ts'
import { required, text } from '../../option.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'
import { fetchLogicQueues, logicTopicOffsets } from '../../statictopic/logic-offsets.ts'

/** Apache: tools.command.topic.TopicStatusSubCommand */
export const topicStatus = defineCommand({
  name: 'topicStatus',
  text: "Shows the offsets of a topic's queues.",
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    cluster: text('c', 'NAME', 'a cluster, or the parent of a light topic: its brokers are asked'),
  },
  async run({ admin, output }, { topic, cluster }) {
    const route = await admin.examineTopicRouteInfo(cluster ?? topic)
    const queues: [MessageQueue, TopicOffset][] = []
    let putTps = 0
    for (const broker of route.brokerDatas) {
      const address = selectBrokerAddr(broker)
      if (address === undefined) continue
      const stats = await fetchTopicStats(admin, address, topic)
      queues.push(...stats.offsetTable)
      putTps += stats.topicPutTps
    }
    const logicQueues = await fetchLogicQueues(admin, topic, route)
    queues.push(...logicTopicOffsets(topic, logicQueues, queues))
    if (queues.length === 0 && cluster === undefined) {
      throw new Error('Not found the topic stats info')
    }
    const sorted = sortedByQueue(queues)
    const data = sorted.map(([{ brokerName, queueId }, each]) => ({ brokerName, queueId, ...each }))
    output.print({ topic, topicPutTps: putTps, queues: data }, [
      printf(
        '%-32s  %-4s  %-20s  %-20s    %s',
        '#Broker Name',
        '#QID',
        '#Min Offset',
        '#Max Offset',
        '#Last Updated',
      ),
      ...sorted.map(lineOf),
      '',
      `Topic Put TPS: ${javaDouble(putTps)}`,
    ])
  },
})

function lineOf([{ brokerName, queueId }, offsets]: [MessageQueue, TopicOffset]): string {
  const { minOffset, maxOffset, lastUpdateTimestamp } = offsets
  return printf(
    '%-32s  %-4d  %-20d  %-20d    %s',
    frontStringAtLeast(brokerName, 32),
    queueId,
    minOffset,
    maxOffset,
    lastUpdateTimestamp > 0 ? timeMillisToHumanString(lastUpdateTimestamp) : '',
  )
}
