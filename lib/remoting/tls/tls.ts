import type { TlsClientContext } from './tls-client-context.ts'
import type { TlsServerContext } from './tls-server-context.ts'

/** How a server speaks TLS with those who connect to it, and with those that it connects to. */
export interface Tls {
  readonly server: TlsServerContext
  /** undefined: without TLS. */
  readonly client: TlsClientContext | undefined
}
