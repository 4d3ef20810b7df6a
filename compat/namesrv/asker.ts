import { ClusterInfo } from '../../codec/body/cluster-info.ts'
import { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import type { ExtFields } from '../../codec/remoting-command.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { RawClient } from '../../test/helpers/remoting.ts'

/** Sends one request over a connection of its own. */
export async function invoke(
  address: string,
  code: number,
  extFields: ExtFields = {},
): Promise<RemotingCommand> {
  const client = await RawClient.connect(Number(address.split(':')[1]))
  try {
    return await client.invoke(RemotingCommand.request(code, extFields))
  } finally {
    await client.close()
  }
}

/** undefined: the NameServer does not know the topic. */
export async function routeOf(address: string, topic: string): Promise<TopicRouteData | undefined> {
  const response = await invoke(address, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
  if (response.code === ResponseCode.TOPIC_NOT_EXIST) return undefined
  return TopicRouteData.decode(response.body)
}

export async function clusterOf(address: string): Promise<ClusterInfo> {
  return ClusterInfo.decode((await invoke(address, RequestCode.GET_BROKER_CLUSTER_INFO)).body)
}
