import { fetchGroupsOfTopic } from '../../broker-calls.ts'
import { selectBrokerAddr } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { toggle } from '../../option.ts'
import { frontStringAtLeast, printf } from '../../printf.ts'

const RETRY_OR_DLQ = /^%(RETRY|DLQ)%/

/** Apache: tools.command.topic.TopicListSubCommand */
export const topicList = defineCommand({
  name: 'topicList',
  text: 'Lists the topics of the name server.',
  options: { clusterModel: toggle('c', 'with the cluster and the consumer groups of each topic') },
  async run({ admin, output }, { clusterModel }) {
    const topics = await admin.fetchAllTopicList()
    if (clusterModel !== true) return output.print(topics, topics)
    const rows: ConsumedTopic[] = []
    for (const topic of topics.filter((each) => !RETRY_OR_DLQ.test(each))) {
      rows.push(await consumersOf(admin, topic))
    }
    output.print(rows, [
      printf('%-20s  %-48s  %-48s', '#Cluster Name', '#Topic', '#Consumer Group'),
      ...rows.flatMap(linesOf),
    ])
  },
})

interface ConsumedTopic {
  readonly cluster: string
  readonly topic: string
  readonly consumerGroups: readonly string[]
}

/** A topic that nobody serves any more has neither. */
async function consumersOf(admin: MqAdminClient, topic: string): Promise<ConsumedTopic> {
  try {
    const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
    const [broker] = brokerDatas
    const address = broker && selectBrokerAddr(broker)
    if (address === undefined) return { cluster: '', topic, consumerGroups: [] }
    const consumerGroups = await fetchGroupsOfTopic(admin, address, topic)
    return { cluster: broker?.cluster ?? '', topic, consumerGroups }
  } catch {
    return { cluster: '', topic, consumerGroups: [] }
  }
}

function linesOf({ cluster, topic, consumerGroups }: ConsumedTopic): string[] {
  const groups = consumerGroups.length === 0 ? [''] : consumerGroups
  return groups.map((group) =>
    printf(
      '%-20s  %-64s  %-64s',
      frontStringAtLeast(cluster, 20),
      frontStringAtLeast(topic, 64),
      frontStringAtLeast(group, 64),
    ),
  )
}
