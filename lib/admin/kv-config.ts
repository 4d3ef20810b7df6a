import {
  DeleteKVConfigRequestHeader,
  GetKVConfigRequestHeader,
  GetKVConfigResponseHeader,
  PutKVConfigRequestHeader,
} from '../../codec/header/kv-config.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { RemotingError } from '../remoting/index.ts'
import type { MqAdminClient } from './mq-admin-client.ts'

/** Where the queues of ordered topics are told: `broker-a:4;broker-b:4`. Source: common.namesrv.NamesrvUtil */
const NAMESPACE_ORDER_TOPIC_CONFIG = 'ORDER_TOPIC_CONFIG'

/** undefined when there is none. */
export async function getKVConfig(
  admin: MqAdminClient,
  namespace: string,
  key: string,
): Promise<string | undefined> {
  const header = GetKVConfigRequestHeader.encode({ namespace, key })
  try {
    const { extFields } = await admin.invokeNamesrv({ code: RequestCode.GET_KV_CONFIG, header })
    return GetKVConfigResponseHeader.decode(extFields).value
  } catch (error) {
    if (error instanceof RemotingError && error.code === ResponseCode.QUERY_NOT_FOUND)
      return undefined
    throw error
  }
}

export function putKVConfig(
  admin: MqAdminClient,
  namespace: string,
  key: string,
  value: string,
): Promise<void> {
  const header = PutKVConfigRequestHeader.encode({ namespace, key, value })
  return admin.invokeAllNamesrvs({ code: RequestCode.PUT_KV_CONFIG, header })
}

export function deleteKVConfig(
  admin: MqAdminClient,
  namespace: string,
  key: string,
): Promise<void> {
  const header = DeleteKVConfigRequestHeader.encode({ namespace, key })
  return admin.invokeAllNamesrvs({ code: RequestCode.DELETE_KV_CONFIG, header })
}

export function getOrderConf(admin: MqAdminClient, topic: string): Promise<string | undefined> {
  return getKVConfig(admin, NAMESPACE_ORDER_TOPIC_CONFIG, topic)
}

/** Sets the queues of an ordered topic for all brokers. */
export function putOrderConf(admin: MqAdminClient, topic: string, conf: string): Promise<void> {
  return putKVConfig(admin, NAMESPACE_ORDER_TOPIC_CONFIG, topic, conf)
}

/** Sets the queues of an ordered topic for the broker in `conf` (`broker-a:4`); the others keep theirs. */
export async function mergeOrderConf(
  admin: MqAdminClient,
  topic: string,
  conf: string,
): Promise<void> {
  const broker = brokerIn(conf)
  const before = ((await getOrderConf(admin, topic)) ?? '').split(';')
  const others = before.filter((each) => each !== '' && brokerIn(each) !== broker)
  await putOrderConf(admin, topic, [...others, conf].join(';'))
}

export function deleteOrderConf(admin: MqAdminClient, topic: string): Promise<void> {
  return deleteKVConfig(admin, NAMESPACE_ORDER_TOPIC_CONFIG, topic)
}

function brokerIn(conf: string): string | undefined {
  return conf.split(':')[0]
}
