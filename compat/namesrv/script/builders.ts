import { RegisterBrokerBody } from '../../../codec/body/register-broker-body.ts'
import { RequestCode as Code } from '../../../codec/request-code.ts'
import { topics, version } from '../../../test/helpers/namesrv.ts'
import type { Step } from '../step.ts'

/** A broker of the script: the fields of its registration, and the connection over which it speaks. */
export interface Broker {
  readonly peer: string
  readonly brokerName: string
  readonly brokerAddr: string
  readonly clusterName: string
  readonly haServerAddr: string
  readonly brokerId: string
}

export function broker(name: string, brokerId: number, host: string, clusterName = 'C'): Broker {
  return {
    peer: `${name}-${brokerId}`,
    brokerName: name,
    brokerAddr: `${host}:10911`,
    clusterName,
    haServerAddr: `${host}:10912`,
    brokerId: String(brokerId),
  }
}

export const A0 = broker('a', 0, '10.0.0.1')
export const A1 = broker('a', 1, '10.0.0.2')
export const A2 = broker('a', 2, '10.0.0.3')
export const B0 = broker('b', 0, '10.0.1.1')
export const D0 = broker('d', 0, '10.0.2.1', 'D')
export const E0 = broker('e', 0, '10.0.2.2', 'D')

export function fieldsOf({ peer: _, ...fields }: Broker): Omit<Broker, 'peer'> {
  return fields
}

type Wrapper = RegisterBrokerBody['topicConfigSerializeWrapper']

/** A register body with the topics T1 and T2 in their first version; `given` says what is different. */
export function bodyOf(given: Partial<Wrapper>): RegisterBrokerBody {
  return {
    filterServerList: [],
    topicConfigSerializeWrapper: {
      dataVersion: version(1),
      mappingDataVersion: version(1),
      topicConfigTable: topics('T1', 'T2'),
      topicQueueMappingDetailMap: new Map(),
      topicQueueMappingInfoMap: new Map(),
      ...given,
    },
  }
}

export function encoded(given: Partial<Wrapper>): Buffer {
  return RegisterBrokerBody.encode(bodyOf(given))
}

/** What a step may say beside its name, its code and its fields. */
export type More = Partial<Step>

export function ask(name: string, code: number, extFields: object = {}, more: More = {}): Step {
  return { name, peer: 'client', code, ...more, extFields: { ...extFields, ...more.extFields } }
}

export function register(name: string, from: Broker, more: More = {}): Step {
  const body = more.body ?? encoded({})
  return ask(name, Code.REGISTER_BROKER, fieldsOf(from), { peer: from.peer, ...more, body })
}

export function unregister(name: string, from: Broker): Step {
  return ask(name, Code.UNREGISTER_BROKER, fieldsOf(from), { peer: from.peer })
}

export function route(name: string, topic: string, more: More = {}): Step {
  return ask(name, Code.GET_ROUTEINFO_BY_TOPIC, { topic }, more)
}

export function cluster(name: string): Step {
  return ask(name, Code.GET_BROKER_CLUSTER_INFO)
}

export function config(name: string, text: string): Step {
  return ask(name, Code.UPDATE_NAMESRV_CONFIG, {}, { body: text })
}
