import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep, Step } from '../step.ts'
import { ask, json, properties, refused, sendFields, texts } from './builders.ts'

const groups: ScriptStep[] = ['CG', 'CG_O', 'CG_CAST', 'CG_NOBODY', '', '../x'].flatMap((group) => [
  ask(`topics of ${group}`, Code.QUERY_TOPICS_BY_CONSUMER, { group }),
  ask(`subscription of ${group}`, Code.QUERY_SUBSCRIPTION_BY_CONSUMER, { group, topic: 'P' }),
  ask(`time span of ${group}`, Code.QUERY_CONSUME_TIME_SPAN, { group, topic: 'P' }),
  ask(`time span of ${group} in no topic`, Code.QUERY_CONSUME_TIME_SPAN, {
    group,
    topic: 'Nothing',
  }),
  ask(`correction of ${group}`, Code.QUERY_CORRECTION_OFFSET, { compareGroup: group, topic: 'P' }),
  ask(`running information of ${group}`, Code.GET_CONSUMER_RUNNING_INFO, {
    consumerGroup: group,
    clientId: 'nobody@1',
  }),
])

const others: ScriptStep[] = [
  ask('clone of offsets', Code.CLONE_GROUP_OFFSET, {
    srcGroup: 'CG_O',
    destGroup: 'CG_CLONE',
    topic: 'P',
    offline: true,
  }),
  ask('clone of nobody', Code.CLONE_GROUP_OFFSET, {
    srcGroup: 'CG_NOBODY',
    destGroup: 'CG_CLONE3',
  }),
  ask('cloned', Code.QUERY_CONSUMER_OFFSET, { consumerGroup: 'CG_CLONE', topic: 'P', queueId: 0 }),
  ask('unused topics', Code.CLEAN_UNUSED_TOPIC),
  ask('expired queues', Code.CLEAN_EXPIRED_CONSUMEQUEUE),
  {
    ...ask('progress of all', Code.GET_BROKER_CONSUME_STATS, { isOrder: false }),
    differs: { fields: ['body'], why: 'pullOffset is how far was pulled; Apache leaves it 0' },
  },
  ask('queue of P', Code.QUERY_CONSUME_QUEUE, { topic: 'P', queueId: 1, index: 0, count: 3 }),
  ...['CG', 'CG_SQL', 'CG_O', 'CG_NOBODY'].map((consumerGroup) =>
    ask(`queue of P for ${consumerGroup}`, Code.QUERY_CONSUME_QUEUE, {
      ...{ topic: 'P', queueId: 1, index: 0, count: 1, consumerGroup },
    }),
  ),
  ask('queue of nothing', Code.QUERY_CONSUME_QUEUE, {
    topic: 'Nothing',
    queueId: 0,
    index: 0,
    count: 3,
  }),
  ask('modes', Code.GET_ALL_MESSAGE_REQUEST_MODE),
  json('mode', Code.SET_MESSAGE_REQUEST_MODE, {
    topic: 'P',
    consumerGroup: 'CG',
    mode: 'PULL',
    popShareQueueNum: 0,
  }),
  ...[-1, 0, 1_000_000].map((count) =>
    ask(`${count} units of P`, Code.QUERY_CONSUME_QUEUE, {
      topic: 'P',
      queueId: 1,
      index: 0,
      count,
    }),
  ),
  ...[-1, 1, 1_000_000].map((index) =>
    ask(`units of P from ${index}`, Code.QUERY_CONSUME_QUEUE, {
      ...{ topic: 'P', queueId: 1, index, count: 1 },
    }),
  ),
  json('mode of a retry topic', Code.SET_MESSAGE_REQUEST_MODE, {
    topic: '%RETRY%CG',
    consumerGroup: 'CG',
    mode: 'POP',
    popShareQueueNum: 0,
  }),
  ask('modes afterwards', Code.GET_ALL_MESSAGE_REQUEST_MODE),
  refused(
    ask('messages at once of nobody', Code.CONSUME_MESSAGE_DIRECTLY, {
      consumerGroup: 'CG',
      clientId: 'nobody@1',
      msgId: 'none',
    }),
  ),
  ask('forbidden', Code.UPDATE_AND_GET_GROUP_FORBIDDEN, {
    group: 'CG',
    topic: 'P',
    readable: true,
  }),
]

function assignment(name: string, given: Record<string, unknown> = {}): Step {
  return json(name, Code.QUERY_ASSIGNMENT, {
    ...{ topic: 'P', consumerGroup: 'CG', clientId: 'c1@1', strategyName: 'AVG' },
    ...{ messageModel: 'CLUSTERING', ...given },
  })
}

function setMode(name: string, given: Record<string, unknown>): Step {
  return json(name, Code.SET_MESSAGE_REQUEST_MODE, {
    ...{ topic: 'P', consumerGroup: 'CG', mode: 'POP', popShareQueueNum: 0, ...given },
  })
}

/** The brokers have no name server, and so no routes but that of a light message queue. */
const assignments: ScriptStep[] = [
  assignment('queues of a member'),
  assignment('queues of a broadcasting member', { messageModel: 'BROADCASTING' }),
  assignment('queues of a light message queue', { topic: '%LMQ%light' }),
  assignment('queues of nobody', { topic: '%LMQ%light', clientId: 'nobody' }),
  assignment('queues of no client', { topic: '%LMQ%light', clientId: '' }),
  assignment('queues of no group', { topic: '%LMQ%light', consumerGroup: 'CG_NOBODY' }),
  refused(assignment('queues by no strategy', { topic: '%LMQ%light', strategyName: 'X' })),
  refused(ask('queues asked for with garbage', Code.QUERY_ASSIGNMENT, {}, { body: '{' })),
  setMode('mode of no topic', { topic: 'Nothing' }),
  setMode('mode of a path', { consumerGroup: '../x' }),
  setMode('mode with a negative share', { consumerGroup: 'CG_O', popShareQueueNum: -5 }),
  ask('modes at the end', Code.GET_ALL_MESSAGE_REQUEST_MODE),
]

const reply = (name: string, given: Record<string, string>): Step =>
  ask(
    name,
    Code.SEND_REPLY_MESSAGE_V2,
    {},
    {
      extFields: texts(sendFields('Reply', { i: properties(given) })),
      peer: 'producer',
      body: name,
    },
  )

const replies: ScriptStep[] = [
  reply('reply to nobody', { REPLY_TO_CLIENT: 'nobody@1', CORRELATION_ID: 'c', MSG_TYPE: 'reply' }),
  reply('reply without an address', { CORRELATION_ID: 'c', MSG_TYPE: 'reply' }),
]

export const TOOLS: readonly ScriptStep[] = [...groups, ...others, ...assignments, ...replies]
