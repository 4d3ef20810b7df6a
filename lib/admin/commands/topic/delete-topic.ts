import { DeleteTopicFromNamesrvRequestHeader } from '../../../../codec/header/delete-topic.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { deleteTopicInBroker } from '../../broker-calls.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { onMasters } from '../../targets.ts'

/** Apache: tools.command.topic.DeleteTopicSubCommand */
export const deleteTopic = defineCommand({
  name: 'deleteTopic',
  text: 'Deletes a topic from the masters of a cluster and the name servers.',
  options: {
    topic: required(text('t', 'TOPIC', 'topic')),
    clusterName: required(text('c', 'NAME', 'cluster')),
  },
  async run(context, { topic, clusterName }) {
    const { admin, output } = context
    await onMasters(context, { clusterName }, (address) =>
      deleteTopicInBroker(admin, address, topic),
    )
    if (!output.hasFailed) {
      output.print({ deleted: topic, clusterName }, [
        `delete topic [${topic}] from cluster [${clusterName}] success.`,
      ])
    }
    const header = DeleteTopicFromNamesrvRequestHeader.encode({ topic, clusterName })
    await admin.invokeAllNamesrvs({ code: RequestCode.DELETE_TOPIC_IN_NAMESRV, header })
    output.print({ deleted: topic, namesrvAddrs: admin.namesrvAddrs }, [
      `delete topic [${topic}] from NameServer success.`,
    ])
  },
})
