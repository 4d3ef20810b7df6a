import { connect, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecure, type ConnectionOptions } from 'node:tls'
import { parseAddress, type Address } from '../common/address.ts'
import { ReplicationError } from './replication-error.ts'

/** How replication speaks TLS. */
export interface HATls {
  /** Takes up TLS on a connection that a slave has made. @throws (rejects) Error when it speaks none or is not let in */
  accept(socket: Socket): Promise<Socket>
  /** For a connection to a master. @throws Error with a line that names the option, when a file cannot be read */
  connectionOptions(): ConnectionOptions
}

export interface HASocketOptions {
  /** undefined: without TLS. */
  readonly tls: HATls | undefined
  readonly onread: OnReadOpts
  /** The connection is ready, TLS included. Called in a later turn. */
  readonly onConnect: () => void
}

/** Opens a connection to a master. @throws ReplicationError when `address` is none, and what HATls throws */
export function openHASocket(address: string, { tls, onread, onConnect }: HASocketOptions): Socket {
  const options = { ...addressOf(address), onread }
  const socket =
    tls === undefined
      ? connect(options, onConnect)
      : connectSecure({ ...options, ...tls.connectionOptions() }, onConnect)
  return socket.setNoDelay(true)
}

function addressOf(address: string): Address {
  const parts = parseAddress(address)
  if (parts !== undefined) return parts
  throw new ReplicationError('ADDRESS', `${JSON.stringify(address)} is not of the form host:port`)
}
