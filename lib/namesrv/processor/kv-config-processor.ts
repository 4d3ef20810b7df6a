import { KVTable } from '../../../codec/body/kv-table.ts'
import {
  DeleteKVConfigRequestHeader,
  GetKVConfigRequestHeader,
  GetKVConfigResponseHeader,
  GetKVListByNamespaceRequestHeader,
  PutKVConfigRequestHeader,
} from '../../../codec/header/kv-config.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'
import type { KVConfigManager } from '../kvconfig/kv-config-manager.ts'

/**
 * PUT_KV_CONFIG (100), GET_KV_CONFIG (101), DELETE_KV_CONFIG (102) and GET_KVLIST_BY_NAMESPACE (219).
 * Apache: namesrv.processor.DefaultRequestProcessor
 */
export class KVConfigProcessor implements RequestProcessor {
  readonly #kvConfig: KVConfigManager

  constructor(kvConfig: KVConfigManager) {
    this.#kvConfig = kvConfig
  }

  process(request: RemotingCommand): RemotingCommand {
    switch (request.code) {
      case RequestCode.PUT_KV_CONFIG:
        return this.#put(request)
      case RequestCode.GET_KV_CONFIG:
        return this.#get(request)
      case RequestCode.DELETE_KV_CONFIG:
        return this.#delete(request)
      default:
        return this.#list(request)
    }
  }

  #put({ extFields }: RemotingCommand): RemotingCommand {
    if (extFields?.namespace === undefined || extFields.key === undefined) {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'namespace or key is null')
    }
    const { namespace, key, value } = PutKVConfigRequestHeader.decode(extFields)
    this.#kvConfig.putKVConfig(namespace, key, value)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #get({ extFields }: RemotingCommand): RemotingCommand {
    const { namespace, key } = GetKVConfigRequestHeader.decode(extFields)
    const value = this.#kvConfig.getKVConfig(namespace, key)
    if (value === undefined) {
      const remark = `No config item, Namespace: ${namespace} Key: ${key}`
      throw new RemotingError(ResponseCode.QUERY_NOT_FOUND, remark)
    }
    const header = GetKVConfigResponseHeader.encode({ value })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, header)
  }

  #delete({ extFields }: RemotingCommand): RemotingCommand {
    const { namespace, key } = DeleteKVConfigRequestHeader.decode(extFields)
    this.#kvConfig.deleteKVConfig(namespace, key)
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #list({ extFields }: RemotingCommand): RemotingCommand {
    const { namespace } = GetKVListByNamespaceRequestHeader.decode(extFields)
    const table = this.#kvConfig.getKVListByNamespace(namespace)
    if (table === undefined) {
      const remark = `No config item, Namespace: ${namespace}`
      throw new RemotingError(ResponseCode.QUERY_NOT_FOUND, remark)
    }
    const body = KVTable.encode({ table: new Map(table) })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }
}
