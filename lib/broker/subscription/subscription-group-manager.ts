import { join } from 'node:path'
import { SubscriptionGroupWrapper } from '../../../codec/body/subscription-group-config.ts'
import type { Clock } from '../../common/clock.ts'
import { DataVersion } from '../../common/data-version.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MessageStoreConfig } from '../../config/message-store-config.ts'
import { alterCurrentAttributes, SUBSCRIPTION_GROUP_ATTRIBUTES } from '../topic/attributes.ts'
import { ConfigFile } from '../topic/config-file.ts'
import { isGroupNameAcceptable } from '../topic/topic-validator.ts'
import {
  newSubscriptionGroupConfig,
  type SubscriptionGroupConfig,
} from './subscription-group-config.ts'

/** The options that this manager obeys; read at each use. */
export type SubscriptionGroupOptions = Pick<
  BrokerConfig,
  'autoCreateSubscriptionGroup' | 'enableCreateSysGroup'
>

export interface SubscriptionGroupManagerDeps {
  readonly brokerConfig: SubscriptionGroupOptions
  readonly storeConfig: Pick<MessageStoreConfig, 'storePathRootDir'>
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()
const SYS_CONSUMER_GROUP_PREFIX = 'CID_RMQ_SYS_'

/** Groups that every broker has. Source: SubscriptionGroupManager#init, common.MixAll */
const SYSTEM_GROUPS = [
  'TOOLS_CONSUMER',
  'FILTERSRV_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PULL',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_RMQ_SYS_TRANS',
]

/**
 * The consumer groups' settings, in memory and in config/subscriptionGroup.json, which is written at each change.
 *
 * Apache: broker.subscription.SubscriptionGroupManager
 */
export class SubscriptionGroupManager {
  readonly dataVersion: DataVersion
  readonly #brokerConfig: SubscriptionGroupOptions
  readonly #file: ConfigFile
  readonly #logger: Logger
  readonly #subscriptionGroupTable = new Map<string, SubscriptionGroupConfig>()
  readonly #forbiddenTable = new Map<string, Map<string, number>>()

  constructor(deps: SubscriptionGroupManagerDeps) {
    this.dataVersion = new DataVersion(deps.clock)
    this.#brokerConfig = deps.brokerConfig
    const path = join(deps.storeConfig.storePathRootDir, 'config', 'subscriptionGroup.json')
    this.#file = new ConfigFile(deps.fileSystem, path, deps.logger)
    this.#logger = deps.logger
    for (const group of SYSTEM_GROUPS) {
      this.#subscriptionGroupTable.set(group, newSubscriptionGroupConfig(group))
    }
  }

  /** Reads subscriptionGroup.json, if it is there. @throws what its parser throws when it is broken */
  load(): void {
    const file = this.#file.read((text) => SubscriptionGroupWrapper.decode(text))
    if (file === undefined) return
    for (const [group, config] of file.subscriptionGroupTable) {
      this.#subscriptionGroupTable.set(group, config)
    }
    for (const [group, topics] of file.forbiddenTable) this.#forbiddenTable.set(group, topics)
    this.dataVersion.assignNewOne(file.dataVersion)
    this.#logger.info({ groups: this.#subscriptionGroupTable.size }, 'subscription groups loaded')
  }

  persist(): void {
    this.#file.write(SubscriptionGroupWrapper.encode(this.encode(), { pretty: true }))
  }

  /** Becomes the same as the master's. */
  takeOver(master: SubscriptionGroupWrapper): void {
    if (this.dataVersion.equals(master.dataVersion)) return
    this.dataVersion.assignNewOne(master.dataVersion)
    this.#subscriptionGroupTable.clear()
    for (const [group, config] of master.subscriptionGroupTable) {
      this.#subscriptionGroupTable.set(group, config)
    }
    this.#forbiddenTable.clear()
    for (const [group, topics] of master.forbiddenTable) this.#forbiddenTable.set(group, topics)
    this.persist()
    const groups = this.#subscriptionGroupTable.size
    this.#logger.info({ groups }, 'subscription groups taken over from the master')
  }

  /** What subscriptionGroup.json holds. */
  encode(): SubscriptionGroupWrapper {
    return {
      dataVersion: this.dataVersion.toJSON(),
      forbiddenTable: this.#forbiddenTable,
      subscriptionGroupTable: this.#subscriptionGroupTable,
    }
  }

  get subscriptionGroupTable(): ReadonlyMap<string, SubscriptionGroupConfig> {
    return this.#subscriptionGroupTable
  }

  containsSubscriptionGroup(group: string): boolean {
    return this.#subscriptionGroupTable.has(group)
  }

  /**
   * A group's settings. A group that is not known is created when the configuration allows it and its name is legal;
   * undefined otherwise.
   */
  findSubscriptionGroupConfig(group: string): SubscriptionGroupConfig | undefined {
    const existing = this.#subscriptionGroupTable.get(group)
    if (existing !== undefined) return existing
    if (!this.#mayCreate(group) || !isGroupNameAcceptable(group)) return undefined
    const created = newSubscriptionGroupConfig(group)
    this.#subscriptionGroupTable.set(group, created)
    this.#logger.info({ group }, 'subscription group created by use')
    this.#changed()
    return created
  }

  #mayCreate(group: string): boolean {
    if (this.#brokerConfig.autoCreateSubscriptionGroup) return true
    return this.#brokerConfig.enableCreateSysGroup && group.startsWith(SYS_CONSUMER_GROUP_PREFIX)
  }

  /**
   * Creates or replaces a group. Its attributes are a change (`+key`, `-key`) of the present ones.
   * @throws AttributeError when an attribute is refused
   */
  updateSubscriptionGroupConfig(config: SubscriptionGroupConfig): void {
    this.updateSubscriptionGroupConfigList([config])
  }

  /** As `updateSubscriptionGroupConfig`, writing the file once. */
  updateSubscriptionGroupConfigList(configs: readonly SubscriptionGroupConfig[]): void {
    if (configs.length === 0) return
    for (const config of configs) {
      const name = config.groupName
      const old = this.#subscriptionGroupTable.get(name)
      const attributes = alterCurrentAttributes(
        old === undefined,
        SUBSCRIPTION_GROUP_ATTRIBUTES,
        old?.attributes ?? NO_ATTRIBUTES,
        config.attributes,
      )
      const updated = newSubscriptionGroupConfig(name, { ...config, attributes })
      this.#subscriptionGroupTable.set(name, updated)
      this.#logger.info({ group: name, existed: old !== undefined }, 'subscription group updated')
      this.dataVersion.nextVersion()
    }
    this.persist()
  }

  /** Stops a group's consumption. Not persisted until the next change, as in Apache. */
  disableConsume(group: string): void {
    const config = this.#subscriptionGroupTable.get(group)
    if (config === undefined) return
    config.consumeEnable = false
    this.dataVersion.nextVersion()
  }

  deleteSubscriptionGroupConfig(group: string): void {
    this.#forbiddenTable.delete(group)
    if (!this.#subscriptionGroupTable.delete(group)) {
      this.#logger.warn({ group }, 'subscription group to delete does not exist')
      return
    }
    this.#logger.info({ group }, 'subscription group deleted')
    this.#changed()
  }

  /** The bits that a group has for a topic; 0 when there are none. */
  getForbidden(group: string, topic: string): number {
    return Math.max(this.#forbiddenTable.get(group)?.get(topic) ?? 0, 0)
  }

  /** True when the bit `index` (from 0) is set. */
  isForbidden(group: string, topic: string, index: number): boolean {
    return (this.getForbidden(group, topic) & (1 << index)) !== 0
  }

  /** Sets or clears the bit `index` (from 0). */
  updateForbidden(group: string, topic: string, index: number, isSet: boolean): void {
    const old = this.getForbidden(group, topic)
    const bits = isSet ? old | (1 << index) : old & ~(1 << index)
    // Apache drops all of the group's topics at once when one has no bit left, and does not write the file for it.
    if (bits <= 0) {
      this.#forbiddenTable.delete(group)
      return
    }
    const topics = this.#forbiddenTable.get(group) ?? new Map<string, number>()
    topics.set(topic, bits)
    this.#forbiddenTable.set(group, topics)
    this.#changed()
  }

  #changed(): void {
    this.dataVersion.nextVersion()
    this.persist()
  }
}
