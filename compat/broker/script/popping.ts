import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { Earlier, ScriptStep, Step } from '../step.ts'
import {
  ask,
  dispatched,
  json,
  type More,
  properties,
  refused,
  refusedByUs,
  send,
  texts,
  topic,
} from './builders.ts'

type Fields = Parameters<typeof texts>[0]

/** Longer than the script takes: nothing is revived while it runs. */
const INVISIBLE_MS = 600_000
const LONG_MAX = '9223372036854775807'

function popFields(topicName: string, given: Fields = {}): Fields {
  return {
    consumerGroup: 'CG_POP',
    topic: topicName,
    queueId: 0,
    maxMsgNums: 32,
    invisibleTime: INVISIBLE_MS,
    pollTime: 0,
    bornTime: 0,
    initMode: 0,
    ...given,
  }
}

function pop(name: string, topicName: string, given: Fields = {}, more: More = {}): Step {
  return ask(name, Code.POP_MESSAGE, popFields(topicName, given), { holds: 'records', ...more })
}

/** The handle of a message that an earlier step has popped; `parts` stand in place of the beginning of what it is. */
function handleOf(step: string, offset: number, parts: readonly (string | number)[] = []) {
  return (earlier: Earlier): string => {
    const [start = ''] = earlier.fieldOf(step, 'startOffsetInfo').split(' ').slice(2)
    const real = [
      start,
      earlier.fieldOf(step, 'popTime'),
      earlier.fieldOf(step, 'invisibleTime'),
      earlier.fieldOf(step, 'reviveQid'),
      '0',
      'broker-a',
      '0',
      offset,
    ]
    return [...parts, ...real.slice(parts.length)].join(' ')
  }
}

type Handle = string | ((earlier: Earlier) => string)

function withHandle(
  name: string,
  code: number,
  offset: number | string,
  handle: Handle,
  given: Fields = {},
): Step {
  const fields = { consumerGroup: 'CG_POP', topic: 'Pop', queueId: 0, offset, ...given }
  const extFields = (earlier: Earlier) =>
    texts({ ...fields, extraInfo: typeof handle === 'string' ? handle : handle(earlier) })
  return { name, peer: 'client', code, extFields }
}

function ack(name: string, offset: number | string, handle: Handle, given: Fields = {}): Step {
  return withHandle(name, Code.ACK_MESSAGE, offset, handle, given)
}

function change(name: string, offset: number | string, handle: Handle, given: Fields = {}): Step {
  const fields = { invisibleTime: INVISIBLE_MS, ...given }
  return withHandle(name, Code.CHANGE_MESSAGE_INVISIBLETIME, offset, handle, fields)
}

const TAGS = ['A', 'B', 'A', 'B', 'A', 'B']

const messages: ScriptStep[] = [
  ...['Pop', 'PopTags', 'PopOrder', 'PopEmpty'].map((name) =>
    topic(`topic ${name}`, name, { readQueueNums: 1, writeQueueNums: 1 }),
  ),
  ...TAGS.flatMap((tag, index) =>
    ['Pop', 'PopTags', 'PopOrder'].map((name) =>
      send(`${name} ${index}`, name, { i: properties({ TAGS: tag, n: String(index) }) }),
    ),
  ),
  ...['Pop', 'PopTags', 'PopOrder'].map((name) =>
    dispatched(`${name} is dispatched`, name, 0, TAGS.length),
  ),
]

const pops: ScriptStep[] = [
  pop('pop of two', 'Pop', { maxMsgNums: 2 }),
  pop('pop of one', 'Pop', { maxMsgNums: 1 }),
  pop('pop of none', 'Pop', { maxMsgNums: 0 }),
  refused(pop('pop of a negative number', 'Pop', { maxMsgNums: -5 })),
  pop('pop of 33', 'Pop', { maxMsgNums: 33 }),
  pop('pop of the rest', 'Pop', { queueId: -1 }),
  pop('pop when all is popped', 'Pop'),
  pop('pop of an empty topic', 'PopEmpty'),
  pop('pop from the end', 'Pop', { consumerGroup: 'CG_POP_END', initMode: 1 }),
  pop('pop by tags', 'PopTags', { exp: 'A', expType: 'TAG', maxMsgNums: 2 }),
  pop('pop by tags again', 'PopTags', { exp: 'A || C', expType: 'TAG' }),
  pop('pop by SQL', 'PopTags', { consumerGroup: 'CG_POP_SQL', exp: 'n > 3', expType: 'SQL92' }),
  pop('pop by tags that nobody has', 'PopTags', { consumerGroup: 'CG_POP_NONE', exp: 'Z' }),
  pop('pop of what was passed by', 'PopTags', { consumerGroup: 'CG_POP_NONE' }),
  pop('pop by wrong SQL', 'PopTags', { exp: 'n >', expType: 'SQL92' }),
  pop('pop by another type', 'PopTags', { exp: 'n', expType: 'OTHER' }),
  pop('pop by no expression', 'PopEmpty', { exp: '', expType: 'SQL92' }),
  pop('pop by separators', 'PopTags', { exp: '||' }),
]

const refusals: ScriptStep[] = [
  pop('pop of no topic', 'Nothing'),
  pop('pop of a path', '../x'),
  pop('pop of a write-only topic', 'WriteOnly'),
  pop('pop of queue 1', 'Pop', { queueId: 1 }),
  pop('pop of queue -2', 'PopEmpty', { queueId: -2 }),
  pop('pop by a path', 'PopEmpty', { consumerGroup: '../x' }),
  pop('pop by a long group', 'PopEmpty', { consumerGroup: 'g'.repeat(256) }),
  pop('pop by a group that may not', 'Pop', { consumerGroup: 'CG_OFF' }),
  pop('pop that is long over', 'Pop', { bornTime: 1 }),
  pop('pop that waits and is over', 'Pop', { bornTime: 1, pollTime: 100 }),
  pop('pop that waits a moment', 'Pop', { pollTime: 300 }),
  pop('pop with negative waiting', 'PopEmpty', { pollTime: -1 }),
  pop('pop with an invisible time of 0', 'PopEmpty', { invisibleTime: 0 }),
  pop('pop with a negative invisible time', 'PopEmpty', { invisibleTime: -1 }),
  pop('pop with an endless invisible time', 'PopEmpty', { invisibleTime: '9007199254740991' }),
  pop('pop without bornTime', 'PopEmpty', { bornTime: undefined }),
]

function peek(name: string, topicName: string, given: Fields = {}): Step {
  const fields = { consumerGroup: 'CG_PEEK', topic: topicName, queueId: 0, maxMsgNums: 32 }
  return ask(name, Code.PEEK_MESSAGE, { ...fields, ...given }, { holds: 'records' })
}

const peeks: ScriptStep[] = [
  peek('peek', 'Pop', { maxMsgNums: 2 }),
  peek('peek again', 'Pop', { maxMsgNums: 2 }),
  peek('peek of all queues', 'Pop', { queueId: -1 }),
  peek('peek of queue -2', 'Pop', { queueId: -2 }),
  peek('peek of none', 'Pop', { maxMsgNums: 0 }),
  refused(peek('peek of a negative number', 'Pop', { maxMsgNums: -1 })),
  peek('peek of many', 'Pop', { maxMsgNums: 10_000 }),
  peek('peek of what is popped', 'Pop', { consumerGroup: 'CG_POP' }),
  peek('peek of an empty topic', 'PopEmpty'),
  peek('peek of no topic', 'Nothing'),
  peek('peek of a path', '../x'),
  peek('peek of a write-only topic', 'WriteOnly'),
  peek('peek of queue 1', 'Pop', { queueId: 1 }),
  peek('peek by a path', 'PopEmpty', { consumerGroup: '../x' }),
  peek('peek by a group that may not', 'Pop', { consumerGroup: 'CG_OFF' }),
  ...['consumerGroup', 'topic', 'queueId', 'maxMsgNums'].map((field) =>
    refusedByUs(peek(`peek without ${field}`, 'Pop', { [field]: undefined })),
  ),
]

function subscriptionOfPops(name: string): Step {
  const fields = { group: 'CG_POP', topic: name }
  return ask(`subscription of pops of ${name}`, Code.QUERY_SUBSCRIPTION_BY_CONSUMER, fields)
}

/** How a group of pops wants its topics, as it has said itself. */
const named: ScriptStep[] = [
  ...['Pop', '%RETRY%CG_POP_Pop', 'PopEmpty'].map(subscriptionOfPops),
  {
    ...subscriptionOfPops('PopTags'),
    differs: { fields: ['body'], why: 'Apache also remembers expressions that it refuses' },
  },
]

const acks: ScriptStep[] = [
  ack('ack', 0, handleOf('pop of two', 0)),
  ack('ack again', 0, handleOf('pop of two', 0)),
  ack('ack of what is not popped so', 5, handleOf('pop of two', 5)),
  ack('ack at the end of the queue', 6, handleOf('pop of two', 6)),
  ack('ack behind the end of the queue', 7, handleOf('pop of two', 7)),
  ack('ack of offset -1', -1, handleOf('pop of two', -1)),
  {
    ...ack('ack of an endless offset', LONG_MAX, handleOf('pop of two', 1)),
    differs: { fields: ['remark'], why: 'the largest number that we know is 2^53 - 1' },
  },
  ack('ack with another pop time', 1, handleOf('pop of two', 1, [0, 1600000000000])),
  ack('ack by another broker', 1, handleOf('pop of two', 1, [0, 1600000000000, 60000, 0, 0, 'x'])),
  ack('ack of no topic', 0, handleOf('pop of two', 0), { topic: 'Nothing' }),
  ack('ack of queue 1', 0, handleOf('pop of two', 0), { queueId: 1 }),
  ack('ack of queue -1', 0, handleOf('pop of two', 0), { queueId: -1 }),
  ack('ack by a group without pops', 1, handleOf('pop of two', 1), { consumerGroup: 'CG_NO_POP' }),
  ...[
    '',
    ' ',
    'x',
    '0',
    '0 1',
    '0 1 2',
    '0 1 2 3',
    '0 1 2 3 0',
    'a b c d e f g h',
    '0 1 2 x 0 b',
  ].map((handle) => refused(ack(`ack with ${JSON.stringify(handle)}`, 1, handle))),
  ...['topic', 'queueId', 'offset'].map((field) =>
    refused(ack(`ack without ${field}`, 0, handleOf('pop of two', 0), { [field]: undefined })),
  ),
]

/** Bits 0 and 1, of the check point of `pop of two`. */
function batchAck(name: string, given: Record<string, unknown>): Step {
  const body = (earlier: Earlier) =>
    JSON.stringify({
      brokerName: 'broker-a',
      acks: [
        {
          c: 'CG_POP',
          t: 'Pop',
          r: '0',
          so: 0,
          q: 0,
          rq: Number(earlier.fieldOf('pop of two', 'reviveQid')),
          pt: Number(earlier.fieldOf('pop of two', 'popTime')),
          it: INVISIBLE_MS,
          b: 'Aw==',
          ...given,
        },
      ],
    })
  return { name, peer: 'client', code: Code.BATCH_ACK_MESSAGE, body }
}

const batchAcks: ScriptStep[] = [
  batchAck('batch ack', {}),
  batchAck('batch ack of nothing', { b: '' }),
  batchAck('batch ack behind the end', { b: 'AAAAAAAAAAAAAAAAAAAAAQ==' }),
  batchAck('batch ack of no topic', { t: 'Nothing' }),
  batchAck('batch ack from before the beginning', { so: -5 }),
  batchAck('batch ack from far away', { so: 1_000_000_000_000 }),
  batchAck('batch ack of queue -1', { q: -1 }),
  batchAck('batch ack of another time', { pt: 1, it: -1 }),
  batchAck('batch ack of an endless time', { it: 9_007_199_254_740_991 - 1_800_000_000_000 }),
  batchAck('batch ack of a retry topic', { r: '1' }),
  batchAck('batch ack of a retry topic V2', { r: '2' }),
  batchAck('batch ack by long names', {
    ...{ c: undefined, consumerGroup: 'CG_POP', t: undefined, topic: 'Pop', b: undefined },
    bitSet: 'AQ==',
  }),
  refused(batchAck('batch ack of an unknown kind', { r: '3' })),
  refusedByUs(batchAck('batch ack without kind', { r: undefined })),
  json('batch ack without acks', Code.BATCH_ACK_MESSAGE, { brokerName: 'broker-a', acks: [] }),
  json('batch ack of null', Code.BATCH_ACK_MESSAGE, { brokerName: 'broker-a' }),
  ask('batch ack without body', Code.BATCH_ACK_MESSAGE),
  refused(ask('batch ack that is no JSON', Code.BATCH_ACK_MESSAGE, {}, { body: '{' })),
]

const changes: ScriptStep[] = [
  change('change of the time', 2, handleOf('pop of one', 2)),
  change('change again', 2, handleOf('pop of one', 2)),
  change('change of what is not popped so', 5, handleOf('pop of one', 5)),
  change('change at the end of the queue', 6, handleOf('pop of one', 6)),
  change('change of offset -1', -1, handleOf('pop of one', -1)),
  change('change of no topic', 2, handleOf('pop of one', 2), { topic: 'Nothing' }),
  change('change of queue 1', 2, handleOf('pop of one', 2), { queueId: 1 }),
  change('change of queue -1', 2, handleOf('pop of one', 2), { queueId: -1 }),
  change('change to an endless time', 2, handleOf('pop of one', 2), {
    invisibleTime: '9007199254740991',
  }),
  ...['', 'x', '0 1 2', '0 1 2 x', '0 1 2 3 4'].map((handle) =>
    refused(change(`change with ${JSON.stringify(handle)}`, 2, handle)),
  ),
  refused(
    change('change without time', 2, handleOf('pop of one', 2), { invisibleTime: undefined }),
  ),
]

function orderly(name: string, given: Fields = {}): Step {
  return pop(name, 'PopOrder', { consumerGroup: 'CG_ORDER', order: true, ...given })
}

function orderlyAck(name: string, offset: number, parts: (string | number)[] = []): Step {
  const given = { consumerGroup: 'CG_ORDER', topic: 'PopOrder' }
  return ack(name, offset, handleOf('pop in order', offset, parts), given)
}

function changeInOrder(name: string, handle: Handle): Step {
  const given = { consumerGroup: 'CG_ORDER', topic: 'PopOrder', invisibleTime: 300_000 }
  const differs = { fields: ['extFields'], why: 'the answer tells the time since the pop' } as const
  return { ...change(name, 0, handle, given), differs }
}

const IN_ORDER = { rq: 999, t: 'PopOrder', c: 'CG_ORDER' }

const order: ScriptStep[] = [
  orderly('pop in order', { maxMsgNums: 3, attemptId: 'a1' }),
  orderly('pop in order while others are open', { maxMsgNums: 3, attemptId: 'a2' }),
  orderly('pop in order once more', { maxMsgNums: 2, attemptId: 'a1' }),
  orderlyAck('ack of an earlier pop in order', 0, [0, 1600000000000]),
  {
    ...orderlyAck('ack in order', 1),
    extFields: (earlier) =>
      texts({
        consumerGroup: 'CG_ORDER',
        topic: 'PopOrder',
        queueId: 0,
        offset: 1,
        extraInfo: handleOf('pop in order once more', 1)(earlier),
      }),
  },
  {
    ...orderlyAck('ack in order of what is not popped', 4),
    extFields: (earlier) =>
      texts({
        consumerGroup: 'CG_ORDER',
        topic: 'PopOrder',
        queueId: 0,
        offset: 4,
        extraInfo: handleOf('pop in order once more', 4)(earlier),
      }),
  },
  orderly('pop in order with one open', { maxMsgNums: 3 }),
  changeInOrder('change of the time in order', handleOf('pop in order once more', 0)),
  changeInOrder('change of an earlier pop', handleOf('pop in order', 0, [0, 1600000000000])),
  batchAck('batch ack in order of another time', { ...IN_ORDER, pt: 1 }),
  batchAck('batch ack in order of what is not popped', { ...IN_ORDER, so: 4 }),
  batchAck('batch ack in order of nobody', { ...IN_ORDER, c: 'CG_NO_POP' }),
  orderly('pop in order after those', { maxMsgNums: 3 }),
  orderly('pop in order by another group', { consumerGroup: 'CG_ORDER_2', maxMsgNums: 1 }),
]

function notification(name: string, given: Fields = {}): Step {
  const fields = { consumerGroup: 'CG_POP', topic: 'Pop', queueId: 0, pollTime: 0, bornTime: 0 }
  return ask(name, Code.NOTIFICATION, { ...fields, ...given })
}

function pollingInfo(name: string, given: Fields = {}): Step {
  return ask(name, Code.POLLING_INFO, {
    consumerGroup: 'CG_POP',
    topic: 'Pop',
    queueId: 0,
    ...given,
  })
}

const notifications: ScriptStep[] = [
  notification('notification without messages'),
  notification('notification with messages', { consumerGroup: 'CG_POP_NEW' }),
  notification('notification of all queues', { consumerGroup: 'CG_POP_NEW', queueId: -1 }),
  notification('notification in order', {
    topic: 'PopOrder',
    consumerGroup: 'CG_ORDER',
    order: true,
  }),
  notification('notification that waits a moment', { pollTime: 300 }),
  notification('notification of no topic', { topic: 'Nothing' }),
  notification('notification of queue 1', { queueId: 1 }),
  notification('notification by a group that may not', { consumerGroup: 'CG_OFF' }),
  notification('notification of a write-only topic', { topic: 'WriteOnly' }),
  notification('notification without bornTime', { bornTime: undefined }),
  refused(notification('notification without topic', { topic: undefined })),
  pollingInfo('polling info'),
  pollingInfo('polling info of no topic', { topic: 'Nothing' }),
  pollingInfo('polling info of queue 1', { queueId: 1 }),
  pollingInfo('polling info by a group that may not', { consumerGroup: 'CG_OFF' }),
]

const waiting: ScriptStep[] = [
  pop(
    'pop that waits',
    'PopEmpty',
    { pollTime: 5000, queueId: -1 },
    { peer: 'popper', held: true },
  ),
  {
    ...pollingInfo('polling info while one waits', { topic: 'PopEmpty', queueId: -1 }),
    until: isOne,
  },
  send('PopEmpty 0', 'PopEmpty'),
  { name: 'pop that has waited', answers: 'pop that waits' },
]

/** Of these Apache makes zeros, and goes on: they are last because its revive queues then go on, too. */
const missing: ScriptStep[] = [
  ...['consumerGroup', 'topic'].map((field) =>
    refused(pop(`pop without ${field}`, 'Pop', { [field]: undefined })),
  ),
  ...['queueId', 'maxMsgNums', 'invisibleTime', 'pollTime', 'initMode'].map((field) =>
    refusedByUs(pop(`pop without ${field}`, 'Pop', { [field]: undefined })),
  ),
  refusedByUs(pop('pop of queue x', 'Pop', { queueId: 'x' })),
  refused(ack('ack without group', 0, '0 1', { consumerGroup: undefined })),
  refusedByUs(pollingInfo('polling info without queue', { queueId: undefined })),
]

function isOne({ extFields }: { readonly extFields: unknown }): boolean {
  return (extFields as Record<string, unknown> | undefined)?.['pollingNum'] === '1'
}

export const POPPING: readonly ScriptStep[] = [
  ...messages,
  ...pops,
  ...refusals,
  ...peeks,
  ...named,
  ...acks,
  ...batchAcks,
  ...changes,
  ...order,
  ...notifications,
  ...waiting,
  ...missing,
]
