import { encodeCompressedRegisterBody } from '../../../codec/body/register-broker-body.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { ScriptStep, Step } from '../step.ts'
import {
  A0,
  ask,
  bodyOf,
  broker,
  cluster,
  config,
  encoded,
  fieldsOf,
  register,
} from './builders.ts'

const Z0 = broker('z', 0, '10.0.9.1', 'Z')

/** Refused by both; Apache's remark is a Java exception. */
function refused(step: Step): Step {
  return { ...step, differs: { fields: ['remark'], why: 'ours says what is wrong' } }
}

/** Apache goes on with null where a field is missing; we refuse, and name the field. */
function refusedByUs(step: Step): Step {
  const fields = ['code', 'remark', 'extFields', 'body'] as const
  return { ...step, differs: { fields, why: 'a missing or mistyped field is refused' } }
}

function registerWithout(key: keyof ReturnType<typeof fieldsOf>): Step {
  const fields = Object.fromEntries(Object.entries(fieldsOf(Z0)).filter(([name]) => name !== key))
  return ask(`register without ${key}`, Code.REGISTER_BROKER, fields, { body: encoded({}) })
}

function topicTable(json: string): string {
  return `{"topicConfigSerializeWrapper":{"topicConfigTable":${json}}}`
}

const compressed = { compressed: 'true' }
const cut = encodeCompressedRegisterBody(bodyOf({})).subarray(0, 40)

const registrations: ScriptStep[] = [
  refused(register('garbage for a body', Z0, { body: '{"topicConfigSerializeWrapper":' })),
  refused(register('a list for a body', Z0, { body: '[1]' })),
  refused(register('null for a body', Z0, { body: 'null' })),
  refused(register('a number for topics', Z0, { body: topicTable('7') })),
  refused(
    register('a mistyped queue number', Z0, {
      body: topicTable('{"A":{"topicName":"A","readQueueNums":"x"},"B":{"topicName":"B"}}'),
    }),
  ),
  refusedByUs(
    register('a topic without a name', Z0, { body: topicTable('{"A":{},"B":{"topicName":"B"}}') }),
  ),
  refused(register('not compressed', Z0, { body: '{}', extFields: compressed })),
  refused(register('compressed and cut', Z0, { body: cut, extFields: compressed })),
  refused(register('a mistyped id', Z0, { extFields: { brokerId: 'x' } })),
  refused(registerWithout('brokerId')),
  refusedByUs(registerWithout('brokerName')),
  refusedByUs(registerWithout('brokerAddr')),
  refusedByUs(registerWithout('clusterName')),
  refusedByUs(registerWithout('haServerAddr')),
  refused(ask('register without fields', Code.REGISTER_BROKER, {}, { body: encoded({}) })),
]

const otherRequests: ScriptStep[] = [
  refusedByUs(ask('route without a topic', Code.GET_ROUTEINFO_BY_TOPIC)),
  refusedByUs(ask('unregister without fields', Code.UNREGISTER_BROKER)),
  refused(ask('heartbeat without fields', Code.BROKER_HEARTBEAT)),
  refused(ask('version without fields', Code.QUERY_DATA_VERSION)),
  refused(ask('version of garbage', Code.QUERY_DATA_VERSION, fieldsOf(A0), { body: '{' })),
  refusedByUs(ask('wipe without a name', Code.WIPE_WRITE_PERM_OF_BROKER)),
  refusedByUs(ask('member group without fields', Code.GET_BROKER_MEMBER_GROUP)),
  refusedByUs(ask('topics without a cluster', Code.GET_TOPICS_BY_CLUSTER)),
  refusedByUs(ask('delete a topic without a name', Code.DELETE_TOPIC_IN_NAMESRV)),
  refused(
    ask(
      'register a topic with garbage',
      Code.REGISTER_TOPIC_IN_NAMESRV,
      { topic: 'G' },
      { body: '{]' },
    ),
  ),
  refusedByUs(ask('get kv without fields', Code.GET_KV_CONFIG)),
  refusedByUs(ask('delete kv without fields', Code.DELETE_KV_CONFIG)),
  refusedByUs(ask('list kv without fields', Code.GET_KVLIST_BY_NAMESPACE)),
  refusedByUs(ask('put kv without a value', Code.PUT_KV_CONFIG, { namespace: 'P', key: 'k' })),
  refused(config('not properties', 'waitSecondsForService=\\u00zz')),
  refusedByUs(config('a mistyped value', 'waitSecondsForService=soon')),
  ask('a code for brokers', Code.SEND_MESSAGE),
  ask('a code of nobody', 99_999),
]

/** After it our tables are as they were. */
export const BAD_INPUT: readonly ScriptStep[] = [
  cluster('cluster before bad input'),
  ask('topics before bad input', Code.GET_ALL_TOPIC_LIST_FROM_NAMESERVER),
  ...registrations,
  ...otherRequests,
  { ...cluster('cluster after bad input'), sameAs: 'cluster before bad input' },
  {
    ...ask('topics after bad input', Code.GET_ALL_TOPIC_LIST_FROM_NAMESERVER),
    sameAs: 'topics before bad input',
  },
]
