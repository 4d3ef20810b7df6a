import { type AdminContext, defineCommand } from '../../command.ts'
import { isRetryTopic, parseGroup } from '../../consumer-calls.ts'
import { text, truth } from '../../option.ts'
import { printGroupProgress } from './group-progress.ts'
import { fetchGroupSummary, GROUPS_HEAD, lineOf } from './group-summary.ts'

/** Apache: tools.command.consumer.ConsumerProgressSubCommand */
export const consumerProgress = defineCommand({
  name: 'consumerProgress',
  text: 'Shows how far a group is behind, or every group.',
  options: {
    groupName: text('g', 'GROUP', 'consumer group'),
    topicName: text('t', 'TOPIC', 'with this topic only'),
    showClientIP: truth('s', 'whether to show which client has a queue; false by default'),
    cluster: text('c', 'NAME', 'a cluster, or the parent of a light topic: its brokers are asked'),
  },
  async run(context, { groupName, topicName, showClientIP = false, cluster }) {
    if (groupName === undefined) await printAllGroups(context)
    else await printGroupProgress(context, { groupName, topicName, showClientIP, cluster })
  },
})

/** A group is known by its retry topic. */
async function printAllGroups({ admin, output }: AdminContext): Promise<void> {
  const retryTopics = (await admin.fetchAllTopicList()).filter(isRetryTopic)
  const rows = []
  const progress = output.progress()
  for (const [index, topic] of retryTopics.entries()) {
    progress.update(index, retryTopics.length)
    rows.push(await fetchGroupSummary(admin, parseGroup(topic)))
  }
  progress.clear()
  output.print(rows, [GROUPS_HEAD, ...rows.map(lineOf)])
}
