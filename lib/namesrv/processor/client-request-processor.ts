import { TopicRouteData } from '../../../codec/body/topic-route-data.ts'
import { GetRouteInfoRequestHeader } from '../../../codec/header/get-route-info.ts'
import { MqVersion } from '../../../codec/mq-version.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Clock } from '../../common/clock.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { KVConfigManager } from '../kvconfig/kv-config-manager.ts'
import { NAMESPACE_ORDER_TOPIC_CONFIG } from '../kvconfig/kv-config-manager.ts'
import type { AdvertisedAddress } from '../routeinfo/advertised-address.ts'
import type { RouteInfoManager } from '../routeinfo/route-info-manager.ts'
import { filterByZone } from '../routeinfo/zone-route.ts'

/** Source: common.help.FAQUrl#suggestTodo */
const FAQ = '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.'

interface ClientRequestDeps {
  readonly routeInfo: RouteInfoManager
  readonly kvConfig: KVConfigManager
  readonly advertisedAddress: AdvertisedAddress
  readonly config: NamesrvConfig
  readonly clock: Clock
}

/**
 * GET_ROUTEINFO_BY_TOPIC (105), which every client sends for every topic every 30 s.
 * Apache: namesrv.processor.ClientRequestProcessor
 */
export class ClientRequestProcessor implements RequestProcessor {
  readonly #deps: ClientRequestDeps
  readonly #startMs: number

  constructor(deps: ClientRequestDeps) {
    this.#deps = deps
    this.#startMs = deps.clock.monotonic()
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { routeInfo, kvConfig, advertisedAddress, config } = this.#deps
    const { topic, acceptStandardJsonOnly } = GetRouteInfoRequestHeader.decode(request.extFields)
    if (config.needWaitForService && !this.#isReady()) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'name server not ready')
    }
    const found = routeInfo.pickupTopicRouteData(topic)
    if (found === undefined) {
      const remark = `No topic route info in name server for the topic: ${topic}${FAQ}`
      throw new RemotingError(ResponseCode.TOPIC_NOT_EXIST, remark)
    }
    if (config.orderMessageEnable) {
      found.orderTopicConf = kvConfig.getKVConfig(NAMESPACE_ORDER_TOPIC_CONFIG, topic)
    }
    const inZone = filterByZone(found, request.extFields)
    const route = advertisedAddress.ofRoute(inZone, channel.localHost)
    const isStandardJson = acceptStandardJsonOnly === true || request.version >= MqVersion.V4_9_4
    const body = TopicRouteData.encode(route, { keys: isStandardJson ? 'quoted' : 'bare' })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  /** Brokers get the time to register before clients are told that their topics do not exist. */
  #isReady(): boolean {
    const { clock, config } = this.#deps
    return clock.monotonic() - this.#startMs >= config.waitSecondsForService * 1000
  }
}
