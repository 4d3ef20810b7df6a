import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep, Step } from '../step.ts'
import { ask, json, refused, refusedByUs, topic } from './builders.ts'

const config = (topicName: string, more = {}) => ({
  topicName,
  readQueueNums: 2,
  writeQueueNums: 2,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false,
  attributes: {},
  ...more,
})

/** Names that must not become directories: Apache only looks whether they are blank. */
const PATHS = ['../x', 'a\u0000b', 'x'.repeat(128)]
const NAMES = ['', ' ', '../x', 'a\u0000b', 'x'.repeat(128), 'TBW102', 'SCHEDULE_TOPIC_XXXX']

/** With several errors Apache names that which comes first in a Java hash map; 5.3.3 does not know all types of messages. */
function attributeStep(attributes: string, topicName: string): Step {
  const step = topic(`attributes ${attributes}`, topicName, { attributes })
  const isRefused = attributes.includes(',-') || attributes.includes('OTHER')
  return isRefused ? refused(step) : step
}

function groupsOf(topicName: string): Step {
  return {
    ...ask(`groups of ${topicName}`, Code.QUERY_TOPIC_CONSUME_BY_WHO, { topic: topicName }),
    differs: { fields: ['body'], why: 'Apache names the topic in place of groups that are online' },
  }
}

const topics: ScriptStep[] = [
  topic('same topic again', 'T'),
  topic('topic changes', 'T', { readQueueNums: 5 }),
  topic('topic changes back', 'T'),
  ...NAMES.map((name) => topic(`creation of ${JSON.stringify(name)}`, name)),
  ...[-1, 0, 1, 3, 7, 8, 15, 16, 100].map((perm) =>
    topic(`topic of perm ${perm}`, `Perm${perm}`, { perm }),
  ),
  ...[-1, 0, 1000, 2147483647].map((nums) =>
    topic(`topic of ${nums} queues`, `Nums${nums}`, { readQueueNums: nums, writeQueueNums: nums }),
  ),
  topic('multi tag topic', 'Multi', { topicFilterType: 'MULTI_TAG', topicSysFlag: 3 }),
  refused(topic('topic of another filter', 'Filter', { topicFilterType: 'OTHER' })),
  ...[
    '+message.type=FIFO',
    '+message.type=MIXED',
    '+message.type=OTHER',
    '+queue.type=BatchCQ',
    '+reserve.time=100',
    '+reserve.time=x',
    '+foo=bar',
    'message.type=FIFO',
    '-message.type',
    '+',
    '+message.type',
    '+message.type=FIFO,-message.type',
    '+message.type=FIFO,+message.type=NORMAL',
    ' +message.type=FIFO , +queue.type=SimpleCQ ',
  ].map((attributes, index) => attributeStep(attributes, `Attribute${index}`)),
  topic('attribute added', 'T', { attributes: '+message.type=NORMAL' }),
  topic('attribute changed', 'T', { attributes: '+message.type=FIFO' }),
  topic('queue type changed', 'T', { attributes: '+queue.type=BatchCQ' }),
  topic('attribute deleted', 'T', { attributes: '-message.type' }),
  topic('missing attribute deleted', 'T', { attributes: '-message.type' }),
  topic('time added', 'T', { attributes: '+reserve.time=-1' }),
  topic('time out of range', 'T', { attributes: '+reserve.time=-2' }),
  ...[
    'readQueueNums',
    'writeQueueNums',
    'perm',
    'topicFilterType',
    'topicSysFlag',
    'order',
    'defaultTopic',
    'topic',
  ].map((name) => refusedByUs(topic(`topic without ${name}`, 'Missing', { [name]: undefined }))),
  refused(topic('topic with mistyped queues', 'Missing', { readQueueNums: 'x' })),
  json('list of topics', Code.UPDATE_AND_CREATE_TOPIC_LIST, {
    topicConfigList: [config('L1'), config('L2', { perm: 4 })],
  }),
  json('list with an illegal topic', Code.UPDATE_AND_CREATE_TOPIC_LIST, {
    topicConfigList: [config('L3'), config('../x')],
  }),
  json('list with a system topic', Code.UPDATE_AND_CREATE_TOPIC_LIST, {
    topicConfigList: [config('TBW102')],
  }),
  json('empty list of topics', Code.UPDATE_AND_CREATE_TOPIC_LIST, { topicConfigList: [] }),
  refused(ask('no list of topics', Code.UPDATE_AND_CREATE_TOPIC_LIST)),
  refused(
    ask('garbage for a list of topics', Code.UPDATE_AND_CREATE_TOPIC_LIST, {}, { body: '[{' }),
  ),
  ...['T', 'L2', 'L3', 'Nothing', '', '../x', 'TBW102'].flatMap((name) => [
    ask(`config of ${name}`, Code.GET_TOPIC_CONFIG, { topic: name }),
    ask(`stats of ${name}`, Code.GET_TOPIC_STATS_INFO, { topic: name }),
    groupsOf(name),
  ]),
  ask('stats of P', Code.GET_TOPIC_STATS_INFO, { topic: 'P' }),
  groupsOf('P'),
  ...[Code.GET_TOPIC_CONFIG, Code.GET_TOPIC_STATS_INFO, Code.QUERY_TOPIC_CONSUME_BY_WHO].map(
    (code) => refusedByUs(ask(`${code} without a topic`, code)),
  ),
  ask('system topics', Code.GET_SYSTEM_TOPIC_LIST_FROM_BROKER),
]

const deletions: ScriptStep[] = [
  ask('delete a topic', Code.DELETE_TOPIC_IN_BROKER, { topic: 'T' }),
  ask('config of the deleted', Code.GET_TOPIC_CONFIG, { topic: 'T' }),
  ask('max of the deleted', Code.GET_MAX_OFFSET, { topic: 'T', queueId: 0 }),
  ask('delete nothing', Code.DELETE_TOPIC_IN_BROKER, { topic: 'Nothing' }),
  ...NAMES.map((name) => {
    const step = ask(`delete ${JSON.stringify(name)}`, Code.DELETE_TOPIC_IN_BROKER, { topic: name })
    return PATHS.includes(name) ? refusedByUs(step) : step
  }),
  refusedByUs(ask('delete without a topic', Code.DELETE_TOPIC_IN_BROKER)),
]

const group = (name: string, body: unknown): Step =>
  json(name, Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, body)

const groups: ScriptStep[] = [
  group('group', { groupName: 'G1' }),
  group('group again', { groupName: 'G1' }),
  group('group of all fields', {
    attributes: {},
    brokerId: 0,
    consumeBroadcastEnable: false,
    consumeEnable: true,
    consumeFromMinEnable: false,
    consumeMessageOrderly: true,
    consumeTimeoutMinute: 5,
    groupName: 'G2',
    groupRetryPolicy: {
      type: 'EXPONENTIAL',
      exponentialRetryPolicy: { initial: 1000, max: 2000, multiplier: 3 },
    },
    groupSysFlag: 1,
    notifyConsumerIdsChangedEnable: false,
    retryMaxTimes: 3,
    retryQueueNums: 2,
    whichBrokerWhenConsumeSlowly: 2,
    subscriptionDataSet: [{ topic: 'P', subString: 'A' }],
  }),
  refused(group('group with an attribute', { groupName: 'G3', attributes: { '+foo': 'bar' } })),
  group('group with bad values', { groupName: 'G4', retryMaxTimes: -5, retryQueueNums: -1 }),
  refusedByUs(group('group without a name', {})),
  refused(ask('group of garbage', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, { body: '{"' })),
  json('list of groups', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST, {
    groupConfigList: [{ groupName: 'L1' }, { groupName: 'L2', retryMaxTimes: 1 }],
  }),
  json('empty list of groups', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST, {
    groupConfigList: [],
  }),
  refused(ask('no list of groups', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST)),
  ...['G1', 'G2', 'G3', 'G4', 'L2', 'G_AUTO', ''].map((name) =>
    ask(`config of group ${name}`, Code.GET_SUBSCRIPTIONGROUP_CONFIG, { group: name }),
  ),
  refusedByUs(ask('config of a group without a name', Code.GET_SUBSCRIPTIONGROUP_CONFIG)),
  ask('delete a group', Code.DELETE_SUBSCRIPTIONGROUP, { groupName: 'L1' }),
  ask('delete a group and its offsets', Code.DELETE_SUBSCRIPTIONGROUP, {
    groupName: 'CG_HELD',
    cleanOffset: true,
  }),
  ask('delete no group', Code.DELETE_SUBSCRIPTIONGROUP, { groupName: 'NONE' }),
  refusedByUs(ask('delete a group without a name', Code.DELETE_SUBSCRIPTIONGROUP)),
]

const progress: ScriptStep[] = [
  ask('progress', Code.GET_CONSUME_STATS, { consumerGroup: 'CG_O' }),
  ask('progress in a topic', Code.GET_CONSUME_STATS, { consumerGroup: 'CG_O', topic: 'P' }),
  ask('progress in no topic', Code.GET_CONSUME_STATS, { consumerGroup: 'CG_O', topic: 'Nothing' }),
  ask('progress in topics', Code.GET_CONSUME_STATS, {
    consumerGroup: 'CG_O',
    topicList: 'P;Empty',
  }),
  ask('progress of members', Code.GET_CONSUME_STATS, { consumerGroup: 'CG' }),
  ask('progress of nobody', Code.GET_CONSUME_STATS, { consumerGroup: 'CG_NOBODY' }),
  refusedByUs(ask('progress of nothing', Code.GET_CONSUME_STATS)),
]

const set = (name: string, body: string): Step => ask(name, Code.UPDATE_BROKER_CONFIG, {}, { body })

const settings: ScriptStep[] = [
  set('set a value', 'maxDelayTime=77'),
  set('set an unknown key', 'nonsense=1'),
  set('set a black one', 'configBlackList=x'),
  set('set a black one with others', 'maxDelayTime=78\nbrokerConfigPath=/tmp/x'),
  set('set nothing', '# comment'),
  refused(ask('set without a body', Code.UPDATE_BROKER_CONFIG)),
  set('forbid writing', 'brokerPermission=4'),
  {
    ...ask('send to a broker that is only read', Code.CONSUMER_SEND_MSG_BACK, {
      offset: 0,
      group: 'CG_BACK',
      delayLevel: 0,
    }),
  },
  set('forbid reading', 'brokerPermission=2'),
  ask('pull of a broker that is only written', Code.PULL_MESSAGE, {
    consumerGroup: 'CG',
    topic: 'P',
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 1,
    sysFlag: 4,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subVersion: 0,
    subscription: '*',
  }),
  set('allow all', 'brokerPermission=6'),
  ask('settings', Code.GET_BROKER_CONFIG, {}, { holds: 'properties' }),
  ask('runtime information', Code.GET_BROKER_RUNTIME_INFO, {}, { holds: 'keys' }),
]

const tables: ScriptStep[] = [
  ask('all topics', Code.GET_ALL_TOPIC_CONFIG),
  ask('all groups', Code.GET_ALL_SUBSCRIPTIONGROUP_CONFIG),
  ask('all offsets at the end', Code.GET_ALL_CONSUMER_OFFSET),
]

const OLD_CODES = [13, 22, 23, 27, 47, 54, 99, 105, 209, 214, 301, 1001, 99_999, -1]

const unknown: ScriptStep[] = [
  ...OLD_CODES.map((code) => ask(`code ${code}`, code)),
  refused(ask('accounts of 4.x', Code.UPDATE_AND_CREATE_ACL_CONFIG)),
]

export const ADMINISTRATION: readonly ScriptStep[] = [
  ...topics,
  ...groups,
  ...progress,
  ...settings,
  ...unknown,
  ...tables,
]

export const DELETIONS: readonly ScriptStep[] = deletions
