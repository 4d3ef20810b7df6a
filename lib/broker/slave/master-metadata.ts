import { DataVersion } from '../../../codec/body/data-version.ts'
import { SubscriptionGroupWrapper } from '../../../codec/body/subscription-group-config.ts'
import { TopicConfigAndMappingSerializeWrapper } from '../../../codec/body/topic-config-serialize-wrapper.ts'
import {
  GetAllSubscriptionGroupRequestHeader,
  GetAllSubscriptionGroupResponseHeader,
  GetAllTopicConfigRequestHeader,
  GetAllTopicConfigResponseHeader,
} from '../../../codec/header/get-all-metadata.ts'
import type { ExtFields, RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { fetchMetadataPages, PAGE_SIZE } from './metadata-pages.ts'

/** Asks the master. @throws (rejects) RemotingError when it refuses or does not answer */
export type AskMaster = (code: number, fields?: ExtFields) => Promise<RemotingCommand>

/**
 * All topics of a master, which sends them in parts (5.5.0) or at once.
 * @throws (rejects) CodecError when its answers are not what they should be, and what `ask` throws
 */
export async function fetchAllTopicConfig(
  ask: AskMaster,
): Promise<TopicConfigAndMappingSerializeWrapper> {
  const pages = await fetchMetadataPages(async (topicSeq, version) => {
    const dataVersion = encodeVersion(version)
    const asked = { topicSeq, maxTopicNum: PAGE_SIZE, dataVersion }
    const fields = GetAllTopicConfigRequestHeader.encode(asked)
    const { body, extFields } = await ask(RequestCode.GET_ALL_TOPIC_CONFIG, fields)
    const value = TopicConfigAndMappingSerializeWrapper.decode(body)
    const { totalTopicNum: total } = GetAllTopicConfigResponseHeader.decode(extFields)
    return { value, size: value.topicConfigTable.size, total, dataVersion: value.dataVersion }
  })
  return {
    ...(pages[0] as TopicConfigAndMappingSerializeWrapper),
    topicConfigTable: merged(pages, ({ topicConfigTable }) => topicConfigTable),
    topicQueueMappingDetailMap: merged(pages, (page) => page.topicQueueMappingDetailMap),
  }
}

/** All consumer groups of a master, likewise. */
export async function fetchAllSubscriptionGroups(
  ask: AskMaster,
): Promise<SubscriptionGroupWrapper> {
  const pages = await fetchMetadataPages(async (groupSeq, version) => {
    const asked = { groupSeq, maxGroupNum: PAGE_SIZE, dataVersion: encodeVersion(version) }
    const fields = GetAllSubscriptionGroupRequestHeader.encode(asked)
    const { body, extFields } = await ask(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, fields)
    const value = SubscriptionGroupWrapper.decode(body)
    const { totalGroupNum: total } = GetAllSubscriptionGroupResponseHeader.decode(extFields)
    const { dataVersion, subscriptionGroupTable } = value
    return { value, size: subscriptionGroupTable.size, total, dataVersion }
  })
  return {
    ...(pages[0] as SubscriptionGroupWrapper),
    forbiddenTable: merged(pages, ({ forbiddenTable }) => forbiddenTable),
    subscriptionGroupTable: merged(pages, (page) => page.subscriptionGroupTable),
  }
}

function encodeVersion(version: DataVersion | undefined): string {
  return version === undefined ? '' : DataVersion.encode(version).toString()
}

function merged<T, V>(
  pages: readonly T[],
  tableOf: (page: T) => ReadonlyMap<string, V>,
): Map<string, V> {
  return new Map(pages.flatMap((page) => [...tableOf(page)]))
}
