import { RequestCode as Code } from '../../../codec/request-code.ts'
import { topicConfig, version } from '../../../test/helpers/namesrv.ts'
import type { ScriptStep } from '../step.ts'
import type { More } from './builders.ts'
import { A0, ask, B0, config, encoded, register, route } from './builders.ts'

const SYSTEM_TOPICS_DIFFER: More = {
  differs: {
    fields: ['body'],
    why: 'whose address stands there depends on the order of a Java hash map',
  },
}

const lists: ScriptStep[] = [
  ask('all topics', Code.GET_ALL_TOPIC_LIST_FROM_NAMESERVER),
  ask('topics of C', Code.GET_TOPICS_BY_CLUSTER, { cluster: 'C' }),
  ask('topics of no cluster', Code.GET_TOPICS_BY_CLUSTER, { cluster: 'X' }),
  ask('system topics', Code.GET_SYSTEM_TOPIC_LIST_FROM_NS, {}, SYSTEM_TOPICS_DIFFER),
  register('topics with unit flags', B0, {
    body: encoded({
      dataVersion: version(3),
      topicConfigTable: new Map(
        [0, 1, 2, 3].map((flag) => [`U${flag}`, topicConfig(`U${flag}`, { topicSysFlag: flag })]),
      ),
    }),
  }),
  ask('unit topics', Code.GET_UNIT_TOPIC_LIST),
  ask('topics with unit subscription', Code.GET_HAS_UNIT_SUB_TOPIC_LIST),
  ask('topics with unit subscription that are none', Code.GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST),
]

const topicAdministration: ScriptStep[] = [
  ask('wipe', Code.WIPE_WRITE_PERM_OF_BROKER, { brokerName: 'a' }),
  route('route after wipe', 'T1'),
  register('same version after wipe', A0, { body: encoded({ dataVersion: version(2, 6) }) }),
  route('still wiped', 'T1'),
  ask('add', Code.ADD_WRITE_PERM_OF_BROKER, { brokerName: 'a' }),
  route('route after add', 'T1'),
  ask(
    'register a topic',
    Code.REGISTER_TOPIC_IN_NAMESRV,
    { topic: 'R1' },
    {
      body: '{"queueDatas":[{"brokerName":"a","perm":6,"readQueueNums":2,"topicSysFlag":0,"writeQueueNums":3}]}',
    },
  ),
  route('registered topic', 'R1'),
  ask(
    'register a topic of nobody',
    Code.REGISTER_TOPIC_IN_NAMESRV,
    { topic: 'R2' },
    {
      body: '{"queueDatas":[{"brokerName":"x","perm":6,"readQueueNums":2,"topicSysFlag":0,"writeQueueNums":3}]}',
    },
  ),
  route('topic of nobody', 'R2'),
  ask('register a topic without a body', Code.REGISTER_TOPIC_IN_NAMESRV, { topic: 'R3' }),
  ask('delete in another cluster', Code.DELETE_TOPIC_IN_NAMESRV, { topic: 'T1', clusterName: 'X' }),
  route('not deleted', 'T1'),
  ask('delete in D', Code.DELETE_TOPIC_IN_NAMESRV, { topic: 'T1', clusterName: 'D' }),
  route('deleted in D', 'T1'),
  ask('delete everywhere', Code.DELETE_TOPIC_IN_NAMESRV, { topic: 'T1' }),
  route('deleted everywhere', 'T1'),
]

const item = { namespace: 'N', key: 'k', value: 'v w=\u4e09' }
const order = { namespace: 'ORDER_TOPIC_CONFIG', key: 'T2', value: 'a:4;b:4' }

const kvConfig: ScriptStep[] = [
  ask('get of nothing', Code.GET_KV_CONFIG, item),
  ask('list of nothing', Code.GET_KVLIST_BY_NAMESPACE, item),
  ask('delete of nothing', Code.DELETE_KV_CONFIG, item),
  ask('put', Code.PUT_KV_CONFIG, item),
  ask('get', Code.GET_KV_CONFIG, item),
  ask('list', Code.GET_KVLIST_BY_NAMESPACE, item),
  ask('delete', Code.DELETE_KV_CONFIG, item),
  ask('get of the deleted', Code.GET_KV_CONFIG, item),
  ask('list of a namespace without items', Code.GET_KVLIST_BY_NAMESPACE, item),
  ask('put without a namespace', Code.PUT_KV_CONFIG, { key: 'k', value: 'v' }),
  ask('put an order configuration', Code.PUT_KV_CONFIG, order),
  register('register with order configurations', A0),
  route('route without order configurations', 'T2'),
  config('switch order configurations on', 'orderMessageEnable=true'),
  route('route with order configurations', 'T2'),
  config('and no more for brokers', 'returnOrderTopicConfigToBroker=false'),
  register('register without order configurations', A0),
]

const configuration: ScriptStep[] = [
  config('black list', 'kvConfigPath=/tmp/x'),
  config('black list with others', 'orderMessageEnable=false\nrocketmqHome=/tmp/x'),
  config('an unknown key', 'nonsense=1'),
  ask('update without a body', Code.UPDATE_NAMESRV_CONFIG),
  ask('config', Code.GET_NAMESRV_CONFIG),
  config('switch lists off', 'enableAllTopicList=false\nenableTopicList=false'),
  ...[206, 224, 304, 311, 312, 313].map((code) =>
    ask(`list ${code} is off`, code, { cluster: 'C' }, code === 304 ? SYSTEM_TOPICS_DIFFER : {}),
  ),
  config('switch lists on', 'enableAllTopicList=true\nenableTopicList=true'),
  config('make clients wait', 'needWaitForService=true\nwaitSecondsForService=3600'),
  route('not ready', 'T2'),
  config('let clients in', 'needWaitForService=false'),
  route('ready', 'T2'),
]

export const ADMINISTRATION: readonly ScriptStep[] = [
  ...lists,
  ...topicAdministration,
  ...kvConfig,
  ...configuration,
]
