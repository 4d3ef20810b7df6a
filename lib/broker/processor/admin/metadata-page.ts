import { DataVersion } from '../../../../codec/body/data-version.ts'
import type { DataVersion as TableVersion } from '../../../common/data-version.ts'

/** Which part of a table is asked for; nothing: all of it. */
export interface MetadataPageRequest {
  /** How many entries the peer has. */
  readonly seq: number | undefined
  /** JSON: the version of the table that they are of. */
  readonly dataVersion: string | undefined
  readonly maxNum: number | undefined
}

/** Source: common.BrokerConfig#splitMetadataSize of 5.5.0 */
const MAX_PAGE_SIZE = 2000

export function isPageRequest({ seq, dataVersion, maxNum }: MetadataPageRequest): boolean {
  return seq !== undefined || dataVersion !== undefined || maxNum !== undefined
}

/**
 * The next entries of a table in the order of their names, from the first on when the table has changed since the part before. A slave of
 * 5.5.0 stops when one entry is missing: the last part never leaves a single one behind, and so may have one more than asked for.
 *
 * Source: broker.topic.TopicConfigManager#subTopicConfigTable of 5.5.0
 */
export function metadataPage<V>(
  table: ReadonlyMap<string, V>,
  version: Pick<TableVersion, 'equals'>,
  { seq = 0, dataVersion, maxNum = MAX_PAGE_SIZE }: MetadataPageRequest,
): Map<string, V> {
  const isSame = seq >= 0 && isVersion(version, dataVersion)
  const begin = isSame ? seq : 0
  const size = Math.max(Math.min(maxNum, MAX_PAGE_SIZE), 1)
  const end = begin + size === table.size - 1 ? table.size : begin + size
  const names = [...table.keys()].sort().slice(begin, end)
  return new Map(names.map((name) => [name, table.get(name) as V]))
}

function isVersion(version: Pick<TableVersion, 'equals'>, json: string | undefined): boolean {
  return Boolean(json) && version.equals(DataVersion.decode(Buffer.from(json ?? '')))
}
