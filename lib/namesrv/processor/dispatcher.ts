import { RequestCode } from '../../../codec/request-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/logger.ts'
import type { Configuration } from '../../config/configuration.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import { LimitedLogger, ProcessorGroup, RequestDispatcher } from '../../remoting/index.ts'
import type { KVConfigManager } from '../kvconfig/kv-config-manager.ts'
import { AdvertisedAddress } from '../routeinfo/advertised-address.ts'
import type { RouteInfoManager } from '../routeinfo/route-info-manager.ts'
import type { RouteTables } from '../routeinfo/route-tables.ts'
import { TopicLister } from '../routeinfo/topic-lister.ts'
import { BrokerRegistrationProcessor } from './broker-registration-processor.ts'
import { ClientRequestProcessor } from './client-request-processor.ts'
import { ClusterProcessor } from './cluster-processor.ts'
import { ConfigProcessor } from './config-processor.ts'
import { KVConfigProcessor } from './kv-config-processor.ts'
import { TopicListProcessor } from './topic-list-processor.ts'
import { TopicProcessor } from './topic-processor.ts'

const BROKER_REGISTRATION_CODES = [
  RequestCode.REGISTER_BROKER,
  RequestCode.UNREGISTER_BROKER,
  RequestCode.QUERY_DATA_VERSION,
  RequestCode.BROKER_HEARTBEAT,
]
const CLUSTER_CODES = [
  RequestCode.GET_BROKER_CLUSTER_INFO,
  RequestCode.WIPE_WRITE_PERM_OF_BROKER,
  RequestCode.ADD_WRITE_PERM_OF_BROKER,
  RequestCode.GET_BROKER_MEMBER_GROUP,
]
const TOPIC_CODES = [RequestCode.DELETE_TOPIC_IN_NAMESRV, RequestCode.REGISTER_TOPIC_IN_NAMESRV]
const TOPIC_LIST_CODES = [
  RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER,
  RequestCode.GET_TOPICS_BY_CLUSTER,
  RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS,
  RequestCode.GET_UNIT_TOPIC_LIST,
  RequestCode.GET_HAS_UNIT_SUB_TOPIC_LIST,
  RequestCode.GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST,
]
const KV_CONFIG_CODES = [
  RequestCode.PUT_KV_CONFIG,
  RequestCode.GET_KV_CONFIG,
  RequestCode.DELETE_KV_CONFIG,
  RequestCode.GET_KVLIST_BY_NAMESPACE,
]
const CONFIG_CODES = [RequestCode.UPDATE_NAMESRV_CONFIG, RequestCode.GET_NAMESRV_CONFIG]

export interface DispatcherDeps {
  readonly tables: RouteTables
  readonly routeInfo: RouteInfoManager
  readonly kvConfig: KVConfigManager
  readonly config: NamesrvConfig
  readonly configuration: Configuration
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * All that a NameServer answers. The two groups have the bounds of Apache's two thread pools, so that a flood of route
 * requests does not keep brokers from registering. Apache: namesrv.NamesrvController#registerProcessor
 */
export function createDispatcher(deps: DispatcherDeps): RequestDispatcher {
  const { tables, routeInfo, kvConfig, config, configuration, clock, logger } = deps
  const dispatcher = new RequestDispatcher(new LimitedLogger(logger, clock))
  const advertisedAddress = new AdvertisedAddress(tables.brokerLives)
  dispatcher.registerProcessor(
    RequestCode.GET_ROUTEINFO_BY_TOPIC,
    new ClientRequestProcessor({ routeInfo, kvConfig, advertisedAddress, config, clock }),
    new ProcessorGroup({
      name: 'ClientRequest',
      queueCapacity: config.clientRequestThreadPoolQueueCapacity,
    }),
  )
  const others = new ProcessorGroup({
    name: 'Default',
    queueCapacity: config.defaultThreadPoolQueueCapacity,
  })
  const register = (codes: readonly RequestCode[], processor: RequestProcessor) => {
    for (const code of codes) dispatcher.registerProcessor(code, processor, others)
  }
  register(
    BROKER_REGISTRATION_CODES,
    new BrokerRegistrationProcessor({ routeInfo, kvConfig, config }),
  )
  register(CLUSTER_CODES, new ClusterProcessor({ routeInfo, advertisedAddress, logger }))
  register(TOPIC_CODES, new TopicProcessor(routeInfo))
  register(TOPIC_LIST_CODES, new TopicListProcessor(new TopicLister(tables), config))
  register(KV_CONFIG_CODES, new KVConfigProcessor(kvConfig))
  register(CONFIG_CODES, new ConfigProcessor(configuration, config.configBlackList, logger))
  return dispatcher
}
