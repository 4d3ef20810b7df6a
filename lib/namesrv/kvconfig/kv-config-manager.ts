import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { readStateFile, writeStateFile } from '../../common/state-file.ts'
import type { KVConfigTable } from './kv-config-file.ts'
import { formatKVConfig, parseKVConfig } from './kv-config-file.ts'

/** Namespace of the order configuration of topics. Source: common.namesrv.NamesrvUtil */
export const NAMESPACE_ORDER_TOPIC_CONFIG = 'ORDER_TOPIC_CONFIG'

interface KVConfigDeps {
  readonly fileSystem: FileSystem
  readonly logger: Logger
  /** Where the table is kept. */
  readonly kvConfigPath: string
}

/**
 * Small texts by namespace and key, kept in kvConfig.json: a change counts once the file holds it. Apache: namesrv.kvconfig.KVConfigManager
 */
export class KVConfigManager {
  readonly #deps: KVConfigDeps
  #configTable: KVConfigTable = new Map()

  constructor(deps: KVConfigDeps) {
    this.#deps = deps
  }

  /** @throws the parser's error when the file and its backup are both broken: starting empty would lose them */
  load(): void {
    const { fileSystem, kvConfigPath, logger } = this.#deps
    const table = readStateFile(fileSystem, kvConfigPath, parseKVConfig)
    if (table === undefined) return
    this.#configTable = table
    logger.info({ path: kvConfigPath, namespaces: table.size }, 'KV configuration loaded')
  }

  /** @throws the file system's error when the table cannot be written; it is unchanged then */
  putKVConfig(namespace: string, key: string, value: string): void {
    this.#replace(namespace, this.#copyOf(namespace).set(key, value))
    this.#deps.logger.info({ namespace, key, value }, 'KV configuration item put')
  }

  getKVConfig(namespace: string, key: string): string | undefined {
    return this.#configTable.get(namespace)?.get(key)
  }

  /** @throws the file system's error when the table cannot be written; it is unchanged then */
  deleteKVConfig(namespace: string, key: string): void {
    const values = this.#copyOf(namespace)
    if (!values.delete(key)) return
    this.#replace(namespace, values)
    this.#deps.logger.info({ namespace, key }, 'KV configuration item deleted')
  }

  /** undefined for a namespace that never held anything. */
  getKVListByNamespace(namespace: string): ReadonlyMap<string, string> | undefined {
    return this.#configTable.get(namespace)
  }

  #copyOf(namespace: string): Map<string, string> {
    return new Map(this.#configTable.get(namespace))
  }

  #replace(namespace: string, values: ReadonlyMap<string, string>): void {
    const table = new Map(this.#configTable).set(namespace, values)
    const { fileSystem, kvConfigPath } = this.#deps
    writeStateFile(fileSystem, kvConfigPath, formatKVConfig(table))
    this.#configTable = table
  }
}
