import { encodeBatch } from '../../../codec/message/batch.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep } from '../step.ts'
import {
  ask,
  COMMIT,
  dispatched,
  has,
  json,
  member,
  properties,
  pull,
  pullFields,
  refused,
  refusedByUs,
  send,
  SUSPEND,
  texts,
  topic,
} from './builders.ts'

const TAGS = ['A', 'B', 'A', 'AaAa', 'BBBB', 'A', '', 'B']

const messages: ScriptStep[] = [
  topic('topic P', 'P', { readQueueNums: 2, writeQueueNums: 2 }),
  topic('topic with no messages', 'Empty'),
  ...TAGS.map((tag, index) =>
    send(`P ${index}`, 'P', {
      i: properties({ TAGS: tag, KEYS: `key${index % 3}`, n: String(index) }),
    }),
  ),
  dispatched('P is dispatched', 'P', 0, TAGS.length),
]

const offsets: ScriptStep[] = [-9, -1, 0, 3, 7, 8, 9, 1000, '9223372036854775807'].map((offset) =>
  pull(`pull from ${offset}`, 'P', { queueOffset: offset }),
)

const counts: ScriptStep[] = [-1, 0, 1, 3, 32, 33, 2147483647].map((count) =>
  pull(`pull of ${count}`, 'P', { maxMsgNums: count }),
)

/** Subscription and commit bits, class filter, lite pull; bit 1 (suspend) has steps of its own. */
const flags: ScriptStep[] = [0, 1, 4, 5, 8, 12, 16, 20, 21, 64, -1 & ~2].map((sysFlag) =>
  pull(`pull with flags ${sysFlag}`, 'P', { sysFlag, commitOffset: 2, consumerGroup: 'CG_FLAGS' }),
)

const subscriptions: ScriptStep[] = [
  ...['A', 'A||B', ' A || B ', 'AaAa', '', '*', 'none', '||', 'A|B'].map((subscription) =>
    pull(`pull of tags ${JSON.stringify(subscription)}`, 'P', { subscription }),
  ),
  pull('pull of no subscription', 'P', { subscription: undefined }),
  pull('pull by SQL', 'P', { subscription: "n = '3'", expressionType: 'SQL92' }),
  pull('pull by a number', 'P', { subscription: 'n > 3', expressionType: 'SQL92' }),
  pull('pull by no expression', 'P', { subscription: '', expressionType: 'SQL92' }),
  refusedByUs(pull('pull of another type', 'P', { expressionType: 'OTHER' })),
  pull('pull of no type', 'P', { expressionType: undefined }),
  refusedByUs(pull('pull by wrong SQL', 'P', { subscription: 'n >', expressionType: 'SQL92' })),
]

const refusals: ScriptStep[] = [
  pull('pull of no topic', 'Nothing'),
  pull('pull of a path', '../x'),
  pull('pull of a write-only topic', 'WriteOnly'),
  pull('pull of a topic without permissions', 'NoPerm'),
  pull('pull of queue 2', 'P', { queueId: 2 }),
  pull('pull of queue -1', 'P', { queueId: -1 }),
  pull('pull of an empty queue', 'Empty'),
  pull('pull of an empty queue from 5', 'Empty', { queueOffset: 5 }),
  pull('pull of the second queue', 'P', { queueId: 1 }),
  pull('pull by a path', 'P', { consumerGroup: '../x' }),
  pull('pull by a group with a blank', 'P', { consumerGroup: 'a b' }),
  pull('pull by a long group', 'P', { consumerGroup: 'g'.repeat(256) }),
  pull('pull by an empty group', 'P', { consumerGroup: '' }),
  pull('pull by the group of tools', 'P', { consumerGroup: 'TOOLS_CONSUMER' }),
  json('group that may not consume', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {
    groupName: 'CG_OFF',
    consumeEnable: false,
  }),
  pull('pull by a group that may not', 'P', { consumerGroup: 'CG_OFF' }),
  ...['consumerGroup', 'topic', 'queueId', 'queueOffset', 'maxMsgNums', 'sysFlag'].map((name) =>
    refused(pull(`pull without ${name}`, 'P', { [name]: undefined })),
  ),
  ...['commitOffset', 'suspendTimeoutMillis', 'subVersion'].map((name) =>
    refusedByUs(pull(`pull without ${name}`, 'P', { [name]: undefined })),
  ),
  ...['queueId', 'queueOffset', 'sysFlag', 'subVersion', 'maxMsgBytes', 'requestSource'].map(
    (name) => refused(pull(`pull with a mistyped ${name}`, 'P', { [name]: 'x' })),
  ),
  pull('pull with a byte limit', 'P', { maxMsgBytes: 1 }),
  pull('pull with a byte limit of 400', 'P', { maxMsgBytes: 400 }),
  ask('lite pull', Code.LITE_PULL_MESSAGE, pullFields('P', { sysFlag: 20 }), { holds: 'records' }),
  refused(ask('pull without fields', Code.PULL_MESSAGE)),
]

const SDK = -1
const FOR_BROADCAST = 1

/** Pulls that a proxy makes for a broadcasting client, which keeps no offset itself, and then that client without it. */
function broadcast(name: string, requestSource: number, queueOffset: number): ScriptStep {
  const client = { requestSource, proxyFrowardClientId: 'behind-proxy' }
  return pull(name, 'P', { consumerGroup: 'CG_BC', maxMsgNums: 3, queueOffset, ...client })
}

const broadcasts: ScriptStep[] = [
  broadcast('first pull for a broadcasting client', FOR_BROADCAST, -1),
  broadcast('pull for a broadcasting client', FOR_BROADCAST, 3),
  broadcast('pull for it from nowhere', FOR_BROADCAST, -1),
  broadcast('pull for it further', FOR_BROADCAST, 6),
  broadcast('pull for it backwards', FOR_BROADCAST, 1),
  broadcast('pull for it behind the end', FOR_BROADCAST, 1000),
  broadcast('pull of it without the proxy', SDK, -1),
]

const holding: ScriptStep[] = [
  pull('pull held for 0 ms', 'Empty', { sysFlag: SUSPEND | 4 }, { peer: 'waiter', held: true }),
  { name: 'answer after 0 ms', answers: 'pull held for 0 ms' },
  pull(
    'pull held for 20 s',
    'Empty',
    { sysFlag: SUSPEND | 4, suspendTimeoutMillis: 20_000 },
    { peer: 'waiter', held: true },
  ),
  pull(
    'pull held for a tag',
    'Empty',
    { sysFlag: SUSPEND | 4, suspendTimeoutMillis: 20_000, subscription: 'B' },
    { peer: 'waiter', held: true },
  ),
  pull(
    'pull held with a commit',
    'Empty',
    {
      sysFlag: SUSPEND | 4 | COMMIT,
      suspendTimeoutMillis: 20_000,
      commitOffset: 7,
      consumerGroup: 'CG_HELD',
    },
    { peer: 'waiter', held: true },
  ),
  ask(
    'commit of a held pull',
    Code.QUERY_CONSUMER_OFFSET,
    {
      consumerGroup: 'CG_HELD',
      topic: 'Empty',
      queueId: 0,
    },
    { until: has({ offset: 7 }) },
  ),
  send('message for the held', 'Empty', { i: properties({ TAGS: 'B', UNIQ_KEY: 'u' }) }),
  { name: 'answer by a message', answers: 'pull held for 20 s' },
  { name: 'answer by its tag', answers: 'pull held for a tag' },
  { name: 'answer with a commit', answers: 'pull held with a commit' },
]

/** Messages of a batch have one store time, so that it does not depend on how fast a broker is. */
const byTime: ScriptStep[] = [
  send(
    'messages of one time',
    'Times',
    { m: true, i: undefined },
    { body: encodeBatch(['a', 'b', 'c'].map((body) => member(body))) },
  ),
  dispatched('Times is dispatched', 'Times', 0, 3),
  pull('messages with times', 'Times'),
  ...(['lower', 'upper', 'LOWER', 'other', undefined] as const).flatMap((boundaryType) =>
    [
      ['before all', -10_000],
      ['just before all', -1],
      ['of all', 0],
      ['just after all', 1],
      ['after all', 10_000],
    ].map(([when, shift]) => ({
      ...ask(`${boundaryType} offset ${when}`, Code.SEARCH_OFFSET_BY_TIMESTAMP),
      extFields: (earlier: { storeTimeOf(step: string, index?: number): number }) =>
        texts({
          topic: 'Times',
          queueId: 0,
          timestamp: earlier.storeTimeOf('messages with times') + (shift as number),
          boundaryType,
        }),
    })),
  ),
  ...[0, -1, '9223372036854775807'].map((timestamp) =>
    ask(`offset at ${timestamp}`, Code.SEARCH_OFFSET_BY_TIMESTAMP, {
      topic: 'P',
      queueId: 0,
      timestamp,
    }),
  ),
]

const ENDS = [
  ['search', Code.SEARCH_OFFSET_BY_TIMESTAMP, { timestamp: 5 }],
  ['max', Code.GET_MAX_OFFSET, {}],
  ['max not committed', Code.GET_MAX_OFFSET, { committed: false }],
  ['min', Code.GET_MIN_OFFSET, {}],
  ['earliest', Code.GET_EARLIEST_MSG_STORETIME, {}],
] as const

const ends: ScriptStep[] = ENDS.flatMap(([what, code, more]) => [
  ask(`${what} of P`, code, { topic: 'P', queueId: 0, ...more }),
  ask(`${what} of an empty queue`, code, { topic: 'P', queueId: 1, ...more }),
  ask(`${what} of no queue`, code, { topic: 'P', queueId: 77, ...more }),
  ask(`${what} of queue -1`, code, { topic: 'P', queueId: -1, ...more }),
  ask(`${what} of no topic`, code, { topic: 'Nothing', queueId: 0, ...more }),
  ask(`${what} of a path`, code, { topic: '../x', queueId: 0, ...more }),
  refusedByUs(ask(`${what} without a topic`, code, { queueId: 0, ...more })),
  refused(ask(`${what} without a queue`, code, { topic: 'P', ...more })),
  refused(ask(`${what} with a mistyped queue`, code, { topic: 'P', queueId: 'x', ...more })),
])

const key = (name: string, fields: object, more = {}) =>
  ask(
    name,
    Code.QUERY_MESSAGE,
    {
      topic: 'P',
      key: 'key1',
      maxNum: 32,
      beginTimestamp: 0,
      endTimestamp: '9223372036854775807',
      ...fields,
    },
    { holds: 'records', ...more },
  )

const lookups: ScriptStep[] = [
  key('messages by a key', {}, { until: (answer: { code: unknown }) => answer.code === 0 }),
  key('one message by a key', { maxNum: 1 }),
  key('no messages by a key', { maxNum: 0 }),
  refused(key('-1 messages by a key', { maxNum: -1 })),
  key('messages by no key', { key: 'nothing' }),
  key('messages by an empty key', { key: '' }),
  key('messages of no topic', { topic: 'Nothing' }),
  key('messages of no time', { endTimestamp: 1 }),
  key('messages of a reversed time', { beginTimestamp: '9223372036854775807', endTimestamp: 0 }),
  key('message by its unique key', { key: 'u', topic: 'Empty', _UNIQUE_KEY_QUERY: 'true' }),
  refusedByUs(key('messages without a key', { key: undefined })),
  refused(key('messages without times', { beginTimestamp: undefined })),
  {
    ...ask('message by id', Code.VIEW_MESSAGE_BY_ID, {}, { holds: 'records' }),
    extFields: (earlier) => texts({ offset: earlier.offsetOf('P 3'), topic: 'P' }),
  },
  {
    ...ask('message by an id of no record', Code.VIEW_MESSAGE_BY_ID, {}, { holds: 'records' }),
    extFields: (earlier) => texts({ offset: earlier.offsetOf('P 3') + 1 }),
    differs: { fields: ['remark'], why: 'the remark names the offset' },
  },
  ask('message by a far id', Code.VIEW_MESSAGE_BY_ID, { offset: 1_000_000_000_000 }),
  ask('message by a negative id', Code.VIEW_MESSAGE_BY_ID, { offset: -1 }),
  refused(ask('message without an id', Code.VIEW_MESSAGE_BY_ID)),
]

export const PULLING: readonly ScriptStep[] = [
  ...messages,
  ...offsets,
  ...counts,
  ...flags,
  ...subscriptions,
  ...refusals,
  ...broadcasts,
  ...holding,
  ...byTime,
  ...ends,
  ...lookups,
]
