import { crc32 } from 'node:zlib'
import { DataVersion } from '../../../codec/body/data-version.ts'
import { KVTable } from '../../../codec/body/kv-table.ts'
import {
  decodeCompressedRegisterBody,
  RegisterBrokerBody,
} from '../../../codec/body/register-broker-body.ts'
import { TopicConfigSerializeWrapper } from '../../../codec/body/topic-config-serialize-wrapper.ts'
import { CodecError } from '../../../codec/errors.ts'
import { BROKER_ADDR_AUTO, ZONE_NAME } from '../../../codec/extension-fields.ts'
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
import { MqVersion } from '../../../codec/mq-version.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { NamesrvConfig } from '../../config/namesrv-config.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { KVConfigManager } from '../kvconfig/kv-config-manager.ts'
import { NAMESPACE_ORDER_TOPIC_CONFIG } from '../kvconfig/kv-config-manager.ts'
import { isOnThisMachine } from '../routeinfo/advertised-address.ts'
import type { BrokerRegistration } from '../routeinfo/broker-registrar.ts'
import type { RouteInfoManager } from '../routeinfo/route-info-manager.ts'

interface BrokerRegistrationDeps {
  readonly routeInfo: RouteInfoManager
  readonly kvConfig: KVConfigManager
  readonly config: NamesrvConfig
}

type Topics = Pick<
  BrokerRegistration,
  'dataVersion' | 'topicConfigs' | 'topicQueueMappings' | 'filterServers'
>

/**
 * REGISTER_BROKER (103), UNREGISTER_BROKER (104), QUERY_DATA_VERSION (322) and BROKER_HEARTBEAT (904).
 * Apache: namesrv.processor.DefaultRequestProcessor
 */
export class BrokerRegistrationProcessor implements RequestProcessor {
  readonly #deps: BrokerRegistrationDeps

  constructor(deps: BrokerRegistrationDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    switch (request.code) {
      case RequestCode.REGISTER_BROKER:
        return this.#registerBroker(request, channel)
      case RequestCode.UNREGISTER_BROKER:
        return this.#unregisterBroker(request)
      case RequestCode.QUERY_DATA_VERSION:
        return this.#queryDataVersion(request)
      default:
        return this.#brokerHeartbeat(request)
    }
  }

  #registerBroker(request: RemotingCommand, channel: Channel): RemotingCommand {
    const header = RegisterBrokerRequestHeader.decode(request.extFields)
    if (!isChecksumRight(header.bodyCrc32, request.body)) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'crc32 not match')
    }
    const result = this.#deps.routeInfo.registerBroker({
      ...header,
      ...decodeTopics(request, header.compressed === true),
      heartbeatTimeoutMs: header.heartbeatTimeoutMillis,
      enableActingMaster: header.enableActingMaster,
      zoneName: request.extFields?.[ZONE_NAME],
      channel,
      addrFollowsClient: isAddrAuto(request) && isOnThisMachine(channel),
    })
    if (result === undefined) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'register broker failed')
    }
    const extFields = RegisterBrokerResponseHeader.encode(result)
    const body = this.#orderTopicConfigs()
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, extFields, body)
  }

  #orderTopicConfigs(): Buffer | undefined {
    const { config, kvConfig } = this.#deps
    if (!config.returnOrderTopicConfigToBroker) return undefined
    const table = kvConfig.getKVListByNamespace(NAMESPACE_ORDER_TOPIC_CONFIG)
    return table === undefined ? undefined : KVTable.encode({ table: new Map(table) })
  }

  #unregisterBroker(request: RemotingCommand): RemotingCommand {
    const header = UnRegisterBrokerRequestHeader.decode(request.extFields)
    const submitted = this.#deps.routeInfo.submitUnRegisterBrokerRequest(header)
    return RemotingCommand.response(submitted ? ResponseCode.SUCCESS : ResponseCode.SYSTEM_ERROR)
  }

  #queryDataVersion(request: RemotingCommand): RemotingCommand {
    const { routeInfo } = this.#deps
    const broker = QueryDataVersionRequestHeader.decode(request.extFields)
    const asked = request.body === undefined ? undefined : DataVersion.decode(request.body)
    const changed = routeInfo.isBrokerTopicConfigChanged(broker, asked)
    routeInfo.updateBrokerInfoUpdateTimestamp(broker)
    const known = routeInfo.queryBrokerTopicConfig(broker)
    const extFields = QueryDataVersionResponseHeader.encode({ changed })
    const body = known === undefined ? undefined : DataVersion.encode(known)
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, extFields, body)
  }

  #brokerHeartbeat(request: RemotingCommand): RemotingCommand {
    const broker = BrokerHeartbeatRequestHeader.decode(request.extFields)
    this.#deps.routeInfo.updateBrokerInfoUpdateTimestamp(broker)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }
}

function isAddrAuto({ extFields }: RemotingCommand): boolean {
  return extFields?.[BROKER_ADDR_AUTO] === 'true'
}

/** Java keeps the sum in an int without its sign; 0 stands for unchecked. Source: common.UtilAll#crc32 */
function isChecksumRight(expected = 0, body: Buffer = Buffer.alloc(0)): boolean {
  return expected === 0 || expected === (crc32(body) & 0x7fffffff)
}

/** @throws CodecError when the body is not what the broker's version sends */
function decodeTopics(request: RemotingCommand, isCompressed: boolean): Topics {
  try {
    return request.version >= MqVersion.V3_0_11
      ? topicsOfBody(request, isCompressed)
      : topicsOfOldBody(request)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new CodecError(`Failed to decode RegisterBrokerBody, ${error.message}`)
  }
}

function topicsOfBody(request: RemotingCommand, isCompressed: boolean): Topics {
  const { filterServerList, topicConfigSerializeWrapper: wrapper } =
    isCompressed && request.body !== undefined
      ? decodeCompressedRegisterBody(request.body, request.version)
      : RegisterBrokerBody.decode(request.body ?? '{}')
  return {
    dataVersion: wrapper.dataVersion,
    topicConfigs: wrapper.topicConfigTable,
    topicQueueMappings: wrapper.topicQueueMappingInfoMap,
    filterServers: filterServerList,
  }
}

/** Before V3_0_11 the body had the topics only. */
function topicsOfOldBody({ body }: RemotingCommand): Topics {
  const wrapper = TopicConfigSerializeWrapper.decode(body ?? '{}')
  return {
    dataVersion: wrapper.dataVersion,
    topicConfigs: wrapper.topicConfigTable,
    topicQueueMappings: new Map(),
    filterServers: undefined,
  }
}
