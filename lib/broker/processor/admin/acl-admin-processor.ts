import { AclInfo, encodeAclInfos } from '../../../../codec/body/acl-info.ts'
import {
  CreateAclRequestHeader,
  DeleteAclRequestHeader,
  GetAclRequestHeader,
  ListAclsRequestHeader,
} from '../../../../codec/header/auth.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { toAclInfo, toPolicies } from '../../../auth/acl-converter.ts'
import type { AuthorizationMetadataManager } from '../../../auth/authorization-metadata-manager.ts'
import { parseResource } from '../../../auth/resource.ts'
import { RemotingError, type RequestProcessor } from '../../../remoting/index.ts'

export interface AclAdminDeps {
  readonly authorizationMetadataManager: AuthorizationMetadataManager
}

/**
 * Gives, changes, takes and tells rights.
 *
 * Apache: broker.processor.AdminBrokerProcessor, the requests about rights
 */
export class AclAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.AUTH_CREATE_ACL,
    RequestCode.AUTH_UPDATE_ACL,
    RequestCode.AUTH_DELETE_ACL,
    RequestCode.AUTH_GET_ACL,
    RequestCode.AUTH_LIST_ACL,
  ]

  readonly #acls: AuthorizationMetadataManager

  constructor({ authorizationMetadataManager }: AclAdminDeps) {
    this.#acls = authorizationMetadataManager
  }

  process(request: RemotingCommand): RemotingCommand {
    switch (request.code) {
      case RequestCode.AUTH_CREATE_ACL:
      case RequestCode.AUTH_UPDATE_ACL:
        return this.#updateAcl(request)
      case RequestCode.AUTH_DELETE_ACL:
        return this.#deleteAcl(request)
      case RequestCode.AUTH_GET_ACL:
        return this.#getAcl(request)
      default:
        return this.#listAcl(request)
    }
  }

  /** The body's subject counts before the header's. */
  #updateAcl({ extFields, body }: RemotingCommand): RemotingCommand {
    const { subject } = CreateAclRequestHeader.decode(extFields)
    const info = AclInfo.decode(body)
    if (info.policies.length === 0) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'The body of acl is null')
    }
    this.#acls.updateAcl(info.subject ?? subject, toPolicies(info))
    return success()
  }

  #deleteAcl({ extFields }: RemotingCommand): RemotingCommand {
    const { subject, policyType, resource } = DeleteAclRequestHeader.decode(extFields)
    this.#acls.deleteAcl(subject, policyType, parseResource(resource))
    return success()
  }

  /** A user without rights is answered with success and no body. */
  #getAcl({ extFields }: RemotingCommand): RemotingCommand {
    const { subject } = GetAclRequestHeader.decode(extFields)
    const acl = this.#acls.getAcl(subject)
    return success(acl && AclInfo.encode(toAclInfo(acl)))
  }

  #listAcl({ extFields }: RemotingCommand): RemotingCommand {
    const { subjectFilter, resourceFilter } = ListAclsRequestHeader.decode(extFields)
    const acls = this.#acls.listAcl(subjectFilter, resourceFilter)
    return success(acls.length === 0 ? undefined : encodeAclInfos(acls.map(toAclInfo)))
  }
}

function success(body?: Buffer): RemotingCommand {
  return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
}
