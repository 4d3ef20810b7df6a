import { encodeBatch } from '../../../codec/message/batch.ts'
import { SerializeType } from '../../../codec/remoting-command.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep, Step } from '../step.ts'
import { MISTYPED_TOPIC } from '../stored-files.ts'
import {
  ask,
  dispatched,
  member,
  properties,
  pull,
  refused,
  refusedByUs,
  send,
  sendFields,
  sendV1,
  texts,
  topic,
} from './builders.ts'

const MAX_MESSAGE_SIZE = 4_194_304
const big = (size: number) => Buffer.alloc(size, 'x')

const topics: ScriptStep[] = [
  topic('topic T', 'T'),
  topic('topic of one queue', 'One', { readQueueNums: 1, writeQueueNums: 1 }),
  topic('topic with more read queues', 'Wide', { readQueueNums: 8, writeQueueNums: 2 }),
  topic('topic that is only read', 'ReadOnly', { perm: 4 }),
  topic('topic that is only written', 'WriteOnly', { perm: 2 }),
  topic('topic without permissions', 'NoPerm', { perm: 0 }),
  topic('compaction topic', 'Compact', { attributes: '+cleanup.policy=COMPACTION' }),
  topic('order topic', 'Ordered', { order: true }),
]

const ordinary: ScriptStep[] = [
  send('plain', 'T'),
  sendV1('plain by its long names', 'T'),
  send('with properties', 'T', {
    i: properties({ TAGS: 'A', KEYS: 'k1 k2', user: '\u4e09', UNIQ_KEY: 'F'.repeat(32) }),
    h: 7,
  }),
  send('properties not closed', 'T', { i: 'TAGS\u0001B\u0002KEYS\u0001k3' }),
  send('properties without separators', 'T', { i: 'garbage' }),
  send('properties twice', 'T', { i: properties({ TAGS: 'A' }) + properties({ TAGS: 'B' }) }),
  send('empty value', 'T', { i: 'TAGS\u0001\u0002KEYS\u0001k\u0002' }),
  send('no properties', 'T', { i: undefined }),
  send('empty properties', 'T', { i: '' }),
  send('compressed flag', 'T', { f: 1 }),
  send('multi tags flag', 'T', { f: 2 }),
  send('transaction flag', 'T', { f: 8 }),
  send('compression type bits', 'T', { f: 1 | (3 << 8) }),
  send('inner batch flag', 'T', { f: 128 }),
  send('negative sysFlag', 'T', { f: -1 }),
  send('reconsumed', 'T', { j: 3 }),
  send('negative reconsume', 'T', { j: -3 }),
  send('unit mode', 'Unit', { k: true }),
  send('unique key of the client', 'T', { i: properties({ UNIQ_KEY: 'mine' }) }),
  send('what only brokers set', 'T', {
    i: properties({ POP_CK: '1 2 3', MSG_REGION: 'mine', TRACE_ON: 'x', CLUSTER: 'y', WAIT: 'no' }),
  }),
  send('inner num', 'T', { i: properties({ INNER_NUM: '2' }) }),
  send('inner base', 'T', { i: properties({ INNER_BASE: '2' }) }),
  send('real topic set', 'T', { i: properties({ REAL_TOPIC: 'x', REAL_QID: '3' }) }),
  send('tags of two', 'T', { i: properties({ TAGS: 'A||B' }) }),
  send('newline in the body', 'T', {}, { body: 'a\nb\u0000c' }),
  send('sharding key', 'Ordered', { i: properties({ __SHARDINGKEY: 's' }) }),
  send('born in the past', 'T', { g: 0 }),
  send('born negative', 'T', { g: -1 }),
]

const queues: ScriptStep[] = [
  send('last queue', 'T', { e: 3 }),
  refused(send('queue beyond', 'T', { e: 4 })),
  send('queue beyond, exactly', 'T', { e: 4 }),
  send('queue far beyond', 'T', { e: 2147483647 }),
  send('any queue', 'One', { e: -1 }),
  send('negative queue', 'One', { e: -77 }),
  send('queue that is only read', 'Wide', { e: 7 }),
  send('read-only topic', 'ReadOnly'),
  send('write-only topic', 'WriteOnly'),
  send('topic without permissions, sent', 'NoPerm'),
]

const names: ScriptStep[] = [
  ...[
    '',
    ' ',
    '../x',
    'a/b',
    'a\u0000b',
    'a.b',
    'a b',
    '\u4e09',
    '%',
    '|a-b_c%',
    'x'.repeat(127),
    'x'.repeat(128),
    'x'.repeat(300),
    '%RETRY%',
    `%RETRY%${'g'.repeat(119)}`,
    `%RETRY%${'g'.repeat(120)}`,
    '%DLQ%g',
  ].map((name) => send(`topic name ${JSON.stringify(name)}`, name)),
  ...[
    'SCHEDULE_TOPIC_XXXX',
    'RMQ_SYS_TRANS_HALF_TOPIC',
    'RMQ_SYS_TRANS_OP_HALF_TOPIC',
    'TRANS_CHECK_MAX_TIME_TOPIC',
    'SELF_TEST_TOPIC',
    'OFFSET_MOVED_EVENT',
    'TBW102',
    'BenchmarkTest',
    'rmq_sys_wheel_timer',
    'RMQ_SYS_TRACE_TOPIC',
    'CompatCluster',
    'broker-a',
  ].map((name) => send(`system topic ${name}`, name)),
]

const creation: ScriptStep[] = [
  send('makes a topic', 'Made'),
  send('makes a topic of 20 queues', 'Made20', { d: 20 }),
  send('makes a topic of no queues', 'Made0', { d: 0 }),
  send('makes a topic of -1 queues', 'MadeMinus', { d: -1 }),
  send('makes a topic by another', 'MadeBy', { c: 'T' }),
  send('makes a topic by none', 'MadeByNone', { c: 'Nowhere' }),
  send('makes a topic by nothing', 'MadeByEmpty', { c: '' }),
  send('makes a retry topic', '%RETRY%CG_NEW'),
  send('retry topic, too often', '%RETRY%CG_NEW', { j: 17 }),
  send('retry topic, often', '%RETRY%CG_NEW', { j: 16 }),
  send('retry topic, own limit', '%RETRY%CG_NEW', { j: 3, l: 2 }),
  send('retry topic, own limit not reached', '%RETRY%CG_NEW', { j: 2, l: 2 }),
  send(
    'retry topic, own limit of an old client',
    '%RETRY%CG_NEW',
    { j: 3, l: 2 },
    { version: 120 },
  ),
  send('retry topic, limit of -1', '%RETRY%CG_NEW', { j: 0, l: -1 }),
]

const sizes: ScriptStep[] = [
  refusedByUs(send('no body', 'T', {}, { body: '' })),
  send('largest body', 'T', {}, { body: big(MAX_MESSAGE_SIZE) }),
  send('body too large', 'T', {}, { body: big(MAX_MESSAGE_SIZE + 1) }),
  ...[30_000, 32_600, 32_680, 32_690, 32_700, 32_710, 32_720, 32_767, 32_768, 40_000].map((size) =>
    send(`properties of ${size} bytes`, 'T', { i: `k\u0001${'v'.repeat(size - 3)}\u0002` }),
  ),
  ...[32_766, 32_767, 32_768].map((size) =>
    send(`open properties of ${size} bytes`, 'T', { i: `k\u0001${'v'.repeat(size - 2)}` }),
  ),
  send('properties of many bytes but few characters', 'T', {
    i: `k\u0001${'\u4e09'.repeat(11_000)}\u0002`,
  }),
]

const keyed: ScriptStep[] = [
  send('compaction without a key', 'Compact'),
  send('compaction with a key', 'Compact', { i: properties({ KEYS: 'k' }) }),
  send('compaction with a blank key', 'Compact', { i: properties({ KEYS: ' ' }) }),
]

const transactions: ScriptStep[] = [
  send('no transaction', 'T', { i: properties({ TRAN_MSG: 'false' }) }),
  send('transaction of a retry', 'T', {
    i: properties({ TRAN_MSG: 'true', DELAY: '18' }),
    j: 1,
  }),
]

function batch(name: string, topicName: string, body: Buffer, given = {}): Step {
  const fields = texts(sendFields(topicName, { m: true, i: undefined, ...given }))
  return ask(name, Code.SEND_BATCH_MESSAGE, fields, { peer: 'producer', body })
}

const three = encodeBatch([
  member('one', { KEYS: 'b1', TAGS: 'A' }),
  member('two', {}, 5),
  member('three', { UNIQ_KEY: 'E'.repeat(32) }),
])
const one = encodeBatch([member('single')])

const batches: ScriptStep[] = [
  batch('batch', 'Batch', three),
  batch('batch with properties', 'Batch', three, {
    i: properties({ UNIQ_KEY: 'D'.repeat(32), WAIT: 'true' }),
  }),
  batch('batch with open properties', 'Batch', three, { i: 'a\u0001b' }),
  batch(
    'batch of members with open properties',
    'Batch',
    encodeBatch([
      { flag: 0, body: Buffer.from('x'), properties: 'a\u0001b' },
      { flag: 0, body: Buffer.from('y'), properties: 'a\u0001b\u0002c\u0001d' },
    ]),
    { i: properties({ w: 'x' }) },
  ),
  batch('batch of one', 'Batch', one),
  batch('batch without the flag', 'Batch', three, { m: false }),
  send('batch by 310', 'Batch', { m: true, i: undefined }, { body: three }),
  sendV1('batch by 10', 'Batch', { m: true, i: undefined }, { body: three }),
  batch('batch to a retry topic', '%RETRY%CG_NEW', three),
  batch('batch to a long topic', 'x'.repeat(128), three),
  batch('batch to an unknown queue', 'Batch', three, { e: 9 }),
  batch('batch with a delay', 'Batch', three, { i: properties({ DELAY: '1' }) }),
  batch('batch with a delay in a member', 'Batch', encodeBatch([member('d', { DELAY: '3' })])),
  batch('batch in a batch', 'Batch', encodeBatch([{ flag: 0, body: three, properties: '' }])),
  batch('inner batch flag on a batch', 'Batch', three, { f: 128 }),
  refusedByUs(batch('empty batch', 'Batch', Buffer.alloc(0))),
  refused(batch('garbage batch', 'Batch', Buffer.from('this is no batch at all'))),
  refused(batch('cut batch', 'Batch', three.subarray(0, three.length - 3))),
  refused(batch('batch with a tail', 'Batch', Buffer.concat([three, Buffer.from('tail')]))),
  refused(batch('batch of zeros', 'Batch', Buffer.alloc(100))),
  refused(
    batch(
      'batch that is too large',
      'Batch',
      encodeBatch([member('x'.repeat(2_200_000)), member('x'.repeat(2_200_000))]),
    ),
  ),
  batch('batch with an empty member', 'Batch', encodeBatch([member(''), member('x')])),
]

const without = (letter: string): Step =>
  refusedByUs(send(`send without ${letter}`, MISTYPED_TOPIC, { [letter]: undefined }))

const mistyped: ScriptStep[] = [
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(without),
  ...['d', 'e', 'f', 'g', 'h', 'j', 'l'].map((letter) =>
    refused(send(`send with a mistyped ${letter}`, MISTYPED_TOPIC, { [letter]: 'x' })),
  ),
  send('send with a mistyped k', 'T', { k: 'x' }),
  send('send with a mistyped m', 'T', { m: 'x' }),
  refused(send('send with a long queue', MISTYPED_TOPIC, { e: '4294967296' })),
  refused(send('send with a blank number', MISTYPED_TOPIC, { e: ' 1' })),
  send('send with a plus', MISTYPED_TOPIC, { e: '+1' }),
  ...['producerGroup', 'topic', 'defaultTopic', 'queueId', 'bornTimestamp'].map((name) => {
    const full = sendV1(`send 10 without ${name}`, MISTYPED_TOPIC)
    const fields = Object.entries(full.extFields ?? {}).filter(([key]) => key !== name)
    return refusedByUs({ ...full, extFields: Object.fromEntries(fields) })
  }),
  refused({ ...sendV1('send 10 with a mistyped queue', MISTYPED_TOPIC, { e: 'x' }) }),
  refused(ask('send without fields', Code.SEND_MESSAGE_V2, {}, { peer: 'producer', body: 'x' })),
  refused(ask('send 10 without fields', Code.SEND_MESSAGE, {}, { peer: 'producer', body: 'x' })),
]

const others: ScriptStep[] = [
  send('oneway', 'OneWay', {}, { oneway: true }),
  dispatched('oneway is there', 'OneWay', 0, 1),
  send('oneway that is refused', 'a/b', {}, { oneway: true }),
  send('after oneway', 'OneWay'),
  send('binary header', 'T', {}, { serialize: SerializeType.ROCKETMQ }),
  send('old client', 'T', {}, { version: 100 }),
  send('Go client', 'T', {}, { version: 317, language: 9 }),
  dispatched('oneway arrives', 'OneWay', 0, 2),
  pull('pull of oneway', 'OneWay'),
]

export const SENDING: readonly ScriptStep[] = [
  ...topics,
  ...ordinary,
  ...queues,
  ...names,
  ...creation,
  ...sizes,
  ...keyed,
  ...transactions,
  ...batches,
  ...mistyped,
  ...others,
]
