import { RequestCode as Code } from '../../../codec/request-code.ts'
import { topics, version } from '../../../test/helpers/namesrv.ts'
import type { ScriptStep } from '../step.ts'
import type { More } from './builders.ts'
import {
  ask,
  broker,
  cluster,
  config,
  D0,
  encoded,
  register,
  route,
  unregister,
} from './builders.ts'

const F0 = broker('f', 0, '10.0.3.1')
const F1 = { ...broker('f', 1, '10.0.3.2'), brokerAddr: '$OBSERVER' }
const acting: More = { extFields: { enableActingMaster: 'true' } }

const actingMaster: ScriptStep[] = [
  config(
    'switch acting masters and notifications on',
    'supportActingMaster=true\nnotifyMinBrokerIdChanged=true',
  ),
  register('slave without a master', F1, acting),
  route('acting master', 'T1'),
  register('its master', F0, acting),
  { name: 'told of its master', notified: Code.NOTIFY_MIN_BROKER_ID_CHANGE },
  route('master', 'T1'),
  register('slave with a master', F1, acting),
  unregister('master goes', F0),
  { name: 'told that its master went', notified: Code.NOTIFY_MIN_BROKER_ID_CHANGE },
  route('acting master again', 'T1'),
]

const D_TOPICS = encoded({ dataVersion: version(7), topicConfigTable: topics('D1', 'D2') })

const endings: ScriptStep[] = [
  config('delete what is not registered', 'deleteTopicWithBrokerRegistration=true'),
  register('fewer topics', D0, {
    body: D_TOPICS,
  }),
  ask('topics of D', Code.GET_TOPICS_BY_CLUSTER, { cluster: 'D' }),
  unregister('unregister', D0),
  route('unregistered', 'D1', { untilCode: 17 }),
  register('to be closed', D0, {
    body: D_TOPICS,
  }),
  { name: 'connection closes', closes: D0.peer },
  route('closed', 'D1', { untilCode: 17 }),
  register('to be silent', D0, {
    extFields: { heartbeatTimeoutMillis: '500' },
    body: D_TOPICS,
  }),
  { name: 'connection is closed', isClosed: D0.peer },
  route('silent', 'D1', { untilCode: 17 }),
  unregister('unregister nobody', { ...D0, brokerName: 'x' }),
  cluster('cluster at the end'),
]

export const LIVENESS: readonly ScriptStep[] = [...actingMaster, ...endings]
