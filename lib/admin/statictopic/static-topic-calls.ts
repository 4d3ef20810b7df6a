import {
  TopicConfigAndQueueMapping,
  TopicQueueMappingDetail,
} from '../../../codec/body/topic-queue-mapping.ts'
import { CreateTopicRequestHeader } from '../../../codec/header/create-topic.ts'
import { GetTopicConfigRequestHeader } from '../../../codec/header/get-config.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { RemotingError } from '../../remoting/index.ts'
import { CREATE_TOPIC_KEY } from '../broker-calls.ts'
import type { MqAdminClient } from '../mq-admin-client.ts'
import type { StaticTopic, StaticTopics } from './static-topic.ts'

/** Master addresses by broker name. */
export type Masters = ReadonlyMap<string, string>

/**
 * What each broker has of a topic; those that do not have it are left out.
 * @throws (rejects) Error when a broker has it as another kind of topic
 */
export async function fetchStaticTopics(
  admin: MqAdminClient,
  topic: string,
  masters: Masters,
): Promise<StaticTopics> {
  const configs: StaticTopics = new Map()
  for (const [broker, address] of masters) {
    const config = await fetchConfig(admin, address, topic)
    if (config === undefined) continue
    const { mappingDetail } = config
    if (mappingDetail === undefined) {
      throw new Error(`Mapping info should not be null in broker ${broker}`)
    }
    configs.set(broker, { ...config, mappingDetail })
  }
  return configs
}

async function fetchConfig(
  admin: MqAdminClient,
  address: string,
  topic: string,
): Promise<TopicConfigAndQueueMapping | undefined> {
  const header = GetTopicConfigRequestHeader.encode({ topic, lo: true })
  try {
    const { body } = await admin.invoke(address, { code: RequestCode.GET_TOPIC_CONFIG, header })
    return TopicConfigAndQueueMapping.decode(body)
  } catch (error) {
    const isMissing = error instanceof RemotingError && error.code === ResponseCode.TOPIC_NOT_EXIST
    if (isMissing) return undefined
    throw error
  }
}

/** Tells a broker what it has of a topic. */
export async function createStaticTopic(
  admin: MqAdminClient,
  address: string,
  config: StaticTopic,
  force: boolean,
): Promise<void> {
  const header = CreateTopicRequestHeader.encode({
    topic: config.topicName,
    defaultTopic: CREATE_TOPIC_KEY,
    readQueueNums: config.readQueueNums,
    writeQueueNums: config.writeQueueNums,
    perm: config.perm,
    topicFilterType: config.topicFilterType,
    topicSysFlag: config.topicSysFlag,
    order: config.order,
    force,
  })
  const body = TopicQueueMappingDetail.encode(config.mappingDetail)
  await admin.invoke(address, { code: RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC, header, body })
}
