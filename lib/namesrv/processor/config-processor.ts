import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { Logger } from '../../common/logger.ts'
import type { Configuration } from '../../config/configuration.ts'
import { ConfigError } from '../../config/errors.ts'
import { parseProperties } from '../../config/properties.ts'
import type { Channel, RequestProcessor } from '../../remoting/index.ts'
import { RemotingError } from '../../remoting/index.ts'

const ALWAYS_BLACK = ['configBlackList', 'configStorePath', 'kvConfigPath', 'rocketmqHome']

/**
 * UPDATE_NAMESRV_CONFIG (318) and GET_NAMESRV_CONFIG (319), both as `key=value` lines.
 * Apache: namesrv.processor.DefaultRequestProcessor#updateConfig, #getConfig
 */
export class ConfigProcessor implements RequestProcessor {
  readonly #configuration: Configuration
  readonly #blackList: ReadonlySet<string>
  readonly #logger: Logger

  /** `configBlackList`: more keys that may not be changed, joined by `;`. */
  constructor(configuration: Configuration, configBlackList: string, logger: Logger) {
    this.#configuration = configuration
    this.#blackList = new Set([...ALWAYS_BLACK, ...configBlackList.split(';')])
    this.#logger = logger
  }

  process(request: RemotingCommand, channel: Channel): RemotingCommand {
    if (request.code === RequestCode.UPDATE_NAMESRV_CONFIG) return this.#update(request, channel)
    const body = Buffer.from(this.#configuration.getAllConfigsFormatString(), 'utf8')
    return RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)
  }

  #update({ body }: RemotingCommand, channel: Channel): RemotingCommand {
    if (body === undefined) return RemotingCommand.response(ResponseCode.SUCCESS)
    const properties = parse(body.toString('utf8'))
    if ([...properties.keys()].some((key) => this.#blackList.has(key))) {
      throw new RemotingError(ResponseCode.NO_PERMISSION, 'Can not update config in black list.')
    }
    const client = channel.remoteHost.toString()
    this.#logger.info({ client, keys: [...properties.keys()] }, 'configuration update')
    try {
      this.#configuration.update(properties)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, error.message)
    }
    return RemotingCommand.response(ResponseCode.SUCCESS)
  }
}

function parse(text: string): Map<string, string> {
  try {
    return parseProperties(text)
  } catch {
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'string2Properties error')
  }
}
