import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ResponseCode } from '../../codec/response-code.ts'
import { parseAddress, type Address } from '../common/address.ts'
import { errorCode, toError } from '../common/errors.ts'
import { RemotingError } from './errors.ts'
import type { Sweepable } from './sweeper.ts'
import type { TlsClientContext } from './tls/tls-client-context.ts'

/** A connection being made. It ends in exactly one way: connected, refused, timed out or given up. */
export class ConnectAttempt implements Sweepable {
  readonly socket: Socket
  /** Resolves when `socket` is connected. Rejects with a RemotingError; the socket is destroyed then. */
  readonly connected: Promise<void>
  readonly #deadlineMs: number

  /**
   * `deadlineMs` is a monotonic time, seen by `sweep`.
   * @throws RemotingError RPC_ADDR_IS_NULL when `address` is not `host:port`; RPC_SEND_TO_CHANNEL_FAILED when a file that
   * `tls` needs cannot be read
   */
  constructor(address: string, deadlineMs: number, tls?: TlsClientContext) {
    const { host, port } = addressOf(address)
    this.#deadlineMs = deadlineMs
    this.socket = tls === undefined ? connect({ host, port }) : connectSecure(address, tls)
    this.socket.setNoDelay(true)
    this.connected = new Promise((resolve, reject) => {
      this.socket.once(tls === undefined ? 'connect' : 'secureConnect', resolve)
      this.socket.once('error', (error) =>
        reject(connectError(address, errorCode(error) ?? error.message)),
      )
      this.socket.once('close', () => reject(connectError(address, 'the connection was closed')))
    })
  }

  sweep(nowMs: number): void {
    if (nowMs >= this.#deadlineMs) this.fail('timed out')
  }

  fail(reason: string): void {
    this.socket.destroy(new Error(reason))
  }
}

function connectSecure(address: string, tls: TlsClientContext): Socket {
  try {
    return connectTls({ ...addressOf(address), ...tls.connectionOptions() })
  } catch (error) {
    throw connectError(address, toError(error).message)
  }
}

/** @throws RemotingError RPC_ADDR_IS_NULL */
function addressOf(address: string): Address {
  const parts = parseAddress(address)
  if (parts !== undefined) return parts
  throw new RemotingError(
    ResponseCode.RPC_ADDR_IS_NULL,
    `${JSON.stringify(address)} is not an address of the form host:port`,
  )
}

export function connectError(address: string, why: string): RemotingError {
  return new RemotingError(
    ResponseCode.RPC_SEND_TO_CHANNEL_FAILED,
    `connect to <${address}> failed: ${why}`,
  )
}
