import { KVTable } from '../../../../codec/body/kv-table.ts'
import { GetBrokerConfigResponseHeader } from '../../../../codec/header/get-broker-config.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { Logger } from '../../../common/logger.ts'
import type { BrokerConfig } from '../../../config/broker-config.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { ConfigError } from '../../../config/errors.ts'
import { type Channel, RemotingError, type RequestProcessor } from '../../../remoting/index.ts'
import type { RuntimeInfo } from '../../metrics/runtime-info.ts'
import { string2Properties } from './string-to-properties.ts'

export interface BrokerAdminDeps {
  readonly brokerConfig: Pick<BrokerConfig, 'configBlackList'>
  readonly configuration: Configuration
  readonly runtimeInfo: RuntimeInfo
  /** Told when the broker's permission has changed, which the name servers must hear of. */
  readonly onPermissionChanged: () => void
  readonly logger: Logger
}

/**
 * Tells and changes the broker's configuration, tells how it is doing.
 *
 * Apache: broker.processor.AdminBrokerProcessor, the requests about the broker itself
 */
export class BrokerAdminProcessor implements RequestProcessor {
  static readonly requestCodes: readonly number[] = [
    RequestCode.UPDATE_BROKER_CONFIG,
    RequestCode.GET_BROKER_CONFIG,
    RequestCode.GET_BROKER_RUNTIME_INFO,
  ]

  readonly #deps: BrokerAdminDeps

  constructor(deps: BrokerAdminDeps) {
    this.#deps = deps
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand | Promise<RemotingCommand> {
    switch (request.code) {
      case RequestCode.UPDATE_BROKER_CONFIG:
        return this.#updateBrokerConfig(request, channel)
      case RequestCode.GET_BROKER_CONFIG:
        return this.#getBrokerConfig()
      default:
        return this.#getBrokerRuntimeInfo()
    }
  }

  #updateBrokerConfig({ body }: RemotingCommand, channel: Channel): RemotingCommand {
    if (body === undefined) return RemotingCommand.response(ResponseCode.SUCCESS)
    const properties = string2Properties(body)
    const caller = channel.remoteHost.toString()
    this.#deps.logger.info({ keys: [...properties.keys()], caller }, 'update broker config')
    if (this.#hasBlackListedKey(properties)) {
      const remark = 'Can not update config in black list.'
      throw new RemotingError(ResponseCode.NO_PERMISSION, remark)
    }
    try {
      this.#deps.configuration.update(properties)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, error.message)
    }
    if (properties.has('brokerPermission')) this.#deps.onPermissionChanged()
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }

  #hasBlackListedKey(properties: ReadonlyMap<string, string>): boolean {
    const blackList = this.#deps.brokerConfig.configBlackList.split(';')
    return blackList.some((key) => properties.has(key.trim()))
  }

  #getBrokerConfig(): RemotingCommand {
    const { configuration } = this.#deps
    const version = JSON.stringify(configuration.dataVersion)
    const fields = GetBrokerConfigResponseHeader.encode({ version })
    const body = Buffer.from(configuration.getAllConfigsFormatString())
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, fields, body)
  }

  async #getBrokerRuntimeInfo(): Promise<RemotingCommand> {
    const body = KVTable.encode({ table: await this.#deps.runtimeInfo.prepare() })
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }
}
