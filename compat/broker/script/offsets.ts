import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep, Step } from '../step.ts'
import {
  ask,
  dispatched,
  json,
  properties,
  pull,
  refused,
  refusedByUs,
  send,
  texts,
} from './builders.ts'

const query = (name: string, fields: Record<string, unknown> = {}): Step =>
  ask(name, Code.QUERY_CONSUMER_OFFSET, {
    consumerGroup: 'CG_O',
    topic: 'P',
    queueId: 0,
    ...fields,
  })
const update = (name: string, fields: Record<string, unknown> = {}): Step =>
  ask(name, Code.UPDATE_CONSUMER_OFFSET, {
    consumerGroup: 'CG_O',
    topic: 'P',
    queueId: 0,
    commitOffset: 3,
    ...fields,
  })

const stored: ScriptStep[] = [
  query('offset of a new group'),
  query('offset of a new group, not zero', { setZeroIfNotFound: false }),
  query('offset of a new group, zero', { setZeroIfNotFound: true }),
  query('offset in an empty queue', { queueId: 1 }),
  query('offset in no queue', { queueId: 77 }),
  query('offset in no topic', { topic: 'Nothing' }),
  query('offset in a retry topic', { topic: '%RETRY%CG_O' }),
  update('update of a group that is not there', { consumerGroup: 'CG_NOT_THERE' }),
  query('offset of the group that was not there', { consumerGroup: 'CG_NOT_THERE' }),
  update('update in no topic', { topic: 'Nothing' }),
  update('update of a path', { topic: '../x' }),
  update('update by a path', { consumerGroup: '../x' }),
  pull('pull that makes the group', 'P', { consumerGroup: 'CG_O' }),
  update('update'),
  query('offset'),
  update('update backwards', { commitOffset: 1 }),
  query('offset backwards'),
  update('update beyond', { commitOffset: 1000 }),
  query('offset beyond'),
  update('update to -1', { commitOffset: -1 }),
  query('offset of -1'),
  update('update of no queue', { queueId: 77 }),
  query('offset of no queue', { queueId: 77 }),
  update('update of queue -1', { queueId: -1 }),
  update('update that stays', { commitOffset: 4 }),
  ...['consumerGroup', 'topic', 'queueId'].map((name) =>
    refusedByUs(query(`query without ${name}`, { [name]: undefined })),
  ),
  ...['consumerGroup', 'topic', 'queueId', 'commitOffset'].map((name) =>
    refusedByUs(update(`update without ${name}`, { [name]: undefined })),
  ),
  refusedByUs(update('update with a mistyped offset', { commitOffset: 'x' })),
  // Those of broadcasting groups are committed every 5 s.
  ask(
    'all offsets',
    Code.GET_ALL_CONSUMER_OFFSET,
    {},
    { until: ({ body }) => JSON.stringify(body).includes('P@CG_BC@broadcast') },
  ),
]

const delayed = (name: string, level: string, more = {}): Step =>
  send(name, 'Delayed', {
    i: properties({ DELAY: level, UNIQ_KEY: name.replaceAll(' ', '') }),
    ...more,
  })

const delays: ScriptStep[] = [
  ...['0', '18', '19', '-1', '', '17'].map((level) =>
    delayed(`delay ${JSON.stringify(level)}`, level),
  ),
  ...['abc', ' 2', '2147483648'].map((level) =>
    refused(delayed(`delay ${JSON.stringify(level)}`, level)),
  ),
  delayed('delay and timer', '18', { i: properties({ DELAY: '18', TIMER_DELAY_SEC: '5' }) }),
  delayed('delay to a queue', '18', { e: 2 }),
  delayed('delay 1', '1', { e: 3 }),
  dispatched('delivered', 'Delayed', 3, 1),
  pull('pull of the delivered', 'Delayed', { queueId: 3 }),
  pull('pull of not delayed', 'Delayed', { queueId: 0 }),
  pull('pull of the schedule', 'SCHEDULE_TOPIC_XXXX', { queueId: 17 }),
  ask(
    'all delay offsets',
    Code.GET_ALL_DELAY_OFFSET,
    {},
    {
      until: (answer) => JSON.stringify(answer.body).includes('"1":1,"17":0,"18":0'),
    },
  ),
]

function back(
  name: string,
  from: string,
  fields: Record<string, unknown> = {},
  version = 479,
): Step {
  return {
    ...ask(name, Code.CONSUMER_SEND_MSG_BACK, {}, { version }),
    extFields: (earlier) =>
      texts({
        offset: earlier.offsetOf(from),
        group: 'CG_BACK',
        delayLevel: 18,
        originMsgId: earlier.msgIdOf(from),
        originTopic: 'P',
        unitMode: false,
        ...(fields as Record<string, string>),
      }),
  }
}

const sendBacks: ScriptStep[] = [
  back('send back', 'P 1'),
  send('tried 14 times', 'P', { j: 14, e: 1 }),
  dispatched('tried is dispatched', 'P', 1, 1),
  back('send back at the level of attempts', 'tried 14 times', { delayLevel: 0 }),
  back('send back far', 'P 3', { delayLevel: 99 }),
  back('send back to the dead', 'P 4', { delayLevel: -1 }),
  back('send back too often', 'P 5', { maxReconsumeTimes: 0 }),
  back('send back too often, old client', 'P 5', { maxReconsumeTimes: 0 }, 120),
  back('send back, limit of -1', 'P 5', { maxReconsumeTimes: -1 }),
  back('send back of a unit', 'P 6', { unitMode: true, group: 'CG_BACK_UNIT' }),
  back('send back of a far offset', 'P 6', { offset: 1_000_000_000_000 }),
  back('send back of a negative offset', 'P 6', { offset: -1 }),
  back('send back of a path', 'P 6', { group: '../x' }),
  back('send back of an empty group', 'P 6', { group: '' }),
  back('send back of a group', 'P 6', { originTopic: '../x', originMsgId: 'none' }),
  json('group without retries', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {
    groupName: 'CG_NO_RETRY',
    retryQueueNums: 0,
  }),
  back('send back without retries', 'P 6', { group: 'CG_NO_RETRY' }),
  json('group of one try', Code.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {
    groupName: 'CG_ONE_TRY',
    retryMaxTimes: 0,
  }),
  back('send back after one try', 'P 6', { group: 'CG_ONE_TRY' }),
  refusedByUs(ask('send back without fields', Code.CONSUMER_SEND_MSG_BACK)),
  refusedByUs(
    ask('send back without a group', Code.CONSUMER_SEND_MSG_BACK, { offset: 0, delayLevel: 0 }),
  ),
  refused(
    ask('send back without an offset', Code.CONSUMER_SEND_MSG_BACK, {
      group: 'CG_BACK',
      delayLevel: 0,
    }),
  ),
  dispatched('the dead are there', '%DLQ%CG_BACK', 0, 3),
  pull('pull of the dead', '%DLQ%CG_BACK'),
]

const reset = (name: string, fields: Record<string, unknown> = {}, more = {}): Step =>
  ask(
    name,
    Code.INVOKE_BROKER_TO_RESET_OFFSET,
    { group: 'CG_O', topic: 'P', timestamp: 0, isForce: true, ...fields },
    more,
  )

const resets: ScriptStep[] = [
  reset('reset to the beginning'),
  query('offset after the reset'),
  update('update while the reset is pending'),
  pull('pull of the reset', 'P', { consumerGroup: 'CG_O', queueOffset: 5 }),
  update('update after the reset'),
  reset('reset of one queue', { queueId: 0, offset: 2, timestamp: -1 }),
  reset('reset to the end', { timestamp: -1 }),
  reset('reset beyond the end', { queueId: 0, offset: 1000, timestamp: -1 }),
  reset('reset below the beginning', { queueId: 0, offset: -5, timestamp: -1 }),
  reset('reset of no queue', { queueId: 77, offset: 0, timestamp: -1 }),
  reset('reset of no topic', { topic: 'Nothing' }),
  reset('reset of no group', { group: 'CG_NOBODY' }),
  reset('reset without force', { isForce: false, timestamp: '9000000000000' }),
  reset('reset for C++', {}, { language: 1 }),
  refusedByUs(reset('reset without a topic', { topic: undefined })),
  refusedByUs(reset('reset without a group', { group: undefined })),
  refusedByUs(reset('reset without a time', { timestamp: undefined })),
  ask(
    'reset on the client side',
    Code.UPDATE_BROKER_CONFIG,
    {},
    { body: 'useServerSideResetOffset=false' },
  ),
  update('offset of members', { consumerGroup: 'CG' }),
  update('offset of members in the second queue', { consumerGroup: 'CG', queueId: 1 }),
  reset('reset of members', { group: 'CG' }),
  { name: 'member is reset', peer: 'c1', pushed: Code.RESET_CONSUMER_CLIENT_OFFSET },
  reset('reset of a group without members', { group: 'CG_O' }),
  reset('reset of broadcasting members', { group: 'CG_CAST' }),
  ask(
    'reset on the server side',
    Code.UPDATE_BROKER_CONFIG,
    {},
    { body: 'useServerSideResetOffset=true' },
  ),
]

export const OFFSETS: readonly ScriptStep[] = [...stored, ...delays, ...sendBacks, ...resets]
