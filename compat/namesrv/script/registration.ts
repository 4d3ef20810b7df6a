import { crc32 } from 'node:zlib'
import { encodeCompressedRegisterBody } from '../../../codec/body/register-broker-body.ts'
import { TopicConfigSerializeWrapper } from '../../../codec/body/topic-config-serialize-wrapper.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import { staticTopic, topicConfig, topics, version } from '../../../test/helpers/namesrv.ts'
import type { ScriptStep } from '../step.ts'
import {
  A0,
  A1,
  A2,
  ask,
  B0,
  bodyOf,
  cluster,
  D0,
  E0,
  encoded,
  fieldsOf,
  register,
  route,
} from './builders.ts'

const fullBytes = encoded({})
const crc = (bytes: Buffer) => String(crc32(bytes) & 0x7fffffff)

const emptyAtFirst: ScriptStep[] = [
  route('route of nothing', 'T1'),
  cluster('cluster of nothing'),
  ask('all topics of nothing', Code.GET_ALL_TOPIC_LIST_FROM_NAMESERVER),
  ask('system topics of nothing', Code.GET_SYSTEM_TOPIC_LIST_FROM_NS),
  ask('member group of nothing', Code.GET_BROKER_MEMBER_GROUP, {
    clusterName: 'C',
    brokerName: 'a',
  }),
  ask('wipe of nothing', Code.WIPE_WRITE_PERM_OF_BROKER, { brokerName: 'a' }),
  ask('heartbeat of nobody', Code.BROKER_HEARTBEAT, fieldsOf(A0)),
]

const registration: ScriptStep[] = [
  register('single topic first', A0, { body: encoded({ topicConfigTable: topics('T1') }) }),
  {
    ...cluster('cluster after the refusal'),
    differs: { fields: ['body'], why: 'Apache keeps a broker without addresses' },
  },
  register('crc wrong', A0, { extFields: { bodyCrc32: '1' } }),
  register('crc right', A0, { body: fullBytes, extFields: { bodyCrc32: crc(fullBytes) } }),
  route('route for 5.3.3', 'T1'),
  route('route for 4.9.3', 'T1', { version: 399 }),
  route('route for Go', 'T1', { version: 317, extFields: { acceptStandardJsonOnly: 'true' } }),
  register('slave', A1),
  register('slave with its own topics', A2, {
    body: encoded({ topicConfigTable: topics('S1', 'S2') }),
  }),
  cluster('cluster with slaves'),
  ask('member group', Code.GET_BROKER_MEMBER_GROUP, { clusterName: 'C', brokerName: 'a' }),
  register('compressed, zone, filter servers, static topic', B0, {
    extFields: { compressed: 'true', __ZONE_NAME: 'z2' },
    body: encodeCompressedRegisterBody({
      ...bodyOf({
        topicConfigTable: topics('T1', 'M1'),
        topicQueueMappingInfoMap: new Map([['M1', staticTopic('M1', 'b')]]),
      }),
      filterServerList: ['10.0.1.1:30000'],
    }),
  }),
  route('route over two brokers', 'T1'),
  route('route of a static topic', 'M1'),
  route('route of a static topic for 4.9.3', 'M1', { version: 399 }),
  route('route in a zone', 'T1', { extFields: { __ZONE_MODE: 'true', __ZONE_NAME: 'Z1' } }),
  route('route in the zone of b', 'T1', { extFields: { __ZONE_MODE: 'true', __ZONE_NAME: 'Z2' } }),
  route('route with a zone, not in zone mode', 'T1', { extFields: { __ZONE_NAME: 'Z1' } }),
  register('before 3.0.11', D0, {
    version: 36,
    body: TopicConfigSerializeWrapper.encode(bodyOf({}).topicConfigSerializeWrapper),
  }),
  register('without a body', E0, { body: '' }),
  register('null for topics', E0, { body: '{"topicConfigSerializeWrapper":null}' }),
  cluster('cluster of all'),
]

const versions: ScriptStep[] = [
  ask('version known', Code.QUERY_DATA_VERSION, fieldsOf(A0), { body: JSON.stringify(version(1)) }),
  ask('version differs', Code.QUERY_DATA_VERSION, fieldsOf(A0), {
    body: JSON.stringify(version(2)),
  }),
  ask('version of nobody', Code.QUERY_DATA_VERSION, fieldsOf({ ...A0, brokerAddr: 'x:1' }), {
    body: '{}',
  }),
  ask('version not given', Code.QUERY_DATA_VERSION, fieldsOf(A0)),
  register('same version, other queues', A0, {
    body: encoded({
      topicConfigTable: new Map([
        ['T1', topicConfig('T1', { readQueueNums: 9 })],
        ['T3', topicConfig('T3')],
      ]),
    }),
  }),
  route('queues unchanged', 'T1'),
  route('new topic of the same version', 'T3'),
  register('single topic of the next version', A0, {
    body: encoded({
      dataVersion: version(2),
      topicConfigTable: new Map([['T1', topicConfig('T1', { readQueueNums: 9, topicSysFlag: 3 })]]),
    }),
  }),
  route('queues changed', 'T1'),
  register('same address, other id', { ...A2, brokerId: '3' }),
  cluster('cluster after the id changed'),
  register('newer state', A0, { body: encoded({ dataVersion: version(1, 5) }) }),
  register(
    'older state from elsewhere',
    { ...A0, peer: 'elsewhere', brokerAddr: '10.0.0.9:10911' },
    {
      body: encoded({ dataVersion: version(9, 4) }),
    },
  ),
  cluster('cluster after an older state'),
  register(
    'same state from elsewhere',
    { ...A0, peer: 'elsewhere', brokerAddr: '10.0.0.9:10911' },
    {
      body: encoded({ dataVersion: version(1, 5) }),
    },
  ),
  cluster('cluster after the same state'),
  register('back again', A0, { body: encoded({ dataVersion: version(2, 6) }) }),
]

export const REGISTRATION: readonly ScriptStep[] = [...emptyAtFirst, ...registration, ...versions]
