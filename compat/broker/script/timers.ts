import { encodeBatch } from '../../../codec/message/batch.ts'
import { encodeRecallHandle } from '../../../codec/message/recall-message-handle.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { Earlier, ScriptStep, Step } from '../step.ts'
import { MISTYPED_TOPIC } from '../stored-files.ts'
import {
  ask,
  dispatched,
  member,
  properties,
  refused,
  refusedByUs,
  send,
  sendFields,
  texts,
  topic,
  type More,
} from './builders.ts'

const WHEEL_TOPIC = 'rmq_sys_wheel_timer'
const MAX_SEC = 259_200
const LONG_MAX = '9223372036854775807'
const LONG_MIN = '-9223372036854775808'
const KINDS = ['TIMER_DELAY_SEC', 'TIMER_DELAY_MS', 'TIMER_DELIVER_MS'] as const

function timed(name: string, given: Record<string, string>, more: More = {}): Step {
  const key = name.replaceAll(/[^a-zA-Z0-9]/g, '_')
  return send(name, 'Timed', { i: properties({ UNIQ_KEY: key, ...given }) }, more)
}

/** Due so many milliseconds from when it is sent. */
function timedAt(name: string, inMs: number): Step {
  const fields = () => {
    const i = properties({ UNIQ_KEY: name, TIMER_DELIVER_MS: String(Date.now() + inMs) })
    return texts(sendFields('Timed', { i }))
  }
  return { ...timed(name, {}), extFields: fields }
}

function set(name: string, body: string): Step {
  return ask(name, Code.UPDATE_BROKER_CONFIG, {}, { body })
}

/** What was refused is nowhere: the next one's place tells how many wait, and so many were delivered at once. */
function stored(name: string, atOnce: number): ScriptStep[] {
  return [
    timed(`timer after ${name}`, { TIMER_DELAY_SEC: '6000' }),
    dispatched(`delivered after ${name}`, 'Timed', 0, atOnce),
  ]
}

const accepted: ScriptStep[] = [
  topic('topic of timers', 'Timed'),
  ask('waiting at first', Code.GET_MAX_OFFSET, { topic: WHEEL_TOPIC, queueId: 0 }),
  timed('timer in seconds', { TIMER_DELAY_SEC: '6000', TAGS: 'tag', user: 'kept' }),
  timed('timer in milliseconds', { TIMER_DELAY_MS: '6000500' }),
  timedAt('timerAtATime', 6_000_000),
  timed('timer at the maximum', { TIMER_DELAY_SEC: String(MAX_SEC) }),
  timed('timer of +6000', { TIMER_DELAY_SEC: '+6000' }),
  timed('timer of 0006000', { TIMER_DELAY_SEC: '0006000' }),
  timed('timer of two kinds', { TIMER_DELAY_SEC: '6000', TIMER_DELAY_MS: '0' }),
  timed('timer of two other kinds', { TIMER_DELIVER_MS: '1', TIMER_DELAY_MS: '6000000' }),
  timed('timer of three kinds', {
    TIMER_DELIVER_MS: '1',
    TIMER_DELAY_MS: 'x',
    TIMER_DELAY_SEC: '6000',
  }),
  timed('timer and no level', { DELAY: '0', TIMER_DELAY_SEC: '6000' }),
  timed('timer and a negative level', { DELAY: '-1', TIMER_DELAY_SEC: '6000' }),
  timed('timer and a level', { DELAY: '18', TIMER_DELAY_SEC: 'x', TIMER_DELIVER_MS: '5' }),
  timed('timer without a unique key', { UNIQ_KEY: '', TIMER_DELAY_SEC: '6000' }),
  send('timer of a retry topic', '%RETRY%CG_NEW', { i: properties({ TIMER_DELAY_SEC: '6000' }) }),
  timed('order of a client', { TIMER_DEL_UNIQKEY: 'Timed+nobody', TIMER_DELAY_SEC: '6000' }),
  ...stored('accepted', 0),
]

const atOnce: ScriptStep[] = [
  ...KINDS.flatMap((kind) =>
    ['0', '-0', '-1', LONG_MIN].map((value) => timed(`${kind} of ${value}`, { [kind]: value })),
  ),
  timed('seconds of nothing', { TIMER_DELAY_SEC: '' }),
  timed('timer that has waited', { TIMER_OUT_MS: '1', TIMER_DELAY_SEC: '6000' }),
  timed('order without a time', { TIMER_DEL_UNIQKEY: 'Timed+nobody' }),
  timed('what only the wheel sets', { TIMER_ROLL_TIMES: '3', TIMER_ENQUEUE_MS: 'x' }),
  ...stored('at once', 16),
]

const MISTYPED = ['x', '1.5', '1e3', ' 5', '5 ', '+', '-', '0x10', '5L', '1_000', `${LONG_MAX}0`]

const refusals: ScriptStep[] = [
  ...KINDS.flatMap((kind) =>
    [...MISTYPED, '9223372036854775808', '-9223372036854775809'].map((value) =>
      timed(`${kind} of ${JSON.stringify(value)}`, { [kind]: value }),
    ),
  ),
  timed('seconds beyond the maximum', { TIMER_DELAY_SEC: String(MAX_SEC + 1) }),
  timed('milliseconds beyond the maximum', { TIMER_DELAY_MS: String(MAX_SEC * 1000 + 5000) }),
  timedAt('timerBeyondTheMaximum', MAX_SEC * 1000 + 5000),
  timed('time at the end of all times', { TIMER_DELIVER_MS: LONG_MAX }),
  timed('order for the past', { TIMER_DEL_UNIQKEY: 'Timed+nobody', TIMER_DELAY_SEC: '-1' }),
  timed('order for no time', { TIMER_DEL_UNIQKEY: 'Timed+nobody', TIMER_DELIVER_MS: 'x' }),
  ...KINDS.slice(0, 2).map((kind) => {
    const overflowing = send(`${kind} that overflows`, MISTYPED_TOPIC, {
      i: properties({ [kind]: LONG_MAX }),
    })
    return refusedByUs(overflowing)
  }),
  ...stored('refused', 16),
]

function batch(name: string, given: Record<string, string>, of: Record<string, string>): Step {
  const i = properties(given)
  const fields = texts(sendFields('TimedBatch', { m: true, i }))
  const body = encodeBatch([member('one', of), member('two')])
  return ask(name, Code.SEND_BATCH_MESSAGE, fields, { peer: 'producer', body })
}

const batches: ScriptStep[] = [
  ...KINDS.map((kind) => batch(`batch with ${kind}`, { [kind]: '6000' }, {})),
  ...KINDS.map((kind) => batch(`batch with ${kind} in a member`, {}, { [kind]: '6000' })),
]

const switches: ScriptStep[] = [
  set('shorter maximum', 'timerMaxDelaySec=60'),
  timed('timer beyond the shorter maximum', { TIMER_DELAY_SEC: '61' }),
  set('usual maximum', `timerMaxDelaySec=${MAX_SEC}`),
  set('no timer in a slot', 'timerCongestNumEachSlot=-1'),
  ...KINDS.slice(0, 2).map((kind) => timed(`${kind} in a full slot`, { [kind]: '6000' })),
  set('any number in a slot', 'timerCongestNumEachSlot=2147483647'),
  set('no timers', 'timerWheelEnable=false'),
  ...KINDS.map((kind) => timed(`${kind} without timers`, { [kind]: '6000' })),
  timed('level without timers', { DELAY: '18', TIMER_DELAY_SEC: '6000' }),
  set('timers again', 'timerWheelEnable=true'),
  ...stored('switches', 16),
]

function recall(name: string, given: Record<string, string | undefined>): Step {
  const fields = { producerGroup: 'PG', topic: 'Timed', ...given }
  return ask(name, Code.RECALL_MESSAGE, fields, { peer: 'producer' })
}

/** A handle as a producer has it, but for what is `given`; `inMs` is how far its time is away. */
function forged(
  name: string,
  given: { topic?: string; brokerName?: string; timestampText?: string; messageId?: string },
  inMs = 6_000_000,
): Step {
  const extFields = () => {
    const timestampText = String(Date.now() + inMs)
    const usual = { topic: 'Timed', brokerName: 'broker-a', timestampText, messageId: 'nobody' }
    const recallHandle = encodeRecallHandle({ ...usual, ...given })
    return { producerGroup: 'PG', topic: 'Timed', recallHandle }
  }
  return { ...recall(name, {}), extFields }
}

function recalled(
  name: string,
  step: string,
  given: Record<string, string | undefined> = {},
): Step {
  const extFields = (earlier: Earlier) => {
    const recallHandle = earlier.fieldOf(step, 'recallHandle')
    return texts({ producerGroup: 'PG', topic: 'Timed', recallHandle, ...given })
  }
  return { ...recall(name, {}), extFields }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64url')

const NO_HANDLES: Readonly<Record<string, string>> = {
  nothing: '',
  'a blank': ' ',
  'other letters': '!!!!',
  'letters of the other alphabet': 'dj+/',
  'one letter': 'd',
  'padding only': '==',
  'too much padding': 'djE==',
  'a cut end': `${base64('v1 Timed broker-a 1 K')}A`,
  'another version': base64('v2 Timed broker-a 1 K'),
  'no version': base64(' Timed broker-a 1 K'),
  'too few parts': base64('v1 Timed broker-a 1'),
  'an empty last part': base64('v1 Timed broker-a 1 '),
  'no text': Buffer.from([0xff, 0xfe, 0x20, 0xc0]).toString('base64url'),
}

const recalls: ScriptStep[] = [
  recalled('recall that is forbidden', 'timer in seconds'),
  set('allow recalls', 'recallMessageEnable=true'),
  ...Object.entries(NO_HANDLES).map(([name, recallHandle]) =>
    recall(`recall by ${name}`, { recallHandle }),
  ),
  // Apache's remark is that of an ArrayIndexOutOfBoundsException.
  refusedByUs(recall('recall by blanks only', { recallHandle: base64('    ') })),
  forged('recall of another topic', { topic: 'Delayed' }),
  forged('recall of no topic', { topic: '' }),
  forged('recall at another broker', { brokerName: 'broker-b' }),
  ...['x', '-1', '', `${LONG_MAX}0`, LONG_MAX, '1.5', '0x7fffffff'].map((timestampText) =>
    forged(`recall at ${JSON.stringify(timestampText)}`, { timestampText }),
  ),
  forged('recall too late', {}, -1),
  forged('recall too early', {}, MAX_SEC * 1000 + 5000),
  recalled('recall with an unknown topic', 'timer in seconds', { topic: 'Nowhere' }),
  recalled('recall with a system topic', 'timer in seconds', { topic: WHEEL_TOPIC }),
  refused(recalled('recall without a topic', 'timer in seconds', { topic: undefined })),
  refusedByUs(recall('recall without a handle', {})),
  ...stored('refused recalls', 16),
  forged('recall of nobody', {}),
  forged('recall with a blank in the id', { messageId: 'a b' }),
  recalled('recall', 'timer in seconds'),
  recalled('recall again', 'timer in seconds'),
  recalled('recall of what comes later', 'timer at the maximum'),
  recalled('recall without a group', 'timer in milliseconds', { producerGroup: undefined }),
  ...stored('recalls', 16),
  set('forbid recalls', 'recallMessageEnable=false'),
]

export const TIMERS: readonly ScriptStep[] = [
  ...accepted,
  ...atOnce,
  ...refusals,
  ...batches,
  ...switches,
  ...recalls,
]
