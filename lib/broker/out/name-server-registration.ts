import { crc32 } from 'node:zlib'
import { DataVersion, noDataVersion } from '../../../codec/body/data-version.ts'
import { KVTable } from '../../../codec/body/kv-table.ts'
import { RegisterBrokerBody } from '../../../codec/body/register-broker-body.ts'
import type { TopicQueueMappingInfo } from '../../../codec/body/topic-queue-mapping.ts'
import { BROKER_ADDR_AUTO } from '../../../codec/extension-fields.ts'
import { BrokerHeartbeatRequestHeader } from '../../../codec/header/broker-heartbeat.ts'
import {
  QueryDataVersionRequestHeader,
  QueryDataVersionResponseHeader,
} from '../../../codec/header/query-data-version.ts'
import {
  RegisterBrokerRequestHeader,
  RegisterBrokerResponseHeader,
  UnRegisterBrokerRequestHeader,
} from '../../../codec/header/register-broker.ts'
import type { Host } from '../../../codec/message/host.ts'
import type { ExtFields } from '../../../codec/remoting-command.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { isReadable, isWriteable } from '../../common/perm-name.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { RemotingClient } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { TopicQueueMappingManager } from '../topic/topic-queue-mapping-manager.ts'
import type { TopicConfig } from '../topic/topic-config.ts'
import type { RegisteredAddress } from './broker-address.ts'

export type BrokerIdentityConfig = Pick<
  BrokerConfig,
  | 'brokerName'
  | 'brokerClusterName'
  | 'brokerId'
  | 'brokerPermission'
  | 'registerBrokerTimeoutMills'
  | 'enableSlaveActingMaster'
  | 'brokerNotActiveTimeoutMillis'
  | 'compatibleWithOldNameSrv'
>

export interface NameServerRegistrationDeps {
  readonly namesrvAddr: string
  readonly client: Pick<RemotingClient, 'invoke' | 'invokeOneway' | 'localAddressTo'>
  readonly config: BrokerIdentityConfig
  readonly addressTowards: (localHost: Host) => RegisteredAddress
  readonly topicConfigManager: Pick<
    TopicConfigManager,
    'topicConfigTable' | 'dataVersion' | 'updateOrderTopicConfig'
  >
  readonly topicQueueMappingManager: Pick<TopicQueueMappingManager, 'mappingInfoOf'>
  /** Told what the NameServer says about the master of a slave's group. */
  readonly onMaster: (master: RegisterBrokerResponseHeader) => void
  readonly logger: Logger
}

const UNREGISTER_TIMEOUT_MS = 3_000

/** The broker's registration with one NameServer. Source: broker.out.BrokerOuterAPI#registerBroker */
export class NameServerRegistration {
  readonly #deps: NameServerRegistrationDeps
  /** Under what the NameServer knows us; undefined before the first registration and after a lost one. */
  #registered: RegisteredAddress | undefined
  #isDown = false
  #isRegistered = false

  constructor(deps: NameServerRegistrationDeps) {
    this.#deps = deps
  }

  /** Whether the NameServer has answered the last time it was told something. */
  get isRegistered(): boolean {
    return this.#isRegistered
  }

  /**
   * Registers all topics; unless `isForced`, only when the NameServer says that it has other ones. Resolves with false
   * when the NameServer could not be told.
   */
  registerAll(isForced: boolean): Promise<boolean> {
    return this.#attempt(async () => {
      if (!isForced && !(await this.#isOutdated())) return
      await this.#register(this.#deps.topicConfigManager.topicConfigTable.values())
    })
  }

  /** Registers only `topicConfigs`; all topics when the NameServer does not know us yet. */
  registerTopics(topicConfigs: readonly TopicConfig[]): Promise<boolean> {
    if (this.#registered === undefined) return this.registerAll(true)
    return this.#attempt(() => this.#register(topicConfigs))
  }

  /** A sign of life between registrations; none before the first of them, and while the NameServer cannot be reached. */
  async sendHeartbeat(): Promise<void> {
    const { client, namesrvAddr } = this.#deps
    const address = this.#registered
    if (address === undefined || this.#isDown) return
    const request = this.#heartbeat(address).markOneway()
    // A connection that is lost leads to another registration, which is logged.
    await client.invokeOneway(namesrvAddr, request).catch(() => undefined)
  }

  #heartbeat(address: RegisteredAddress): RemotingCommand {
    if (this.#deps.config.compatibleWithOldNameSrv) return this.#dataVersionQuery(address)
    const header = BrokerHeartbeatRequestHeader.encode(this.#identity(address))
    return RemotingCommand.request(RequestCode.BROKER_HEARTBEAT, header)
  }

  /** Takes the broker out of the NameServer's tables; failing to is logged only. */
  async unregister(): Promise<void> {
    const address = this.#registered
    if (address === undefined || this.#isDown) return
    await this.#attempt(async () => {
      const header = UnRegisterBrokerRequestHeader.encode(this.#identity(address))
      const request = RemotingCommand.request(RequestCode.UNREGISTER_BROKER, header)
      await this.#invoke(request, UNREGISTER_TIMEOUT_MS)
    })
  }

  async #attempt(action: () => Promise<void>): Promise<boolean> {
    const { namesrvAddr, logger } = this.#deps
    try {
      await action()
      if (this.#isDown) logger.info({ namesrvAddr }, 'registered with the name server again')
      this.#isDown = false
      this.#isRegistered = true
      return true
    } catch (error) {
      const event = 'registering with the name server failed'
      if (!this.#isDown) logger.warn({ namesrvAddr, error: toError(error).message }, event)
      this.#isDown = true
      this.#isRegistered = false
      return false
    }
  }

  async #register(topicConfigs: Iterable<TopicConfig>): Promise<void> {
    const { config, namesrvAddr, topicConfigManager, logger } = this.#deps
    const address = await this.#findAddress()
    const body = this.#encodeBody(topicConfigs)
    const header: ExtFields = RegisterBrokerRequestHeader.encode({
      ...this.#identity(address),
      haServerAddr: address.haServerAddr,
      enableActingMaster: config.enableSlaveActingMaster,
      heartbeatTimeoutMillis: config.enableSlaveActingMaster
        ? config.brokerNotActiveTimeoutMillis
        : undefined,
      compressed: false,
      bodyCrc32: crc32(body) & 0x7fffffff,
    })
    if (address.isAuto) header[BROKER_ADDR_AUTO] = 'true'
    const response = await this.#invoke(
      RemotingCommand.request(RequestCode.REGISTER_BROKER, header, body),
      config.registerBrokerTimeoutMills,
    )
    if (response.body !== undefined) {
      topicConfigManager.updateOrderTopicConfig(KVTable.decode(response.body).table.keys())
    }
    this.#deps.onMaster(RegisterBrokerResponseHeader.decode(response.extFields))
    if (this.#registered === undefined) {
      const { brokerAddr } = address
      logger.info({ namesrvAddr, brokerAddr }, 'registered with the name server')
    }
    this.#registered = address
  }

  /** True when the name server has other topics than we, or none. Source: broker.out.BrokerOuterAPI#needRegister */
  async #isOutdated(): Promise<boolean> {
    const { registerBrokerTimeoutMills } = this.#deps.config
    const query = this.#dataVersionQuery(await this.#findAddress())
    const response = await this.#invoke(query, registerBrokerTimeoutMills)
    return QueryDataVersionResponseHeader.decode(response.extFields).changed
  }

  #dataVersionQuery(address: RegisteredAddress): RemotingCommand {
    const header = QueryDataVersionRequestHeader.encode(this.#identity(address))
    const body = DataVersion.encode(this.#deps.topicConfigManager.dataVersion.toJSON())
    return RemotingCommand.request(RequestCode.QUERY_DATA_VERSION, header, body)
  }

  async #findAddress(): Promise<RegisteredAddress> {
    const { client, namesrvAddr, addressTowards } = this.#deps
    return addressTowards(await client.localAddressTo(namesrvAddr))
  }

  #identity({ brokerAddr }: RegisteredAddress) {
    const { brokerName, brokerClusterName, brokerId } = this.#deps.config
    return { brokerName, brokerAddr, clusterName: brokerClusterName, brokerId }
  }

  #encodeBody(topicConfigs: Iterable<TopicConfig>): Buffer {
    const topicConfigTable = new Map<string, TopicConfig>()
    const topicQueueMappingInfoMap = new Map<string, TopicQueueMappingInfo>()
    for (const topicConfig of topicConfigs) {
      const { topicName } = topicConfig
      topicConfigTable.set(topicName, this.#asRegistered(topicConfig))
      const mapping = this.#deps.topicQueueMappingManager.mappingInfoOf(topicName)
      if (mapping !== undefined) topicQueueMappingInfoMap.set(topicName, mapping)
    }
    return RegisterBrokerBody.encode({
      filterServerList: [],
      topicConfigSerializeWrapper: {
        dataVersion: this.#deps.topicConfigManager.dataVersion.toJSON(),
        mappingDataVersion: noDataVersion(),
        topicConfigTable,
        topicQueueMappingDetailMap: new Map(),
        topicQueueMappingInfoMap,
      },
    })
  }

  /** The permission of a broker that may not be read or written limits that of its topics. */
  #asRegistered(topicConfig: TopicConfig) {
    const { brokerPermission } = this.#deps.config
    const isLimited = !isReadable(brokerPermission) || !isWriteable(brokerPermission)
    const perm = isLimited ? topicConfig.perm & brokerPermission : topicConfig.perm
    return { ...topicConfig, perm }
  }

  async #invoke(request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand> {
    const { client, namesrvAddr } = this.#deps
    const response = await client.invoke(namesrvAddr, request, timeoutMs)
    if (response.code === ResponseCode.SUCCESS) return response
    throw new RemotingError(response.code as ResponseCode, response.remark ?? 'no remark')
  }
}
