import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { errorCode } from '../../common/errors.ts'
import type { TlsServerContext } from './tls-server-context.ts'

/**
 * Takes up TLS on a connection that speaks nothing else.
 * @throws (rejects) Error when there is no certificate to show, the peer speaks no TLS, goes away or is not let in
 */
export async function acceptTls(socket: Socket, context: TlsServerContext): Promise<TLSSocket> {
  const acceptor = await context.current()
  if (acceptor === undefined) throw new Error('no certificate is set')
  if (socket.destroyed) throw new Error('the connection was closed')
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('the connection was closed')))
    acceptor.accept(socket, {
      onSecure(secure) {
        const refusal = context.refusal(secure)
        if (refusal === undefined) resolve(secure)
        else reject(new Error(`TLS: the peer is refused: ${refusal}`))
      },
      onFailure: (error) => reject(new Error(`TLS: ${errorCode(error) ?? error.message}`)),
    })
  })
}
