import { RequestCode as Code } from '../../../codec/request-code.ts'
import { javaHashCode } from '../../../codec/java.ts'
import type { ScriptStep, Step } from '../step.ts'
import type { More } from './builders.ts'
import { ask, json, pull, refused, refusedByUs } from './builders.ts'

interface Consumer {
  readonly group: string
  readonly topics?: Readonly<Record<string, string>>
  readonly subVersion?: number
  readonly type?: string
  readonly expressionType?: string
  readonly [field: string]: unknown
}

function consumerData({
  group,
  topics,
  subVersion,
  expressionType,
  type,
  ...more
}: Consumer): object {
  return {
    groupName: group,
    consumeType: type ?? 'CONSUME_PASSIVELY',
    messageModel: 'CLUSTERING',
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    unitMode: false,
    subscriptionDataSet: Object.entries(topics ?? {}).map(([topic, subString]) => ({
      topic,
      subString,
      subVersion: subVersion ?? 100,
      classFilterMode: false,
      expressionType: expressionType ?? 'TAG',
      tagsSet: subString === '*' ? [] : subString.split('||'),
      codeSet: subString === '*' ? [] : subString.split('||').map(javaHashCode),
    })),
    ...more,
  }
}

export function heartbeat(
  name: string,
  peer: string,
  consumers: readonly Consumer[],
  more: object = {},
): Step {
  const body = {
    clientID: `${peer}@1`,
    consumerDataSet: consumers.map(consumerData),
    producerDataSet: [],
    heartbeatFingerprint: 0,
    withoutSub: false,
    ...more,
  }
  return ask(name, Code.HEART_BEAT, {}, { peer, body: JSON.stringify(body) })
}

const CG = { group: 'CG', topics: { P: 'A||B', '%RETRY%CG': '*' } }

const heartbeats: ScriptStep[] = [
  heartbeat('first heartbeat', 'c1', [CG]),
  heartbeat('the same again', 'c1', [CG]),
  heartbeat('a second member', 'c2', [CG]),
  { name: 'first member is told', peer: 'c1', pushed: Code.NOTIFY_CONSUMER_IDS_CHANGED },
  heartbeat('subscription of the same version', 'c1', [{ ...CG, topics: { P: 'A' } }]),
  heartbeat('subscription of a newer version', 'c1', [
    { ...CG, topics: { P: 'A' }, subVersion: 101 },
  ]),
  heartbeat('a topic more', 'c1', [{ ...CG, topics: { P: 'A', T: '*' }, subVersion: 101 }]),
  heartbeat('broadcasting', 'c3', [
    { group: 'CG_CAST', topics: { P: '*' }, messageModel: 'BROADCASTING' },
  ]),
  heartbeat('second broadcasting', 'c4', [
    { group: 'CG_CAST', topics: { P: '*' }, messageModel: 'BROADCASTING' },
  ]),
  heartbeat('pull consumer', 'c3', [{ group: 'CG_ACTIVE', type: 'CONSUME_ACTIVELY', topics: {} }]),
  heartbeat('SQL', 'c3', [{ group: 'CG_SQL', topics: { P: 'n > 3' }, expressionType: 'SQL92' }]),
  heartbeat('wrong SQL', 'c3', [
    { group: 'CG_SQL2', topics: { P: 'n >' }, expressionType: 'SQL92' },
  ]),
  heartbeat('producer', 'producer', [], { producerDataSet: [{ groupName: 'PG' }] }),
  heartbeat('of an order topic', 'c3', [{ group: 'CG_ORDER', topics: { Ordered: '*' } }]),
  heartbeat('of a unit', 'c3', [{ group: 'CG_UNIT', topics: { P: '*' }, unitMode: true }]),
  heartbeat('group of a path', 'c5', [{ group: '../x', topics: { P: '*' } }]),
  heartbeat('nobody', 'c5', []),
  heartbeat('V2', 'v2', [{ group: 'CG_V2', topics: { P: '*' } }], { heartbeatFingerprint: 5 }),
  heartbeat('V2 the same', 'v2', [{ group: 'CG_V2' }], {
    heartbeatFingerprint: 5,
    withoutSub: true,
  }),
  heartbeat('V2 changed', 'v2', [{ group: 'CG_V2', topics: { P: 'A' } }], {
    heartbeatFingerprint: 6,
  }),
  {
    ...heartbeat('V2 of an unknown group', 'v3', [{ group: 'CG_V3' }], {
      heartbeatFingerprint: 7,
      withoutSub: true,
    }),
    differs: { fields: ['extFields'], why: 'the client is asked for its subscriptions' },
  },
  heartbeat('V2 of a second member', 'v4', [{ group: 'CG_V2' }], {
    heartbeatFingerprint: 6,
    withoutSub: true,
  }),
]

const raw = (name: string, body: string | undefined, more: More = {}): Step =>
  ask(name, Code.HEART_BEAT, {}, { peer: 'bad', ...(body === undefined ? {} : { body }), ...more })

/** Apache's broker throws; Go's sets may be null. */
function accepted(step: Step): Step {
  return {
    ...step,
    differs: { fields: ['code', 'remark', 'extFields'], why: 'null is an empty set' },
  }
}

const badHeartbeats: ScriptStep[] = [
  refused(raw('heartbeat without a body', undefined)),
  refused(raw('heartbeat of garbage', '{"clientID":')),
  refused(raw('heartbeat of a list', '[1]')),
  refused(raw('heartbeat of null', 'null')),
  refusedByUs(raw('heartbeat without a client', '{"consumerDataSet":[]}')),
  accepted(
    raw(
      'heartbeat with null sets',
      '{"clientID":"bad@1","consumerDataSet":null,"producerDataSet":null}',
    ),
  ),
  raw('heartbeat with an unknown field', '{"clientID":"bad@1","other":{"x":[1,2]}}'),
  refused(raw('heartbeat with mistyped sets', '{"clientID":"bad@1","consumerDataSet":7}')),
]

const questions: ScriptStep[] = [
  ...['CG', 'CG_CAST', 'CG_ACTIVE', 'CG_V2', 'CG_NONE', '', '../x'].flatMap((group) => [
    ask(`members of ${group}`, Code.GET_CONSUMER_LIST_BY_GROUP, { consumerGroup: group }),
    ask(`connections of ${group}`, Code.GET_CONSUMER_CONNECTION_LIST, { consumerGroup: group }),
  ]),
  refusedByUs(ask('members of nothing', Code.GET_CONSUMER_LIST_BY_GROUP)),
  refusedByUs(ask('connections of nothing', Code.GET_CONSUMER_CONNECTION_LIST)),
  ask('producers', Code.GET_PRODUCER_CONNECTION_LIST, { producerGroup: 'PG' }),
  ask('producers of no group', Code.GET_PRODUCER_CONNECTION_LIST, { producerGroup: 'NONE' }),
  refusedByUs(ask('producers of nothing', Code.GET_PRODUCER_CONNECTION_LIST)),
  ask('all producers', Code.GET_ALL_PRODUCER_INFO),
]

const member = (name: string, fields = {}, more: More = {}): ScriptStep =>
  pull(name, 'P', { consumerGroup: 'CG', sysFlag: 0, subVersion: 101, ...fields }, more)

const memberPulls: ScriptStep[] = [
  member('pull of a member'),
  member('pull of an older version', { subVersion: 5 }),
  member('pull of a newer version', { subVersion: 1000 }),
  member('pull of a topic not subscribed to', { topic: 'Empty' }),
  member('pull of a group that is offline', { consumerGroup: 'CG_OFFLINE' }),
  member('pull of a broadcasting member', { consumerGroup: 'CG_CAST', subVersion: 100 }),
  member('pull of a member by SQL', { consumerGroup: 'CG_SQL', subVersion: 100 }),
  member('pull of a member by wrong SQL', { consumerGroup: 'CG_SQL2', subVersion: 100 }),
  json('group that may not broadcast', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {
    groupName: 'CG_CAST',
    consumeBroadcastEnable: false,
  }),
  member('pull of a member that may not broadcast', { consumerGroup: 'CG_CAST', subVersion: 100 }),
]

const check = (name: string, subscriptionData: unknown): Step =>
  json(name, Code.CHECK_CLIENT_CONFIG, {
    clientId: 'c',
    group: 'CG',
    namespace: '',
    subscriptionData,
  })

const checks: ScriptStep[] = [
  check('check of tags', { topic: 'P', subString: 'A', expressionType: 'TAG' }),
  check('check of SQL', { topic: 'P', subString: 'n > 3', expressionType: 'SQL92' }),
  refused(check('check of wrong SQL', { topic: 'P', subString: 'n >', expressionType: 'SQL92' })),
  refused(
    check('check of another type', { topic: 'P', subString: 'n >', expressionType: 'OTHER' }),
  ),
  check('check of no subscription', undefined),
  ask('check of nothing', Code.CHECK_CLIENT_CONFIG),
  refused(ask('check of garbage', Code.CHECK_CLIENT_CONFIG, {}, { body: '{' })),
]

const queue = (queueId: number, topic = 'P') => ({ brokerName: 'broker-a', queueId, topic })
const lock = (name: string, code: number, clientId: unknown, queues: unknown, group = 'CG') =>
  json(name, code, { consumerGroup: group, clientId, mqSet: queues, onlyThisBroker: false })

const locks: ScriptStep[] = [
  lock('lock', Code.LOCK_BATCH_MQ, 'c1', [queue(0), queue(1)]),
  lock('lock again', Code.LOCK_BATCH_MQ, 'c1', [queue(0), queue(7, 'Nothing')]),
  lock('lock of another', Code.LOCK_BATCH_MQ, 'c2', [queue(0), queue(2)]),
  lock('unlock of another', Code.UNLOCK_BATCH_MQ, 'c2', [queue(0)]),
  lock('still locked', Code.LOCK_BATCH_MQ, 'c2', [queue(0)]),
  lock('unlock', Code.UNLOCK_BATCH_MQ, 'c1', [queue(0)]),
  lock('lock by another', Code.LOCK_BATCH_MQ, 'c2', [queue(0)]),
  lock('lock nothing', Code.LOCK_BATCH_MQ, 'c1', []),
  lock('unlock nothing', Code.UNLOCK_BATCH_MQ, 'c1', []),
  lock('unlock what is not locked', Code.UNLOCK_BATCH_MQ, 'c1', [queue(9)], 'CG_NONE'),
  refused(ask('lock without a body', Code.LOCK_BATCH_MQ)),
  refused(ask('lock of garbage', Code.LOCK_BATCH_MQ, {}, { body: '{]' })),
  refused(ask('unlock without a body', Code.UNLOCK_BATCH_MQ)),
]

const unregister = (name: string, peer: string, fields: Record<string, string>): Step =>
  ask(name, Code.UNREGISTER_CLIENT, fields, { peer })

const goodbyes: ScriptStep[] = [
  unregister('unregister of no group', 'c2', { clientID: 'c2@1' }),
  unregister('unregister of another group', 'c2', { clientID: 'c2@1', consumerGroup: 'CG_NONE' }),
  unregister('unregister', 'c2', { clientID: 'c2@1', consumerGroup: 'CG' }),
  { name: 'first member is told of it', peer: 'c1', pushed: Code.NOTIFY_CONSUMER_IDS_CHANGED },
  unregister('unregister again', 'c2', { clientID: 'c2@1', consumerGroup: 'CG' }),
  unregister('unregister a producer', 'producer', { clientID: 'p@1', producerGroup: 'PG' }),
  refusedByUs(unregister('unregister nobody', 'c2', {})),
  heartbeat('second member again', 'c2', [CG]),
  { name: 'c2 closes', closes: 'c2' },
  {
    name: 'first member is told of the return',
    peer: 'c1',
    pushed: Code.NOTIFY_CONSUMER_IDS_CHANGED,
  },
  { name: 'first member is told of the end', peer: 'c1', pushed: Code.NOTIFY_CONSUMER_IDS_CHANGED },
  ask(
    'members at the end',
    Code.GET_CONSUMER_LIST_BY_GROUP,
    { consumerGroup: 'CG' },
    {
      until: ({ body }) => JSON.stringify(body) === '{"consumerIdList":["c1@1"]}',
    },
  ),
  ask('all producers at the end', Code.GET_ALL_PRODUCER_INFO),
]

export const CLIENTS: readonly ScriptStep[] = [
  ...heartbeats,
  ...badHeartbeats,
  ...questions,
  ...memberPulls,
  ...checks,
  ...locks,
]

export const GOODBYES: readonly ScriptStep[] = goodbyes
