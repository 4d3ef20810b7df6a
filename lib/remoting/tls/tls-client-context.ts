import type { ConnectionOptions } from 'node:tls'
import type { FileSystem } from '../../common/file-system.ts'
import { pemFiles, readPem } from './pem-files.ts'
import type { TlsClientSettings } from './tls-settings.ts'

/**
 * What connections to other servers need to speak TLS, read anew for each. As Apache's, they do not look at the host name in
 * a certificate: servers are called by address.
 *
 * Apache: remoting.netty.TlsHelper#buildSslContext
 */
export class TlsClientContext {
  readonly #settings: TlsClientSettings
  readonly #fileSystem: FileSystem

  constructor(settings: TlsClientSettings, fileSystem: FileSystem) {
    this.#settings = settings
    this.#fileSystem = fileSystem
  }

  /** @throws Error with a line that names the option, when a file cannot be read */
  connectionOptions(): ConnectionOptions {
    const { testMode, keyPath, certPath, keyPassword, authServer, trustCertPath } = this.#settings
    if (testMode) return { rejectUnauthorized: false }
    const files = pemFiles({
      'tls.client.keyPath': keyPath,
      'tls.client.certPath': certPath,
      'tls.client.trustCertPath': authServer ? trustCertPath : undefined,
    })
    const pem = new Map(files.map((file) => [file.key, readPem(this.#fileSystem, file)]))
    return {
      rejectUnauthorized: authServer,
      checkServerIdentity: () => undefined,
      key: pem.get('tls.client.keyPath'),
      cert: pem.get('tls.client.certPath'),
      ca: pem.get('tls.client.trustCertPath'),
      ...(keyPassword !== undefined && { passphrase: keyPassword }),
    }
  }
}
