import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toError } from '../common/errors.ts'
import type { Logger } from '../common/logger.ts'
import type { Service } from '../common/service.ts'
import type { Health } from './health.ts'
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts'

export interface MonitorServerOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly health: Health
  /** What /metrics answers; undefined: nothing. */
  readonly metrics: (() => Promise<string>) | undefined
  readonly logger: Logger
}

interface Page {
  readonly status: number
  readonly type: string
  readonly text: string
}

const JSON_TYPE = 'application/json'
const MAX_CONNECTIONS = 64
/** A client gets so long for its request. */
const REQUEST_TIMEOUT_MS = 10_000

/**
 * GET /livez, /readyz, /healthz and /metrics by HTTP. One scrape at a time is worked out; who comes meanwhile shares its answer.
 */
export class MonitorServer implements Service {
  readonly #options: MonitorServerOptions
  readonly #server: Server
  #scrape: Promise<string> | undefined

  constructor(options: MonitorServerOptions) {
    this.#options = options
    this.#server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      void this.#answer(request, response)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Only after `start`. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** @throws Error when the address cannot be listened on */
  async start(): Promise<void> {
    const { host, port, logger } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, resolve)
    })
    this.#server.removeAllListeners('error')
    this.#server.on('error', (error) => logger.error({ err: error }, 'monitor server failed'))
    logger.info({ host, port: this.port }, 'monitor server listens')
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.#page(request).catch((error: unknown) => {
      this.#options.logger.error({ err: toError(error) }, 'monitor request failed')
      return { status: 500, type: 'text/plain', text: 'failed\n' }
    })
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
    response.end(request.method === 'HEAD' ? undefined : text)
  }

  async #page({ method, url = '' }: IncomingMessage): Promise<Page> {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'GET only\n')
    const { health, metrics } = this.#options
    const [path] = url.split('?')
    if (path === '/livez') return plain(200, 'ok\n')
    if (path === '/readyz' || path === '/healthz') return healthPage(health)
    if (path !== '/metrics' || metrics === undefined) return plain(404, 'not found\n')
    this.#scrape ??= metrics().finally(() => (this.#scrape = undefined))
    return { status: 200, type: PROMETHEUS_CONTENT_TYPE, text: await this.#scrape }
  }
}

function plain(status: number, text: string): Page {
  return { status, type: 'text/plain', text }
}

/** 200 when every component is up, else 503: the text says why. */
function healthPage(health: Health): Page {
  const components = health.components()
  const isReady = Object.values(components).every(({ status }) => status === 'UP')
  const report = { status: isReady ? 'UP' : 'DOWN', components }
  return { status: isReady ? 200 : 503, type: JSON_TYPE, text: JSON.stringify(report) + '\n' }
}
