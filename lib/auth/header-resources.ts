import { RequestCode } from '../../codec/request-code.ts'
import { Action } from './policy.ts'
import { ResourceType } from './resource.ts'

/** The resources that a request names in a field of its header, or in a list of several. */
export interface ResourceField {
  readonly type: ResourceType
  readonly field: string
  readonly splitter?: string
}

export interface HeaderRule {
  readonly actions: readonly Action[]
  /** What is touched when no field says it. */
  readonly onCluster: boolean
  readonly fields: readonly ResourceField[]
}

const group = (field: string): ResourceField => ({ type: ResourceType.GROUP, field })
const topic = (field: string): ResourceField => ({ type: ResourceType.TOPIC, field })
const cluster = (field: string): ResourceField => ({ type: ResourceType.CLUSTER, field })

const GROUP_AND_TOPIC = [group('consumerGroup'), topic('topic')]
const TOPIC = [topic('topic')]
const CONSUMER_GROUP = [group('consumerGroup')]

type Entry = readonly [code: number, rule: HeaderRule]

function named(action: Action, fields: readonly ResourceField[], codes: readonly number[]) {
  const rule = { actions: [action], onCluster: false, fields }
  return codes.map((code): Entry => [code, rule])
}

function onCluster(
  action: Action,
  codes: readonly number[],
  fields: readonly ResourceField[] = [],
): Entry[] {
  return codes.map((code) => [code, { actions: [action], onCluster: true, fields }])
}

/**
 * What is needed for requests that say in their header what they touch. A field that is missing asks for nothing.
 * Source: the annotations RocketMQAction and RocketMQResource of remoting.protocol.header
 */
export const HEADER_RULES: ReadonlyMap<number, HeaderRule> = new Map([
  ...named(Action.CREATE, TOPIC, [RequestCode.UPDATE_AND_CREATE_TOPIC]),
  ...named(Action.DELETE, TOPIC, [RequestCode.DELETE_TOPIC_IN_BROKER]),
  ...named(Action.UPDATE, TOPIC, [RequestCode.RESUME_CHECK_HALF_MESSAGE]),
  ...named(Action.GET, TOPIC, [
    RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
    RequestCode.GET_MAX_OFFSET,
    RequestCode.GET_MIN_OFFSET,
    RequestCode.GET_EARLIEST_MSG_STORETIME,
    RequestCode.VIEW_MESSAGE_BY_ID,
    RequestCode.GET_TOPIC_STATS_INFO,
    RequestCode.QUERY_TOPIC_CONSUME_BY_WHO,
    RequestCode.GET_TOPIC_CONFIG,
    RequestCode.CHECK_ROCKSDB_CQ_WRITE_PROGRESS,
  ]),
  ...named(Action.DELETE, [group('groupName')], [RequestCode.DELETE_SUBSCRIPTIONGROUP]),
  ...named(Action.GET, CONSUMER_GROUP, [
    RequestCode.GET_CONSUMER_CONNECTION_LIST,
    RequestCode.GET_CONSUMER_RUNNING_INFO,
  ]),
  ...named(
    Action.GET,
    [group('group')],
    [RequestCode.QUERY_TOPICS_BY_CONSUMER, RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG],
  ),
  ...named(Action.GET, GROUP_AND_TOPIC, [
    RequestCode.QUERY_CONSUME_QUEUE,
    RequestCode.POLLING_INFO,
  ]),
  ...named(
    Action.GET,
    [...GROUP_AND_TOPIC, { ...topic('topicList'), splitter: ';' }],
    [RequestCode.GET_CONSUME_STATS],
  ),
  ...named(
    Action.GET,
    [group('group'), topic('topic')],
    [
      RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS,
      RequestCode.QUERY_CONSUME_TIME_SPAN,
      RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER,
    ],
  ),
  ...named(
    Action.GET,
    [{ ...group('filterGroups'), splitter: ',' }, group('compareGroup'), topic('topic')],
    [RequestCode.QUERY_CORRECTION_OFFSET],
  ),
  ...named(
    Action.UPDATE,
    [group('group'), topic('topic')],
    [RequestCode.INVOKE_BROKER_TO_RESET_OFFSET],
  ),
  ...named(Action.UPDATE, [group('destGroup'), topic('topic')], [RequestCode.CLONE_GROUP_OFFSET]),
  ...named(Action.SUB, GROUP_AND_TOPIC, [
    RequestCode.CONSUME_MESSAGE_DIRECTLY,
    RequestCode.POP_MESSAGE,
    RequestCode.ACK_MESSAGE,
    RequestCode.PEEK_MESSAGE,
    RequestCode.CHANGE_MESSAGE_INVISIBLETIME,
    RequestCode.NOTIFICATION,
  ]),
  ...named(
    Action.SUB,
    [group('group'), topic('originTopic')],
    [RequestCode.CONSUMER_SEND_MSG_BACK],
  ),
  ...named(Action.PUB, TOPIC, [RequestCode.RECALL_MESSAGE]),
  ...named(Action.GET, [cluster('clusterName')], [RequestCode.GET_BROKER_MEMBER_GROUP]),
  ...onCluster(Action.GET, [RequestCode.QUERY_DATA_VERSION], [cluster('clusterName')]),
  ...onCluster(Action.GET, [
    RequestCode.GET_PRODUCER_CONNECTION_LIST,
    RequestCode.VIEW_BROKER_STATS_DATA,
    RequestCode.GET_BROKER_CONSUME_STATS,
    RequestCode.GET_ALL_PRODUCER_INFO,
    RequestCode.EXPORT_ROCKSDB_CONFIG_TO_JSON,
    RequestCode.AUTH_GET_USER,
    RequestCode.AUTH_LIST_USER,
    RequestCode.AUTH_GET_ACL,
    RequestCode.AUTH_LIST_ACL,
  ]),
  ...onCluster(Action.UPDATE, [
    RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE,
    RequestCode.EXCHANGE_BROKER_HA_INFO,
    RequestCode.RESET_MASTER_FLUSH_OFFSET,
    RequestCode.AUTH_CREATE_USER,
    RequestCode.AUTH_UPDATE_USER,
    RequestCode.AUTH_DELETE_USER,
    RequestCode.AUTH_CREATE_ACL,
    RequestCode.AUTH_UPDATE_ACL,
    RequestCode.AUTH_DELETE_ACL,
  ]),
  // Apache lets every user ask for these and those below, having no header to annotate, or none that is annotated.
  ...named(Action.CREATE, TOPIC, [RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC]),
  ...named(Action.SUB, GROUP_AND_TOPIC, [RequestCode.POP_LITE_MESSAGE]),
  ...named(Action.GET, TOPIC, [RequestCode.GET_PARENT_TOPIC_INFO]),
  ...named(Action.GET, [topic('parentTopic')], [RequestCode.GET_LITE_TOPIC_INFO]),
  ...named(
    Action.GET,
    [group('group'), topic('parentTopic')],
    [RequestCode.GET_LITE_CLIENT_INFO, RequestCode.GET_LITE_GROUP_INFO],
  ),
  ...named(Action.UPDATE, [group('group')], [RequestCode.TRIGGER_LITE_DISPATCH]),
  ...onCluster(Action.GET, [
    RequestCode.GET_BROKER_LITE_INFO,
    RequestCode.GET_COLD_DATA_FLOW_CTR_INFO,
  ]),
  ...onCluster(Action.UPDATE, [
    RequestCode.UPDATE_AND_CREATE_TOPIC_LIST,
    RequestCode.UPDATE_BROKER_CONFIG,
    RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
    RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE,
    RequestCode.CLEAN_UNUSED_TOPIC,
    RequestCode.DELETE_EXPIRED_COMMITLOG,
    RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN,
    RequestCode.SET_MESSAGE_REQUEST_MODE,
    RequestCode.SWITCH_TIMER_ENGINE,
    RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG,
    RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG,
    RequestCode.SET_COMMITLOG_READ_MODE,
  ]),
])
