import { ClusterInfo } from '../../../codec/body/cluster-info.ts'
import { GetBrokerMemberGroupResponseBody } from '../../../codec/body/broker-member-group.ts'
import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { GetBrokerMemberGroupRequestHeader } from '../../../codec/header/get-broker-member-group.ts'
import { GetRouteInfoRequestHeader } from '../../../codec/header/get-route-info.ts'
import type { Host } from '../../../codec/message/host.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock, Timer } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { Service } from '../../common/service.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { NettyClientConfig } from '../../config/netty-client-config.ts'
import type { TlsClientContext } from '../../remoting/index.ts'
import { RemotingClient, RemotingError } from '../../remoting/index.ts'
import type { TopicConfigManager } from '../topic/topic-config-manager.ts'
import type { TopicConfig } from '../topic/topic-config.ts'
import { SYNC_BROKER_MEMBER_GROUP_PREFIX } from '../topic/topic-validator.ts'
import type { BrokerAddress, RegisteredAddress } from './broker-address.ts'
import type {
  BrokerIdentityConfig,
  NameServerRegistrationDeps,
} from './name-server-registration.ts'
import { NameServerRegistration } from './name-server-registration.ts'

export interface BrokerOuterApiDeps {
  readonly config: BrokerIdentityConfig &
    Pick<
      BrokerConfig,
      | 'namesrvAddr'
      | 'registerNameServerPeriod'
      | 'forceRegister'
      | 'brokerHeartbeatInterval'
      | 'compatibleWithOldNameSrv'
    >
  readonly clientConfig: Pick<
    NettyClientConfig,
    'connectTimeoutMillis' | 'clientChannelMaxIdleTimeSeconds'
  >
  /** undefined: connections without TLS. */
  readonly tls?: TlsClientContext | undefined
  /** Signs what is sent; undefined: nothing is signed. */
  readonly sign?: ((request: RemotingCommand) => void) | undefined
  readonly address: BrokerAddress
  readonly topicConfigManager: TopicConfigManager
  /** While it is true NameServers are told nothing. */
  readonly isIsolated: () => boolean
  readonly topicQueueMappingManager: NameServerRegistrationDeps['topicQueueMappingManager']
  readonly onMaster: NameServerRegistrationDeps['onMaster']
  readonly clock: Clock
  readonly logger: Logger
}

const MIN_PERIOD_MS = 10_000
const MAX_PERIOD_MS = 60_000
/** After a registration that failed, or a connection to a NameServer that was lost (it forgets us then). */
const RETRY_DELAY_MS = 2_000
const NAMESRV_TIMEOUT_MS = 3_000
const BROKER_TIMEOUT_MS = 3_000
const MASTER_ID = 0
const NO_MEMBERS: ReadonlyMap<number, string> = new Map()

/**
 * Keeps the broker registered with its NameServers: with all topics at the start and in each period, with the changed
 * topics at each change; where slaves act as masters, with a sign of life each second. The NameServers are independent of each
 * other: none waits for another.
 *
 * Apache: broker.out.BrokerOuterAPI
 */
export class BrokerOuterApi implements Service {
  readonly #deps: BrokerOuterApiDeps
  readonly #client: RemotingClient
  #registrations = new Map<string, NameServerRegistration>()
  /** Tidings of changed topics that are not answered yet. */
  readonly #underWay = new Set<Promise<void>>()
  #period: Timer | undefined
  #retry: Timer | undefined
  #heartbeats: Timer | undefined
  #stopping = false

  constructor(deps: BrokerOuterApiDeps) {
    this.#deps = deps
    const { clock, logger, clientConfig, tls, sign, topicConfigManager } = deps
    this.#client = new RemotingClient({
      clock,
      logger: logger.child({ name: 'RocketmqRemoting' }),
      config: clientConfig,
      tls,
      beforeRequest: sign,
      listener: { onChannelClose: () => this.#registerAgainSoon() },
    })
    topicConfigManager.onTopicConfigChanged((topicConfig) =>
      this.registerIncrementBrokerData([topicConfig]),
    )
  }

  /** Resolves when each NameServer has answered for the first time, or cannot be reached. */
  async start(): Promise<void> {
    await this.#client.start()
    this.#schedule()
    await this.registerBrokerAll()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#period?.cancel()
    this.#retry?.cancel()
    this.#heartbeats?.cancel()
    await Promise.all([...this.#registrations.values()].map((each) => each.unregister()))
    await this.#client.stop()
  }

  /**
   * The route of a topic, from the first NameServer that can be reached.
   * @throws RemotingError TOPIC_NOT_EXIST; another code when no NameServer answers
   */
  async getTopicRouteInfoFromNameServer(topic: string): Promise<TopicRouteData> {
    const header = GetRouteInfoRequestHeader.encode({ topic })
    return TopicRouteData.decode(
      await this.#askNameServers(() =>
        RemotingCommand.request(RequestCode.GET_ROUTEINFO_BY_TOPIC, header),
      ),
    )
  }

  /**
   * The brokers of this broker's name by id, as the first NameServer knows them that can be reached.
   * @throws (rejects) RemotingError when no NameServer answers
   */
  async getBrokerMemberGroup(): Promise<ReadonlyMap<number, string>> {
    const {
      brokerClusterName: clusterName,
      brokerName,
      compatibleWithOldNameSrv,
    } = this.#deps.config
    if (compatibleWithOldNameSrv) return this.#getBrokerMemberGroupCompatible()
    const header = GetBrokerMemberGroupRequestHeader.encode({ clusterName, brokerName })
    const body = await this.#askNameServers(() =>
      RemotingCommand.request(RequestCode.GET_BROKER_MEMBER_GROUP, header),
    )
    return GetBrokerMemberGroupResponseBody.decode(body).brokerMemberGroup.brokerAddrs
  }

  /** From the route of a topic that each broker of the group registers for this. */
  async #getBrokerMemberGroupCompatible(): Promise<ReadonlyMap<number, string>> {
    const { brokerClusterName, brokerName } = this.#deps.config
    try {
      const { brokerDatas } = await this.getTopicRouteInfoFromNameServer(
        `${SYNC_BROKER_MEMBER_GROUP_PREFIX}${brokerName}`,
      )
      const group = brokerDatas.find(
        (data) => data.brokerName === brokerName && data.cluster === brokerClusterName,
      )
      return group?.brokerAddrs ?? NO_MEMBERS
    } catch (error) {
      if (error instanceof RemotingError && error.code === ResponseCode.TOPIC_NOT_EXIST)
        return NO_MEMBERS
      throw error
    }
  }

  /** NameServers that the broker knows, and those that know the broker. */
  get registrations(): { readonly known: number; readonly registered: number } {
    const all = [...this.#registrations.values()]
    return { known: all.length, registered: all.filter((each) => each.isRegistered).length }
  }

  /** The addresses of this broker as the broker at `peer` can reach it. @throws (rejects) RemotingError when it cannot be connected to */
  async addressTowards(peer: string): Promise<RegisteredAddress> {
    return this.#deps.address.towards(await this.#client.localAddressTo(peer))
  }

  /** The addresses of all masters by broker name. @throws (rejects) RemotingError when no NameServer answers */
  async getMasterAddresses(): Promise<ReadonlyMap<string, string>> {
    const body = await this.#askNameServers(() =>
      RemotingCommand.request(RequestCode.GET_BROKER_CLUSTER_INFO),
    )
    const addresses = new Map<string, string>()
    for (const [name, { brokerAddrs }] of ClusterInfo.decode(body).brokerAddrTable) {
      const master = brokerAddrs.get(MASTER_ID)
      if (master !== undefined) addresses.set(name, master)
    }
    return addresses
  }

  /** The answer of another broker, whatever its code. @throws RemotingError (rejects) when there is none in time */
  invokeBroker(
    address: string,
    request: RemotingCommand,
    timeoutMs = BROKER_TIMEOUT_MS,
  ): Promise<RemotingCommand> {
    return this.#client.invoke(address, request, timeoutMs)
  }

  /** Registers all topics with every NameServer. Never rejects: failures are logged and tried again. */
  async registerBrokerAll(): Promise<void> {
    this.#followNameServerList()
    const isForced = this.#deps.config.forceRegister
    await this.#toEach((registration) => registration.registerAll(isForced))
  }

  /** Tells every NameServer of changed topics; at once, when the connection stands. */
  registerIncrementBrokerData(topicConfigs: readonly TopicConfig[]): void {
    if (this.#stopping) return
    const told = this.#toEach((registration) => registration.registerTopics(topicConfigs))
    this.#underWay.add(told)
    void told.finally(() => this.#underWay.delete(told))
  }

  /** Resolves when each NameServer has answered what it was told of changed topics so far, or cannot be reached. */
  async topicsRegistered(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** What the first NameServer answers that can be reached. */
  async #askNameServers(createRequest: () => RemotingCommand): Promise<Buffer | undefined> {
    let failure: unknown = new RemotingError(ResponseCode.SYSTEM_ERROR, 'no name server is known')
    for (const address of this.#registrations.keys()) {
      try {
        const response = await this.#client.invoke(address, createRequest(), NAMESRV_TIMEOUT_MS)
        if (response.code === ResponseCode.SUCCESS) return response.body
        throw new RemotingError(response.code as ResponseCode, response.remark ?? '')
      } catch (error) {
        failure = error
        if (error instanceof RemotingError && error.code > 0) break
      }
    }
    throw failure
  }

  async #toEach(register: (registration: NameServerRegistration) => Promise<boolean>) {
    if (this.#stopping || this.#deps.isIsolated()) return
    const done = await Promise.all([...this.#registrations.values()].map(register))
    if (done.includes(false)) this.#registerAgainSoon()
  }

  #registerAgainSoon(): void {
    if (this.#stopping || this.#retry !== undefined) return
    this.#retry = this.#deps.clock.setTimeout(() => {
      this.#retry = undefined
      void this.registerBrokerAll()
    }, RETRY_DELAY_MS)
  }

  #schedule(): void {
    const { config, clock } = this.#deps
    const periodMs = Math.min(
      Math.max(config.registerNameServerPeriod, MIN_PERIOD_MS),
      MAX_PERIOD_MS,
    )
    this.#period = clock.setInterval(() => void this.registerBrokerAll(), periodMs)
    if (!config.enableSlaveActingMaster) return
    this.#heartbeats = clock.setInterval(
      () => this.#sendHeartbeats(),
      config.brokerHeartbeatInterval,
    )
  }

  #sendHeartbeats(): void {
    if (this.#deps.isIsolated()) return
    for (const registration of this.#registrations.values()) void registration.sendHeartbeat()
  }

  /** namesrvAddr may be changed at run time. */
  #followNameServerList(): void {
    const addresses = (this.#deps.config.namesrvAddr ?? '').split(';').map((each) => each.trim())
    const registrations = new Map<string, NameServerRegistration>()
    for (const namesrvAddr of addresses.filter((each) => each !== '')) {
      const existing = this.#registrations.get(namesrvAddr)
      registrations.set(namesrvAddr, existing ?? this.#createRegistration(namesrvAddr))
    }
    this.#registrations = registrations
  }

  #createRegistration(namesrvAddr: string): NameServerRegistration {
    const { config, address, topicConfigManager, topicQueueMappingManager, onMaster, logger } =
      this.#deps
    const client = this.#client
    return new NameServerRegistration({
      namesrvAddr,
      client,
      config,
      addressTowards: (localHost: Host) => address.towards(localHost),
      topicConfigManager,
      topicQueueMappingManager,
      onMaster,
      logger,
    })
  }
}
