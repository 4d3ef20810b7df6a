import { DataVersion } from '../../../../codec/body/data-version.ts'
import {
  CreateAccessConfigRequestHeader,
  DeleteAccessConfigRequestHeader,
  GetBrokerAclConfigResponseHeader,
  UpdateGlobalWhiteAddrsConfigRequestHeader,
} from '../../../../codec/header/plain-acl.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { AclError } from '../../../auth/plain/acl-error.ts'
import type { PlainPermissionManager } from '../../../auth/plain/plain-permission-manager.ts'
import { toError } from '../../../common/errors.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Channel, RequestProcessor } from '../../../remoting/index.ts'

/** Numbers that 5.x gives to other things, too. Source: remoting.protocol.ResponseCode of 5.2 */
const UPDATE_AND_CREATE_ACL_CONFIG_FAILED = 209
const DELETE_ACL_CONFIG_FAILED = 210
const UPDATE_GLOBAL_WHITE_ADDRS_CONFIG_FAILED = 211

export interface PlainAclAdminDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'brokerName' | 'brokerClusterName'>
  /** undefined without aclEnable. */
  readonly plainPermissions: PlainPermissionManager | undefined
  readonly brokerAddr: (channel: Channel) => string
}

/**
 * Sets and deletes accounts of 4.x's access control, and its white list; the tools compare versions of brokers.
 *
 * Apache: broker.processor.AdminBrokerProcessor of 4.9 to 5.2
 */
export class PlainAclAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.UPDATE_AND_CREATE_ACL_CONFIG,
    RequestCode.DELETE_ACL_CONFIG,
    RequestCode.GET_BROKER_CLUSTER_ACL_INFO,
    RequestCode.UPDATE_GLOBAL_WHITE_ADDRS_CONFIG,
  ]

  readonly #deps: PlainAclAdminDeps

  constructor(deps: PlainAclAdminDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    const { plainPermissions } = this.#deps
    if (plainPermissions === undefined) {
      const remark = ` request type ${request.code} not supported: without aclEnable`
      return RemotingCommand.response(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark)
    }
    switch (request.code) {
      case RequestCode.UPDATE_AND_CREATE_ACL_CONFIG:
        return updateAccessConfig(plainPermissions, request)
      case RequestCode.DELETE_ACL_CONFIG:
        return deleteAccessConfig(plainPermissions, request)
      case RequestCode.UPDATE_GLOBAL_WHITE_ADDRS_CONFIG:
        return updateGlobalWhiteAddrsConfig(plainPermissions, request)
      default:
        return this.#tellVersion(plainPermissions, channel)
    }
  }

  #tellVersion({ dataVersion }: PlainPermissionManager, channel: Channel): RemotingCommand {
    const { brokerConfig, brokerAddr } = this.#deps
    const fields = GetBrokerAclConfigResponseHeader.encode({
      version: DataVersion.encode({ ...dataVersion, stateVersion: 0 }).toString(),
      brokerName: brokerConfig.brokerName,
      brokerAddr: brokerAddr(channel),
      clusterName: brokerConfig.brokerClusterName,
    })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, fields)
  }
}

function updateAccessConfig(
  permissions: PlainPermissionManager,
  { extFields }: RemotingCommand,
): RemotingCommand {
  const header = CreateAccessConfigRequestHeader.decode(extFields)
  return done(UPDATE_AND_CREATE_ACL_CONFIG_FAILED, () =>
    permissions.updateAccessConfig({
      accessKey: header.accessKey,
      secretKey: header.secretKey,
      whiteRemoteAddress: header.whiteRemoteAddress,
      admin: header.admin ?? false,
      defaultTopicPerm: header.defaultTopicPerm,
      defaultGroupPerm: header.defaultGroupPerm,
      topicPerms: header.topicPerms === undefined ? undefined : split(header.topicPerms),
      groupPerms: header.groupPerms === undefined ? undefined : split(header.groupPerms),
    }),
  )
}

function deleteAccessConfig(
  permissions: PlainPermissionManager,
  { extFields }: RemotingCommand,
): RemotingCommand {
  const { accessKey } = DeleteAccessConfigRequestHeader.decode(extFields)
  return done(DELETE_ACL_CONFIG_FAILED, () => {
    if (permissions.deleteAccessConfig(accessKey)) return
    throw new AclError(
      `The accessKey[${accessKey}] corresponding to accessConfig has been deleted failed.`,
    )
  })
}

function updateGlobalWhiteAddrsConfig(
  permissions: PlainPermissionManager,
  { extFields }: RemotingCommand,
): RemotingCommand {
  const { globalWhiteAddrs, aclFileFullPath = '' } =
    UpdateGlobalWhiteAddrsConfigRequestHeader.decode(extFields)
  return done(UPDATE_GLOBAL_WHITE_ADDRS_CONFIG_FAILED, () => {
    if (permissions.updateGlobalWhiteAddrsConfig(split(globalWhiteAddrs), aclFileFullPath)) return
    throw new AclError(`The globalWhiteAddresses[${globalWhiteAddrs}] has been updated failed.`)
  })
}

/** Success, or the code and what went wrong. */
function done(failureCode: number, change: () => void): RemotingCommand {
  try {
    change()
  } catch (error) {
    return RemotingCommand.response(failureCode, toError(error).message)
  }
  return RemotingCommand.response(ResponseCode.SUCCESS)
}

function split(list: string): string[] {
  return list.split(',').filter((item) => item !== '')
}
