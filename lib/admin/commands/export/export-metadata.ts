import {
  SubscriptionGroupConfig,
  SubscriptionGroupWrapper,
} from '../../../../codec/body/subscription-group-config.ts'
import { TopicConfigSerializeWrapper } from '../../../../codec/body/topic-config-serialize-wrapper.ts'
import { TopicConfig } from '../../../../codec/body/topic-config.ts'
import { table } from '../../../../codec/json-schema.ts'
import { fetchMasterAddrs } from '../../cluster.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { text, toggle } from '../../option.ts'
import { exportJson, FILE_PATH } from './export-file.ts'
import { getUserSubscriptionGroup, getUserTopicConfig } from './user-metadata.ts'

const TOPIC_FILE = 'topic.json'
const GROUP_FILE = 'subscriptionGroup.json'
const TopicTable = table(TopicConfig)
const GroupTable = table(SubscriptionGroupConfig)

/** Apache: tools.command.export.ExportMetadataCommand */
export const exportMetadata = defineCommand({
  name: 'exportMetadata',
  text: 'Writes the topics and consumer groups into a file.',
  options: {
    brokerAddr: text('b', 'HOST:PORT', 'those of this broker: -t or -g'),
    clusterName: text('c', 'NAME', 'those of this cluster, queues of all masters summed up'),
    filePath: FILE_PATH,
    topic: toggle('t', 'topics only'),
    subscriptionGroup: toggle('g', 'consumer groups only'),
    specialTopic: toggle('s', 'with the topics of retries and dead letters'),
  },
  oneOf: ['brokerAddr', 'clusterName'],
  async run(context, values) {
    if (values.brokerAddr === undefined) await exportCluster(context, values)
    else await exportBroker(context, values.brokerAddr, values)
  },
})

interface Selection {
  readonly clusterName?: string | undefined
  readonly filePath?: string | undefined
  readonly topic?: boolean | undefined
  readonly subscriptionGroup?: boolean | undefined
  readonly specialTopic?: boolean | undefined
}

/** Without a choice of topics or groups Apache's tool does nothing, and so does this. */
async function exportBroker(
  context: AdminContext,
  address: string,
  { filePath, topic, subscriptionGroup, specialTopic = false }: Selection,
): Promise<void> {
  const { admin } = context
  if (topic === true) {
    const topics = await getUserTopicConfig(admin, address, specialTopic)
    exportJson(context, filePath, TOPIC_FILE, TopicConfigSerializeWrapper.toJson(topics))
  } else if (subscriptionGroup === true) {
    const groups = await getUserSubscriptionGroup(admin, address)
    exportJson(context, filePath, GROUP_FILE, SubscriptionGroupWrapper.toJson(groups))
  }
}

async function exportCluster(context: AdminContext, selection: Selection): Promise<void> {
  const { clusterName = '', filePath, topic, subscriptionGroup, specialTopic = false } = selection
  const topics = new Map<string, TopicConfig>()
  const groups = new Map<string, SubscriptionGroupConfig>()
  for (const address of await fetchMasterAddrs(context.admin, clusterName)) {
    addTopics(topics, await getUserTopicConfig(context.admin, address, specialTopic))
    addGroups(groups, await getUserSubscriptionGroup(context.admin, address))
  }
  const exportTime = context.clock.now()
  const topicConfigTable = TopicTable.toJson(topics)
  const subscriptionGroupTable = GroupTable.toJson(groups)
  if (topic === true) {
    exportJson(context, filePath, TOPIC_FILE, { topicConfigTable, exportTime })
  } else if (subscriptionGroup === true) {
    exportJson(context, filePath, GROUP_FILE, { subscriptionGroupTable, exportTime })
  } else {
    const all = { topicConfigTable, subscriptionGroupTable, exportTime }
    exportJson(context, filePath, 'metadata.json', all)
  }
}

function addTopics(
  sum: Map<string, TopicConfig>,
  { topicConfigTable }: TopicConfigSerializeWrapper,
): void {
  for (const [name, config] of topicConfigTable) {
    const { readQueueNums = 0, writeQueueNums = 0 } = sum.get(name) ?? {}
    sum.set(name, {
      ...config,
      readQueueNums: config.readQueueNums + readQueueNums,
      writeQueueNums: config.writeQueueNums + writeQueueNums,
    })
  }
}

function addGroups(
  sum: Map<string, SubscriptionGroupConfig>,
  { subscriptionGroupTable }: SubscriptionGroupWrapper,
): void {
  for (const [name, config] of subscriptionGroupTable) {
    const retryQueueNums = config.retryQueueNums + (sum.get(name)?.retryQueueNums ?? 0)
    sum.set(name, { ...config, retryQueueNums })
  }
}
