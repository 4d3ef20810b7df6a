import type { BatchMember } from '../../../codec/message/batch.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import type { Answer, Step } from '../step.ts'

/** What a step may say beside its name, its code and its fields. */
export type More = Partial<Step>
type Fields = Record<string, string | number | boolean | undefined>

export const BORN_MS = 1_500_000_000_000

export function ask(name: string, code: number, fields: Fields = {}, more: More = {}): Step {
  return { name, peer: 'client', code, extFields: texts(fields), ...more }
}

/** Fields as they travel; one that is undefined is left out. */
export function texts(fields: Fields): Record<string, string> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]))
}

export function json(name: string, code: number, body: unknown, fields: Fields = {}): Step {
  return ask(name, code, fields, { body: JSON.stringify(body) })
}

/** Refused by both; Apache's remark is that of a Java exception. */
export function refused(step: Step): Step {
  return { ...step, differs: { fields: ['remark'], why: 'ours says what is wrong' } }
}

/** Apache goes on with null where a field is missing or a body is not there; we refuse. */
export function refusedByUs(step: Step): Step {
  const fields = ['code', 'remark', 'extFields', 'body'] as const
  return { ...step, differs: { fields, why: 'what is missing or mistyped is refused' } }
}

export function properties(given: Record<string, string>): string {
  return encodeProperties(Object.entries(given))
}

const SEND_NAMES: Readonly<Record<string, string>> = {
  a: 'producerGroup',
  b: 'topic',
  c: 'defaultTopic',
  d: 'defaultTopicQueueNums',
  e: 'queueId',
  f: 'sysFlag',
  g: 'bornTimestamp',
  h: 'flag',
  i: 'properties',
  j: 'reconsumeTimes',
  k: 'unitMode',
  l: 'maxReconsumeTimes',
  m: 'batch',
}

/** The fields of a SEND_MESSAGE_V2, by their letters. */
export function sendFields(topic: string, given: Fields = {}): Fields {
  return {
    a: 'PG',
    b: topic,
    c: 'TBW102',
    d: 4,
    e: 0,
    f: 0,
    g: BORN_MS,
    h: 0,
    i: properties({ UNIQ_KEY: '0123456789ABCDEF0123456789ABCDEF', WAIT: 'true' }),
    j: 0,
    k: false,
    m: false,
    ...given,
  }
}

export function send(name: string, topic: string, given: Fields = {}, more: More = {}): Step {
  const fields = sendFields(topic, given)
  return ask(name, Code.SEND_MESSAGE_V2, fields, { peer: 'producer', body: name, ...more })
}

/** SEND_MESSAGE: the same fields by their long names. */
export function sendV1(name: string, topic: string, given: Fields = {}, more: More = {}): Step {
  const fields = Object.entries(sendFields(topic, given))
  const named = Object.fromEntries(fields.map(([key, value]) => [SEND_NAMES[key] ?? key, value]))
  return ask(name, Code.SEND_MESSAGE, named, { peer: 'producer', body: name, ...more })
}

export function member(body: string, given: Record<string, string> = {}, flag = 0): BatchMember {
  return { flag, body: Buffer.from(body), properties: properties(given) }
}

export const NO_SUSPEND = 0
export const PULL_SUBSCRIPTION = 4
export const COMMIT = 1
export const SUSPEND = 2

export function pullFields(topic: string, given: Fields = {}): Fields {
  return {
    consumerGroup: 'CG_PULL',
    topic,
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 32,
    sysFlag: PULL_SUBSCRIPTION,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG',
    ...given,
  }
}

export function pull(name: string, topic: string, given: Fields = {}, more: More = {}): Step {
  const fields = pullFields(topic, given)
  return ask(name, Code.PULL_MESSAGE, fields, { holds: 'records', ...more })
}

/** Asked until the consume queue has got so far. */
export function dispatched(name: string, topic: string, queueId: number, offset: number): Step {
  return ask(name, Code.GET_MAX_OFFSET, { topic, queueId }, { until: has({ offset }) })
}

export function has(fields: Fields): (answer: Answer) => boolean {
  return (answer) =>
    Object.entries(texts(fields)).every(
      ([key, value]) => (answer.extFields as Record<string, unknown>)?.[key] === value,
    )
}

export function topic(name: string, topicName: string, given: Fields = {}): Step {
  return ask(
    name,
    Code.UPDATE_AND_CREATE_TOPIC,
    {
      topic: topicName,
      defaultTopic: 'TBW102',
      readQueueNums: 4,
      writeQueueNums: 4,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      ...given,
    },
    { peer: 'admin' },
  )
}
