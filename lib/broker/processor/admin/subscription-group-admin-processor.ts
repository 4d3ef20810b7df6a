import {
  SubscriptionGroupConfig,
  SubscriptionGroupList,
  SubscriptionGroupWrapper,
} from '../../../../codec/body/subscription-group-config.ts'
import { DeleteSubscriptionGroupRequestHeader } from '../../../../codec/header/delete-subscription-group.ts'
import {
  GetAllSubscriptionGroupRequestHeader,
  GetAllSubscriptionGroupResponseHeader,
} from '../../../../codec/header/get-all-metadata.ts'
import { GetSubscriptionGroupConfigRequestHeader } from '../../../../codec/header/get-config.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Clock } from '../../../common/clock.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { PopInflightMessageCounter } from '../../pop/pop-inflight-message-counter.ts'
import type { BrokerStatsManager } from '../../stats/broker-stats-manager.ts'
import type { SubscriptionGroupManager } from '../../subscription/subscription-group-manager.ts'
import { AttributeError } from '../../topic/attributes.ts'
import { validateGroup } from '../../topic/topic-validator.ts'
import { isPageRequest, metadataPage } from './metadata-page.ts'

export interface SubscriptionGroupAdminDeps {
  readonly subscriptionGroupManager: SubscriptionGroupManager
  /** Apache: ConsumerOffsetManager */
  readonly consumerOffsetManager: { removeOffset(group: string): void }
  readonly popInflightMessageCounter: Pick<
    PopInflightMessageCounter,
    'clearInFlightMessageNumByGroupName'
  >
  readonly brokerConfig: Pick<BrokerConfig, 'autoDeleteUnusedStats'>
  readonly brokerStatsManager: Pick<BrokerStatsManager, 'onGroupDeleted' | 'messages'>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Creates, changes, deletes and tells consumer groups.
 *
 * Apache: broker.processor.AdminBrokerProcessor, the requests about subscription groups
 */
export class SubscriptionGroupAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
    RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
    RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG,
    RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG,
    RequestCode.DELETE_SUBSCRIPTIONGROUP,
  ]

  readonly #deps: SubscriptionGroupAdminDeps

  constructor(deps: SubscriptionGroupAdminDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { extFields } = request
    switch (request.code) {
      case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP:
        return this.#updateAndCreate([SubscriptionGroupConfig.decode(request.body)], channel)
      case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST: {
        const { groupConfigList } = SubscriptionGroupList.decode(request.body)
        return this.#updateAndCreate(groupConfigList, channel)
      }
      case RequestCode.DELETE_SUBSCRIPTIONGROUP:
        return this.#delete(DeleteSubscriptionGroupRequestHeader.decode(extFields), channel)
      case RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG:
        return this.#get(GetSubscriptionGroupConfigRequestHeader.decode(extFields).group)
      default:
        return this.#getAll(GetAllSubscriptionGroupRequestHeader.decode(extFields))
    }
  }

  /** Names are checked, as Apache's clients do: a group's name becomes part of a topic's, and that a directory's. */
  #updateAndCreate(configs: readonly SubscriptionGroupConfig[], channel: Channel): RemotingCommand {
    for (const { groupName } of configs) {
      const refusal = validateGroup(groupName)
      if (refusal !== undefined) throw new RemotingError(ResponseCode.INVALID_PARAMETER, refusal)
    }
    const beginMs = this.#deps.clock.now()
    const groups = configs.map(({ groupName }) => groupName)
    const caller = channel.remoteHost.toString()
    this.#deps.logger.info({ groups, caller }, 'update or create subscription groups')
    try {
      this.#deps.subscriptionGroupManager.updateSubscriptionGroupConfigList(configs)
    } catch (error) {
      if (!(error instanceof AttributeError)) throw error
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, error.message)
    }
    const { clock, brokerStatsManager } = this.#deps
    brokerStatsManager.messages.recordGroupCreation(true, clock.now() - beginMs)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #delete(header: DeleteSubscriptionGroupRequestHeader, channel: Channel): RemotingCommand {
    const { groupName, cleanOffset } = header
    const caller = channel.remoteHost.toString()
    this.#deps.logger.info({ group: groupName, caller }, 'delete subscription group')
    this.#deps.subscriptionGroupManager.deleteSubscriptionGroupConfig(groupName)
    if (cleanOffset === true) {
      this.#deps.consumerOffsetManager.removeOffset(groupName)
      this.#deps.popInflightMessageCounter.clearInFlightMessageNumByGroupName(groupName)
    }
    if (this.#deps.brokerConfig.autoDeleteUnusedStats) {
      this.#deps.brokerStatsManager.onGroupDeleted(groupName)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #get(group: string): RemotingCommand {
    const config = this.#deps.subscriptionGroupManager.findSubscriptionGroupConfig(group)
    if (config === undefined) {
      const code = ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST
      throw new RemotingError(code, 'No group in this broker')
    }
    const body = SubscriptionGroupConfig.encode(config)
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #getAll(header: GetAllSubscriptionGroupRequestHeader): RemotingCommand {
    const asked = {
      seq: header.groupSeq,
      dataVersion: header.dataVersion,
      maxNum: header.maxGroupNum,
    }
    const all = this.#deps.subscriptionGroupManager.encode()
    if (!isPageRequest(asked)) {
      const body = SubscriptionGroupWrapper.encode(all)
      return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
    }
    const { dataVersion } = this.#deps.subscriptionGroupManager
    const groups = metadataPage(all.subscriptionGroupTable, dataVersion, asked)
    const forbidden = [...all.forbiddenTable].filter(([group]) => groups.has(group))
    const body = SubscriptionGroupWrapper.encode({
      ...all,
      subscriptionGroupTable: groups,
      forbiddenTable: new Map(forbidden),
    })
    const total = GetAllSubscriptionGroupResponseHeader.encode({
      totalGroupNum: all.subscriptionGroupTable.size,
    })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, total, body)
  }
}
