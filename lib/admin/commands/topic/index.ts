import type { AdminCommand } from '../../command.ts'
import { allocateMQ } from './allocate-mq.ts'
import { deleteTopic } from './delete-topic.ts'
import { remappingStaticTopic, updateStaticTopic } from './static-topics.ts'
import { topicClusterList } from './topic-cluster-list.ts'
import { topicList } from './topic-list.ts'
import { topicRoute } from './topic-route.ts'
import { topicStatus } from './topic-status.ts'
import { updateOrderConf } from './update-order-conf.ts'
import { updateTopicList } from './update-topic-list.ts'
import { updateTopicPerm } from './update-topic-perm.ts'
import { updateTopic } from './update-topic.ts'

export const TOPIC_COMMANDS: readonly AdminCommand[] = [
  updateTopic,
  updateTopicList,
  updateTopicPerm,
  updateOrderConf,
  updateStaticTopic,
  remappingStaticTopic,
  deleteTopic,
  topicList,
  topicRoute,
  topicStatus,
  topicClusterList,
  allocateMQ,
]
