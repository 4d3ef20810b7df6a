import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Servers } from './servers.ts'

/** What a suite offers beside the members' actions, by `<member>/<action>`. */
export type ControlActions = Readonly<Record<string, () => Promise<void>>>

/**
 * Lets client programs act on the servers: `POST /<member>/<action>` with the actions `start`, `stop`, `restart`,
 * `kill9` and `kill9-and-start`, answered by 200 when done (a started server is ready), by 500 and the reason else.
 * Suites add actions of their own, such as `store/verify`. `GET /<member>/address` gives host and port; `GET /` the members' names, one per line.
 */
export class ControlEndpoint {
  readonly #server: http.Server
  readonly #servers: Servers
  readonly #actions: ControlActions

  constructor(servers: Servers, actions: ControlActions) {
    this.#servers = servers
    this.#actions = actions
    this.#server = http.createServer((request, response) => {
      this.#handle(request.method ?? '', request.url ?? '').then(
        (text) => response.writeHead(200).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
    // A connection that is closed while the next request comes would fail it: cases wait longer than Node's 5 s between two.
    this.#server.keepAliveTimeout = 0
  }

  /** Resolves to its URL, without a slash at the end. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #handle(method: string, url: string): Promise<string> {
    const [, member = '', action = ''] = url.split('/')
    if (method === 'GET' && member === '') return this.#servers.memberNames.join('\n')
    if (method === 'GET' && action === 'address') return this.#servers.address(member)
    if (method !== 'POST') throw new Error(`not offered: ${method} ${url}`)
    await this.#act(member, action)
    return 'done'
  }

  async #act(member: string, action: string): Promise<void> {
    const own = this.#actions[`${member}/${action}`]
    if (own !== undefined) return own()
    switch (action) {
      case 'start':
        return this.#servers.start(member)
      case 'stop':
        return this.#servers.stop(member)
      case 'restart':
        return this.#servers.restart(member)
      case 'kill9':
        return this.#servers.kill9(member)
      case 'kill9-and-start':
        await this.#servers.kill9(member)
        return this.#servers.start(member)
      default:
        throw new Error(`no action named ${action}`)
    }
  }
}
