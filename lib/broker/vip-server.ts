import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import { toError } from '../common/errors.ts'
import type { Service } from '../common/service.ts'
import type { RemotingServerConfig, RemotingServerOptions } from '../remoting/index.ts'
import { RemotingError, RemotingServer } from '../remoting/index.ts'

/** How far below the broker's port the VIP port is. Source: common.MixAll#brokerVIPChannel */
const PORT_DISTANCE = 2

const EXCLUDED_CODES: ReadonlySet<number> = new Set([
  RequestCode.PULL_MESSAGE,
  RequestCode.LITE_PULL_MESSAGE,
  RequestCode.POP_MESSAGE,
  RequestCode.PEEK_MESSAGE,
  RequestCode.NOTIFICATION,
  RequestCode.POLLING_INFO,
])

/**
 * The "VIP channel": the broker's processors but those of pulls on a second port, which clients before 4.5.1 use for sends. The
 * broker runs without it when the port cannot be had.
 *
 * Apache: broker.BrokerController, fastRemotingServer
 */
export class VipServer implements Service {
  readonly #options: RemotingServerOptions
  #server: RemotingServer | undefined

  /** `options` are those of the broker's own server. */
  constructor(options: RemotingServerOptions) {
    this.#options = options
  }

  /** Without a fixed port of the broker's there is none that clients could know. */
  async start(): Promise<void> {
    const { config, dispatcher, logger } = this.#options
    const listenPort = config.listenPort - PORT_DISTANCE
    if (listenPort <= 0) return
    const server = new RemotingServer({ ...this.#options, config: { ...config, listenPort } })
    try {
      await server.start()
    } catch (error) {
      logger.warn({ listenPort, error: toError(error).message }, 'no VIP channel')
      return
    }
    this.#server = server
    dispatcher.registerRpcHook({
      doBeforeRequest: ({ code }, { localHost }) => {
        if (!EXCLUDED_CODES.has(code) || localHost.port !== listenPort) return
        const remark = ` request type ${code} not supported`
        throw new RemotingError(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark)
      },
    })
  }

  /** See RemotingServer#setLimits. */
  setLimits(config: RemotingServerConfig): void {
    this.#server?.setLimits(config)
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }
}
