import type { AdminCommand } from '../../command.ts'
import { deleteTopic } from './delete-topic.ts'
import { topicList } from './topic-list.ts'
import { topicRoute } from './topic-route.ts'
import { topicStatus } from './topic-status.ts'
import { updateTopic } from './update-topic.ts'

export const TOPIC_COMMANDS: readonly AdminCommand[] = [
  updateTopic,
  deleteTopic,
  topicRoute,
  topicStatus,
  topicList,
]
