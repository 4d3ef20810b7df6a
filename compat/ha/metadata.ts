import { CreateTopicListRequestBody } from '../../codec/body/topic-config.ts'
import {
  SubscriptionGroupList,
  SubscriptionGroupWrapper,
} from '../../codec/body/subscription-group-config.ts'
import { TopicConfigAndMappingSerializeWrapper } from '../../codec/body/topic-config-serialize-wrapper.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { newSubscriptionGroupConfig } from '../../lib/broker/subscription/subscription-group-config.ts'
import { newTopicConfig } from '../../lib/broker/topic/topic-config.ts'
import { RawClient } from '../../test/helpers/remoting.ts'
import type { Place } from './group.ts'

/** More than two parts of 2,000. */
const COUNT = 4_100
const AT_ONCE = 300

/** Topics and groups on a master. */
export async function createMetadata({ port }: Place): Promise<void> {
  const client = await RawClient.connect(port)
  for (let first = 0; first < COUNT; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, COUNT - first) }, (_, n) => first + n)
    const topics = numbers.map((n) => newTopicConfig(`HaTopic${n}`, { readQueueNums: 1 + (n % 3) }))
    await ask(
      client,
      RequestCode.UPDATE_AND_CREATE_TOPIC_LIST,
      CreateTopicListRequestBody.encode({ topicConfigList: topics }),
    )
    const groups = numbers.map((n) => newSubscriptionGroupConfig(`HaGroup${n}`))
    await ask(
      client,
      RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
      SubscriptionGroupList.encode({ groupConfigList: groups }),
    )
  }
  await client.close()
}

export async function hasSameMetadata(one: Place, other: Place): Promise<boolean> {
  const [left, right] = [await metadataOf(one), await metadataOf(other)]
  return left.count > 2 * COUNT && left.text === right.text
}

/** Topics with their queues, and the names of groups. */
async function metadataOf({ port }: Place): Promise<{ count: number; text: string }> {
  const client = await RawClient.connect(port)
  const topics = await ask(client, RequestCode.GET_ALL_TOPIC_CONFIG)
  const groups = await ask(client, RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG)
  await client.close()
  const { topicConfigTable } = TopicConfigAndMappingSerializeWrapper.decode(topics)
  const { subscriptionGroupTable } = SubscriptionGroupWrapper.decode(groups)
  const lines = [
    ...[...topicConfigTable].map(([topic, { readQueueNums }]) => `${topic} ${readQueueNums}`),
    ...subscriptionGroupTable.keys(),
  ]
  return { count: lines.length, text: lines.sort().join('\n') }
}

async function ask(client: RawClient, code: number, body?: Buffer): Promise<Buffer | undefined> {
  const response = await client.invoke(RemotingCommand.request(code, undefined, body))
  if (response.code !== 0) throw new Error(`${code}: ${response.code} ${response.remark}`)
  return response.body
}
