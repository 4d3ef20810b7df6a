import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { Answer, Earlier, ScriptStep, Step } from '../step.ts'
import { ask, json, type More, properties, refused, send, texts, topic } from './builders.ts'

type Fields = Parameters<typeof texts>[0]

/** Longer than the script takes: nothing comes again while it runs. */
const INVISIBLE_MS = 600_000

function group(name: string, attributes: Record<string, string>, more: object = {}): Step {
  const config = { groupName: name, attributes, retryQueueNums: 1, retryMaxTimes: 16, ...more }
  return { ...json(`group ${name}`, Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, config) }
}

function subscription(name: string, entry: object, more: More = {}): Step {
  const subscriptionSet = [
    { clientId: 'c1', group: 'LG', topic: 'Lite', liteTopicSet: [], version: 1, ...entry },
  ]
  return { ...json(name, Code.LITE_SUBSCRIPTION_CTL, { subscriptionSet }), ...more }
}

function sendLite(body: string, liteTopic: string, queueId = 0): Step {
  const UNIQ_KEY = '0123456789ABCDEF0123456789ABCDEF'
  const i = properties({ UNIQ_KEY, __LITE_TOPIC: liteTopic })
  return send(body, 'Lite', { e: queueId, i })
}

function pop(name: string, given: Fields = {}, more: More = {}): Step {
  const fields = {
    clientId: 'c1',
    consumerGroup: 'LG',
    topic: 'Lite',
    maxMsgNum: 32,
    invisibleTime: INVISIBLE_MS,
    pollTime: 0,
    bornTime: 0,
    ...given,
  }
  return ask(name, Code.POP_LITE_MESSAGE, fields, { holds: 'records', ...more })
}

/** The answer tells the time from the pop to the end of the new time. */
function changed(name: string, handle: Handle, given: Fields): Step {
  const differs = { fields: ['extFields'], why: 'how long ago the pop was' } as const
  return { ...change(name, handle, given), differs }
}

/** Asked until there is something: it is noted when the message has got into its queue. */
function popUntilFound(name: string, given: Fields = {}): Step {
  return pop(name, given, { until: ({ code }: Answer) => code === 0 })
}

type Handle = (earlier: Earlier) => string

function handleOf(step: string, offset: number, reviveQid?: string): Handle {
  return (earlier) => {
    const field = (name: string) => earlier.fieldOf(step, name)
    const times = [field('popTime'), field('invisibleTime'), reviveQid ?? field('reviveQid')]
    return [offset, ...times, '0', 'broker-a', '0', offset].join(' ')
  }
}

function withHandle(name: string, code: number, handle: Handle, given: Fields): Step {
  const fields = { consumerGroup: 'LG', topic: 'Lite', queueId: 0, offset: 0, ...given }
  const extFields = (earlier: Earlier) => texts({ ...fields, extraInfo: handle(earlier) })
  return { name, peer: 'client', code, extFields }
}

function ack(name: string, handle: Handle, given: Fields): Step {
  return withHandle(name, Code.ACK_MESSAGE, handle, given)
}

function change(name: string, handle: Handle, given: Fields): Step {
  const fields = { invisibleTime: INVISIBLE_MS, ...given }
  return withHandle(name, Code.CHANGE_MESSAGE_INVISIBLETIME, handle, fields)
}

const SETTINGS: ScriptStep[] = [
  topic('parent', 'Lite', { attributes: '+message.type=LITE,+lite.topic.expiration=30' }),
  topic('ordinary topic', 'Normal'),
  ...['+message.type=OTHER', '+message.type=PRIORITY', '+lite.topic.expiration=43201'].map(
    (attributes, index) => topic(`attributes ${attributes}`, `Attribute${index}`, { attributes }),
  ),
  topic('expiration changed', 'Lite', { attributes: '+lite.topic.expiration=-1' }),
  ask('parent as it is', Code.GET_TOPIC_CONFIG, { topic: 'Lite' }),
  group('LG', { '+lite.bind.topic': 'Lite' }),
  group('Other', { '+lite.bind.topic': 'Normal' }),
  group('None', {}),
  group('Off', { '+lite.bind.topic': 'Lite' }, { consumeEnable: false }),
  group('Exclusive', { '+lite.bind.topic': 'Lite', '+lite.sub.model': 'Exclusive' }),
  group('Wildcard', { '+lite.bind.topic': 'Lite', '+lite.sub.wildcard': 'true' }),
  ...Object.entries({
    'lite.sub.model': 'Other',
    'lite.sub.reset.offset.exclusive': 'maybe',
    'lite.sub.client.quota': '-2',
    'lite.sub.client.max.event.cnt': '9',
    'priority.factor': '101',
    'no.such': '1',
  }).map(([key, value]) =>
    refused(group(`bad ${key}`.replaceAll(/\W/g, '-'), { [`+${key}`]: value })),
  ),
]

const SUBSCRIBING: ScriptStep[] = [
  ask('subscriptions without a body', Code.LITE_SUBSCRIPTION_CTL),
  json('no subscriptions', Code.LITE_SUBSCRIPTION_CTL, { subscriptionSet: [] }),
  subscription('blank group', { action: 'PARTIAL_ADD', group: ' ', liteTopicSet: ['a'] }),
  subscription('group that may not', { action: 'PARTIAL_ADD', group: 'Off', liteTopicSet: ['a'] }),
  subscription('part', { action: 'PARTIAL_ADD', liteTopicSet: ['a', 'b'] }),
  subscription('part less', { action: 'PARTIAL_REMOVE', liteTopicSet: ['b'] }),
  subscription('all', { action: 'COMPLETE_ADD', liteTopicSet: ['a', 'c'] }),
  subscription('part of a wildcard group', {
    ...{ action: 'PARTIAL_ADD', group: 'Wildcard', clientId: 'w1', liteTopicSet: ['a'] },
  }),
  subscription('wildcard', { action: 'COMPLETE_ADD', group: 'Wildcard', clientId: 'w1' }),
  subscription('second client', { action: 'PARTIAL_ADD', clientId: 'c2', liteTopicSet: ['d'] }),
  subscription(
    'exclusive',
    { action: 'PARTIAL_ADD', group: 'Exclusive', clientId: 'e1', liteTopicSet: ['a', 'x'] },
    { peer: 'first' },
  ),
  subscription('beyond the bound', { action: 'PARTIAL_ADD', liteTopicSet: ['e'] }),
  subscription('end of the second', { action: 'COMPLETE_REMOVE', clientId: 'c2' }),
  subscription(
    'exclusive by another',
    { action: 'PARTIAL_ADD', group: 'Exclusive', clientId: 'e2', liteTopicSet: ['x'] },
    { peer: 'second' },
  ),
  { name: 'told of the loss', peer: 'first', pushed: Code.NOTIFY_UNSUBSCRIBE_LITE },
]

const POPPING: ScriptStep[] = [
  pop('nothing to pop'),
  pop('pop too late', { bornTime: 1 }),
  pop('pop of 33', { maxMsgNum: 33 }),
  pop('pop of no topic', { topic: 'NoSuch' }),
  pop('pop of an ordinary topic', { topic: 'Normal' }),
  pop('pop for a group that may not', { consumerGroup: 'Off' }),
  pop('pop for a group of another topic', { consumerGroup: 'Other' }),
  refused(pop('pop without a client', { clientId: undefined })),
  ...['first', 'second', 'third'].map((body, queueId) => sendLite(body, 'a', queueId)),
  popUntilFound('pop of two', { maxMsgNum: 2, attemptId: 'A' }),
  pop('pop while closed'),
  changed('change', handleOf('pop of two', 1), { offset: 1, liteTopic: 'a' }),
  change('change beyond', handleOf('pop of two', 1), { offset: 9, liteTopic: 'a' }),
  ack('ack of another group', handleOf('pop of two', 0), { consumerGroup: 'None', liteTopic: 'a' }),
  ack('ack beyond', handleOf('pop of two', 0), { offset: 9, liteTopic: 'a' }),
  ack('ack of another queue', handleOf('pop of two', 0), { queueId: 1, liteTopic: 'a' }),
  ack('ack of no order', handleOf('pop of two', 0, '0'), { liteTopic: 'a' }),
  ack('ack of what was not popped', handleOf('pop of two', 2), { offset: 2, liteTopic: 'a' }),
  ack('ack', handleOf('pop of two', 0), { liteTopic: 'a' }),
  ack('ack again', handleOf('pop of two', 0), { liteTopic: 'a' }),
  change('change of what is acknowledged', handleOf('pop of two', 0), { liteTopic: 'a' }),
  ack('ack of the second', handleOf('pop of two', 1), { offset: 1, liteTopic: 'a' }),
  popUntilFound('pop of the third', { maxMsgNum: 2 }),
  changed('change to now', handleOf('pop of the third', 2), {
    ...{ offset: 2, liteTopic: 'a', invisibleTime: 10 },
  }),
  popUntilFound('pop again'),
  changed('suspended', handleOf('pop again', 2), {
    ...{ offset: 2, liteTopic: 'a', invisibleTime: 10, suspend: true },
  }),
  popUntilFound('pop after the suspension'),
  ack('ack of the last', handleOf('pop after the suspension', 2), { offset: 2, liteTopic: 'a' }),
  ask('queue by time', Code.SEARCH_OFFSET_BY_TIMESTAMP, {
    ...{ topic: 'Lite', queueId: 0, timestamp: 0, liteTopic: 'a' },
  }),
  ask('empty queue by time', Code.SEARCH_OFFSET_BY_TIMESTAMP, {
    ...{ topic: 'Lite', queueId: 0, timestamp: 0, liteTopic: 'c' },
  }),
]

const TOLD: ScriptStep[] = [
  ask('of the parent', Code.GET_PARENT_TOPIC_INFO, { topic: 'Lite' }),
  ask('of no parent', Code.GET_PARENT_TOPIC_INFO, { topic: 'NoSuch' }),
  ask('of an ordinary topic', Code.GET_PARENT_TOPIC_INFO, { topic: 'Normal' }),
  ...['a', 'c', 'none'].map((liteTopic) =>
    ask(`of ${liteTopic}`, Code.GET_LITE_TOPIC_INFO, { parentTopic: 'Lite', liteTopic }),
  ),
  ask('of a in no parent', Code.GET_LITE_TOPIC_INFO, { parentTopic: 'NoSuch', liteTopic: 'a' }),
  ...['c1', 'c2', 'w1', 'e1', 'e2'].map((clientId, index) => {
    const name = ['LG', 'LG', 'Wildcard', 'Exclusive', 'Exclusive'][index]
    const fields = { parentTopic: 'Lite', group: name, clientId }
    return ask(`of ${clientId}`, Code.GET_LITE_CLIENT_INFO, fields)
  }),
  ask('of c1 elsewhere', Code.GET_LITE_CLIENT_INFO, {
    ...{ parentTopic: 'Lite', group: 'Other', clientId: 'c1' },
  }),
  refused(
    ask('of none of c1', Code.GET_LITE_CLIENT_INFO, {
      ...{ parentTopic: 'Lite', group: 'LG', clientId: 'c1', maxCount: 0 },
    }),
  ),
  ...['a', 'c', ''].map((liteTopic) =>
    ask(`of LG in ${liteTopic}`, Code.GET_LITE_GROUP_INFO, { group: 'LG', liteTopic, topK: 5 }),
  ),
  ask('of no lite group', Code.GET_LITE_GROUP_INFO, { group: 'None', topK: 5 }),
  ask('dispatch', Code.TRIGGER_LITE_DISPATCH, { group: 'LG' }),
  ask('dispatch for one', Code.TRIGGER_LITE_DISPATCH, { group: 'LG', clientId: 'c1' }),
  ask('dispatch for no lite group', Code.TRIGGER_LITE_DISPATCH, { group: 'None' }),
  ask('of the broker', Code.GET_BROKER_LITE_INFO),
  ask('acknowledgement by its own code', Code.ACK_LITE_MESSAGE),
  ...['', 'X', 'R', 'F'].map((engine) =>
    ask(`timer engine ${engine}`, Code.SWITCH_TIMER_ENGINE, { E_T: engine }),
  ),
  ask('timer engine not named', Code.SWITCH_TIMER_ENGINE),
  ask('parent deleted', Code.DELETE_TOPIC_IN_BROKER, { topic: 'Lite' }),
  topic('parent made again', 'Lite', { attributes: '+message.type=LITE' }),
  ask('of a afterwards', Code.GET_LITE_TOPIC_INFO, { parentTopic: 'Lite', liteTopic: 'a' }),
]

/** What 5.5.0 adds for lite topics. */
export const LITE: readonly ScriptStep[] = [...SETTINGS, ...SUBSCRIBING, ...POPPING, ...TOLD]
