import { GetBrokerMemberGroupResponseBody } from '../../../codec/body/broker-member-group.ts'
import { ClusterInfo } from '../../../codec/body/cluster-info.ts'
import { GetBrokerMemberGroupRequestHeader } from '../../../codec/header/get-broker-member-group.ts'
import {
  AddWritePermOfBrokerRequestHeader,
  AddWritePermOfBrokerResponseHeader,
  WipeWritePermOfBrokerRequestHeader,
  WipeWritePermOfBrokerResponseHeader,
} from '../../../codec/header/write-perm-of-broker.ts'
import { NOT_SET_REMARK, RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Logger } from '../../common/logger.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import type { AdvertisedAddress } from '../routeinfo/advertised-address.ts'
import type { RouteInfoManager } from '../routeinfo/route-info-manager.ts'

interface ClusterDeps {
  readonly routeInfo: RouteInfoManager
  readonly advertisedAddress: AdvertisedAddress
  readonly logger: Logger
}

/**
 * What is asked of brokers: GET_BROKER_CLUSTER_INFO (106), WIPE_WRITE_PERM_OF_BROKER (205), ADD_WRITE_PERM_OF_BROKER
 * (327) and GET_BROKER_MEMBER_GROUP (901). Apache: namesrv.processor.DefaultRequestProcessor
 */
export class ClusterProcessor implements RequestProcessor {
  readonly #deps: ClusterDeps

  constructor(deps: ClusterDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    switch (request.code) {
      case RequestCode.GET_BROKER_CLUSTER_INFO:
        return this.#getBrokerClusterInfo(channel)
      case RequestCode.WIPE_WRITE_PERM_OF_BROKER:
        return this.#wipeWritePerm(request, channel)
      case RequestCode.ADD_WRITE_PERM_OF_BROKER:
        return this.#addWritePerm(request, channel)
      default:
        return this.#getBrokerMemberGroup(request)
    }
  }

  #getBrokerClusterInfo(channel: Channel): RemotingCommand {
    const { routeInfo, advertisedAddress } = this.#deps
    const { brokerAddrTable, clusterAddrTable } = routeInfo.getAllClusterInfo()
    const reachable = Array.from(
      brokerAddrTable,
      ([name, broker]) => [name, advertisedAddress.ofBroker(broker, channel.localHost)] as const,
    )
    const body = ClusterInfo.encode({ brokerAddrTable: new Map(reachable), clusterAddrTable })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #wipeWritePerm(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { brokerName } = WipeWritePermOfBrokerRequestHeader.decode(request.extFields)
    const wipeTopicCount = this.#deps.routeInfo.wipeWritePermOfBroker(brokerName)
    this.#logPermChange('write permission wiped', brokerName, wipeTopicCount, channel)
    const extFields = WipeWritePermOfBrokerResponseHeader.encode({ wipeTopicCount })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, extFields)
  }

  #addWritePerm(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { brokerName } = AddWritePermOfBrokerRequestHeader.decode(request.extFields)
    const addTopicCount = this.#deps.routeInfo.addWritePermOfBroker(brokerName)
    this.#logPermChange('write permission added', brokerName, addTopicCount, channel)
    const extFields = AddWritePermOfBrokerResponseHeader.encode({ addTopicCount })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, extFields)
  }

  #logPermChange(event: string, brokerName: string, topics: number, channel: Channel): void {
    this.#deps.logger.info({ brokerName, topics, client: channel.remoteHost.toString() }, event)
  }

  #getBrokerMemberGroup(request: RemotingCommand): RemotingCommand {
    const { clusterName, brokerName } = GetBrokerMemberGroupRequestHeader.decode(request.extFields)
    const brokerAddrs = new Map(this.#deps.routeInfo.getBrokerAddrs(brokerName))
    const brokerMemberGroup = { cluster: clusterName, brokerName, brokerAddrs }
    const body = GetBrokerMemberGroupResponseBody.encode({ brokerMemberGroup })
    return RemotingCommand.response(ResponseCode.SUCCESS, NOT_SET_REMARK, undefined, body)
  }
}
