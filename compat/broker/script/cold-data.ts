import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { Answer, ScriptStep } from '../step.ts'
import { ask, dispatched, type More, pull, refusedByUs, send, topic } from './builders.ts'
import { heartbeat } from './clients.ts'

const BODIES = ['cold 0', 'cold 1', 'cold 2', 'cold 3']

function info(name: string, until?: (answer: Answer) => boolean): ScriptStep {
  return ask(name, Code.GET_COLD_DATA_FLOW_CTR_INFO, {}, until && { until })
}

function update(name: string, body: string | undefined): ScriptStep {
  return ask(name, Code.UPDATE_COLD_DATA_FLOW_CTR_CONFIG, {}, body === undefined ? {} : { body })
}

function remove(name: string, body: string | undefined): ScriptStep {
  return ask(name, Code.REMOVE_COLD_DATA_FLOW_CTR_CONFIG, {}, body === undefined ? {} : { body })
}

function readAhead(name: string, fields: Record<string, string>): ScriptStep {
  return ask(name, Code.SET_COMMITLOG_READ_MODE, fields)
}

function dataReadAhead(name: string): ScriptStep {
  return ask(name, Code.GET_BROKER_CONFIG, {}, { holds: 'properties' })
}

const settings: ScriptStep[] = [
  update(
    'thresholds',
    'CG_COLD=0\nCG_COLD_PULL=0\nCG_COLD_POP=0\nCG_COLD_NOBODY=0\nTOOLS_CONSUMER=0',
  ),
  update('threshold of others', 'CG_A = 9007199254740991\nCG_B:-5\n# CG_C=1\nCG_D=+7'),
  update(
    'thresholds that are none',
    'CG_E=x\nCG_F=\nCG_G\nCG_H=1.5\nCG_I=7 \nCG_J=9223372036854775808',
  ),
  update('thresholds of nothing', ''),
  update('thresholds without a body', undefined),
  update('thresholds with a wrong escape', 'CG_K=\\uXYZW'),
  remove('group that has no threshold', 'CG_E'),
  remove('threshold taken away', 'CG_D'),
  remove('threshold taken away of nobody', undefined),
  readAhead('read-ahead without a mode', {}),
  readAhead('read-ahead of another field', { MODE: '1' }),
  readAhead('read-ahead mode x', { READ_AHEAD_MODE: 'x' }),
  readAhead('read-ahead mode 2', { READ_AHEAD_MODE: '2' }),
  readAhead('read-ahead mode -1', { READ_AHEAD_MODE: '-1' }),
  readAhead('read-ahead mode 1', { READ_AHEAD_MODE: '1' }),
  dataReadAhead('configuration without read-ahead'),
  readAhead('read-ahead mode +0', { READ_AHEAD_MODE: '+0' }),
  dataReadAhead('configuration with read-ahead'),
]

/** A group's first pull reads, and what it has read is over a threshold of 0 for a minute. */
function twice(group: string, peer: string, second: More = {}): ScriptStep[] {
  return [
    pull(`pull of cold data by ${group}`, 'Cold', { consumerGroup: group }, { peer }),
    pull(`second pull by ${group}`, 'Cold', { consumerGroup: group }, { peer, ...second }),
  ]
}

/** Before anything has been pulled. */
export const NOTHING_COLD: readonly ScriptStep[] = [info('nobody has read cold data')]

/** All of the log is cold here, and groups may read much of it but for those of these steps. */
export const COLD_DATA: readonly ScriptStep[] = [
  topic('topic Cold', 'Cold', { readQueueNums: 1, writeQueueNums: 1 }),
  ...BODIES.map((body) => send(body, 'Cold')),
  dispatched('Cold is dispatched', 'Cold', 0, BODIES.length),
  ...settings,
  heartbeat('push consumer of cold data', 'cold1', [{ group: 'CG_COLD', topics: { Cold: '*' } }]),
  heartbeat('pull consumer of cold data', 'cold2', [
    { group: 'CG_COLD_PULL', topics: { Cold: '*' }, type: 'CONSUME_ACTIVELY' },
  ]),
  heartbeat('pop consumer of cold data', 'cold3', [
    { group: 'CG_COLD_POP', topics: { Cold: '*' }, type: 'CONSUME_POP' },
  ]),
  ...twice('CG_COLD_PULL', 'cold2', { held: true }),
  ...twice('CG_COLD', 'cold1'),
  ...twice('CG_COLD_POP', 'cold3'),
  pull('pull of cold data by nobody', 'Cold', { consumerGroup: 'CG_COLD_NOBODY' }),
  refusedByUs(pull('second pull by nobody', 'Cold', { consumerGroup: 'CG_COLD_NOBODY' })),
  ...twice('TOOLS_CONSUMER', 'client'),
  pull('pull at the end of cold data', 'Cold', { consumerGroup: 'CG_COLD', queueOffset: 4 }),
  pull('pull before cold data', 'Cold', { consumerGroup: 'CG_COLD', queueOffset: -1 }),
  remove('push consumer is set free', 'CG_COLD'),
  pull('pull of a group that was set free', 'Cold', { consumerGroup: 'CG_COLD' }),
]

/** The pull that was held, some seconds later. */
export const WARMED: readonly ScriptStep[] = [
  { name: 'pull of cold data, held', answers: 'second pull by CG_COLD_PULL' },
  info('a period has ended', ({ body }) => hasNothingRead(body)),
  ...['cold1', 'cold2', 'cold3'].map((peer) => ({ name: `${peer} goes`, closes: peer })),
]

function hasNothingRead(body: unknown): boolean {
  return (body as { readonly globalAcc?: number } | undefined)?.globalAcc === 0
}
