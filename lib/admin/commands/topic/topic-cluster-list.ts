import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'

/** Apache: tools.command.topic.TopicClusterSubCommand */
export const topicClusterList = defineCommand({
  name: 'topicClusterList',
  text: 'Shows in which clusters a topic is.',
  options: { topic: required(text('t', 'TOPIC', 'topic')) },
  async run({ admin, output }, { topic }) {
    const { clusterAddrTable } = await admin.examineBrokerClusterInfo()
    const { brokerDatas } = await admin.examineTopicRouteInfo(topic)
    const names = brokerDatas.map(({ brokerName }) => brokerName)
    const clusters = [...clusterAddrTable]
      .filter(([, brokers]) => brokers.some((broker) => names.includes(broker)))
      .map(([cluster]) => cluster)
      .sort()
    output.print(clusters, clusters)
  },
})
