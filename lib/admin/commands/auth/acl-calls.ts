import { AclInfo, decodeAclInfos } from '../../../../codec/body/acl-info.ts'
import {
  CreateAclRequestHeader,
  DeleteAclRequestHeader,
  GetAclRequestHeader,
  ListAclsRequestHeader,
  UpdateAclRequestHeader,
} from '../../../../codec/header/auth.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'

export async function createAclAt(
  admin: MqAdminClient,
  address: string,
  acl: AclInfo,
): Promise<void> {
  const header = CreateAclRequestHeader.encode({ subject: acl.subject })
  const body = AclInfo.encode(acl)
  await admin.invoke(address, { code: RequestCode.AUTH_CREATE_ACL, header, body })
}

export async function updateAclAt(
  admin: MqAdminClient,
  address: string,
  acl: AclInfo,
): Promise<void> {
  const header = UpdateAclRequestHeader.encode({ subject: acl.subject })
  const body = AclInfo.encode(acl)
  await admin.invoke(address, { code: RequestCode.AUTH_UPDATE_ACL, header, body })
}

/** Takes the rights to one resource, or all that the subject has. */
export async function deleteAclAt(
  admin: MqAdminClient,
  address: string,
  subject: string,
  resource: string | undefined,
): Promise<void> {
  const header = DeleteAclRequestHeader.encode({ subject, resource })
  await admin.invoke(address, { code: RequestCode.AUTH_DELETE_ACL, header })
}

/** Resolves with undefined when the subject has no rights. */
export async function getAclAt(
  admin: MqAdminClient,
  address: string,
  subject: string | undefined,
): Promise<AclInfo | undefined> {
  const header = GetAclRequestHeader.encode({ subject })
  const { body } = await admin.invoke(address, { code: RequestCode.AUTH_GET_ACL, header })
  return body === undefined || body.length === 0 ? undefined : AclInfo.decode(body)
}

/** The rights of subjects and to resources whose names contain the filters. */
export async function listAclsAt(
  admin: MqAdminClient,
  address: string,
  subjectFilter?: string,
  resourceFilter?: string,
): Promise<AclInfo[]> {
  const header = ListAclsRequestHeader.encode({ subjectFilter, resourceFilter })
  const { body } = await admin.invoke(address, { code: RequestCode.AUTH_LIST_ACL, header })
  return body === undefined || body.length === 0 ? [] : decodeAclInfos(body)
}
