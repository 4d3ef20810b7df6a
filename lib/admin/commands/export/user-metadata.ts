import { SubscriptionGroupWrapper } from '../../../../codec/body/subscription-group-config.ts'
import { TopicConfigSerializeWrapper } from '../../../../codec/body/topic-config-serialize-wrapper.ts'
import { TopicList } from '../../../../codec/body/topic-list.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'

const SYSTEM_TOPIC_PREFIX = 'rmq_sys_'
const SYSTEM_GROUP_PREFIX = 'CID_RMQ_SYS_'
const RETRY_OR_DLQ = /^%(RETRY|DLQ)%/
/** Beyond it no permission is valid. Source: common.constant.PermName#PERM_PRIORITY */
const PERM_LIMIT = 8
/** Groups of tools and of brokers themselves. Source: common.MixAll#PREDEFINE_GROUP_SET */
const PREDEFINED_GROUPS: ReadonlySet<string> = new Set([
  'DEFAULT_CONSUMER',
  'DEFAULT_PRODUCER',
  'TOOLS_CONSUMER',
  'SCHEDULE_CONSUMER',
  'FILTERSRV_CONSUMER',
  '__MONITOR_CONSUMER',
  'CLIENT_INNER_PRODUCER',
  'SELF_TEST_P_GROUP',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_ONSAPI_PULL',
])

/** The topics that users made; those of retries and dead letters only when `specialTopic`. */
export async function getUserTopicConfig(
  admin: MqAdminClient,
  address: string,
  specialTopic: boolean,
): Promise<TopicConfigSerializeWrapper> {
  const all = await admin.invoke(address, { code: RequestCode.GET_ALL_TOPIC_CONFIG })
  const { dataVersion, topicConfigTable } = TopicConfigSerializeWrapper.decode(all.body)
  const code = RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER
  const system = new Set(TopicList.decode((await admin.invoke(address, { code })).body).topicList)
  const users = [...topicConfigTable].filter(
    ([name, { perm }]) =>
      !system.has(name) &&
      !name.startsWith(SYSTEM_TOPIC_PREFIX) &&
      (specialTopic || !RETRY_OR_DLQ.test(name)) &&
      perm >= 0 &&
      perm < PERM_LIMIT,
  )
  return { dataVersion, topicConfigTable: new Map(users) }
}

/** The consumer groups of users. */
export async function getUserSubscriptionGroup(
  admin: MqAdminClient,
  address: string,
): Promise<SubscriptionGroupWrapper> {
  const code = RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG
  const wrapper = SubscriptionGroupWrapper.decode((await admin.invoke(address, { code })).body)
  const users = [...wrapper.subscriptionGroupTable].filter(
    ([name]) => !name.startsWith(SYSTEM_GROUP_PREFIX) && !PREDEFINED_GROUPS.has(name),
  )
  return { ...wrapper, subscriptionGroupTable: new Map(users) }
}
