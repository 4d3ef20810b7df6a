import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { Logger } from '../../common/logger.ts'
import { fingerprint, pemFiles, readPem } from './pem-files.ts'
import { selfSigned } from './self-signed.ts'
import { TlsAcceptor } from './tls-acceptor.ts'
import type { PemFile, TlsServerSettings } from './tls-settings.ts'

export interface TlsServerContextDeps {
  readonly settings: TlsServerSettings
  readonly fileSystem: FileSystem
  readonly clock: Clock
  readonly logger: Logger
}

/** Source: srvutil.FileWatchService */
const LOOK_PERIOD_MS = 500

/**
 * What a server needs to speak TLS. Its files are looked at again when a connection comes, at most twice a second: when they
 * have changed, new connections get the new certificate. Files that do not fit together (one of two is replaced already) change nothing.
 *
 * Apache: remoting.netty.TlsHelper#buildSslContext, common.TlsCertificateManager
 */
export class TlsServerContext {
  readonly #deps: TlsServerContextDeps
  readonly #files: readonly PemFile[]
  #current: TlsAcceptor | undefined
  #selfSigned: Promise<TlsAcceptor> | undefined
  /** Of the files that are in use, and of those that were looked at last. */
  #fingerprint = ''
  #seen = ''
  #lookedMs = 0

  constructor(deps: TlsServerContextDeps) {
    const { keyPath, certPath, authClient, trustCertPath } = deps.settings
    this.#deps = deps
    this.#files = pemFiles({
      'tls.server.keyPath': keyPath,
      'tls.server.certPath': certPath,
      'tls.server.trustCertPath': authClient ? trustCertPath : undefined,
    })
  }

  get mode(): TlsServerSettings['mode'] {
    return this.#deps.settings.mode
  }

  /** Reads the files for the first time. @throws Error with a line that names the option that is wrong */
  load(): void {
    const { mode, testMode, certPath, keyPath } = this.#deps.settings
    if (mode === 'disabled' || testMode) return
    if (certPath !== undefined && keyPath !== undefined) this.#reload()
    else if (mode === 'enforcing') {
      throw new Error(
        'tls.server.mode=enforcing: tls.server.keyPath and tls.server.certPath must be set',
      )
    }
  }

  /** For the next connection; undefined: there is no certificate to show. */
  async current(): Promise<TlsAcceptor | undefined> {
    const { settings, logger } = this.#deps
    if (settings.testMode) return this.#testAcceptor()
    if (this.#current === undefined) return undefined
    if (!this.#haveFilesChanged()) return this.#current
    try {
      this.#reload()
      logger.info({ files: this.#files.map(({ path }) => path) }, 'TLS certificates reloaded')
    } catch (error) {
      logger.warn({ error: toError(error).message }, 'TLS certificates changed, the old ones stay')
    }
    return this.#current
  }

  /** Why the client of an established connection is not let in; undefined: it is. */
  refusal(socket: TLSSocket): string | undefined {
    const { testMode, needClientAuth, authClient } = this.#deps.settings
    if (testMode || needClientAuth === 'none') return undefined
    const hasCertificate = Object.keys(socket.getPeerCertificate()).length > 0
    if (!hasCertificate) return needClientAuth === 'require' ? 'it shows no certificate' : undefined
    if (!authClient || socket.authorized) return undefined
    return `its certificate is not trusted: ${String(socket.authorizationError)}`
  }

  #testAcceptor(): Promise<TlsAcceptor> {
    this.#selfSigned ??= selfSigned(this.#deps.clock.now())
      .then((identity) => new TlsAcceptor(identity))
      .catch((error: unknown) => {
        this.#selfSigned = undefined
        throw error
      })
    return this.#selfSigned
  }

  #haveFilesChanged(): boolean {
    const { clock, fileSystem } = this.#deps
    const nowMs = clock.monotonic()
    if (nowMs - this.#lookedMs < LOOK_PERIOD_MS) return false
    this.#lookedMs = nowMs
    const before = this.#seen
    this.#seen = fingerprint(fileSystem, this.#files)
    return this.#seen !== before && this.#seen !== this.#fingerprint
  }

  #reload(): void {
    const { fileSystem, settings } = this.#deps
    const seen = fingerprint(fileSystem, this.#files)
    const pem = new Map(this.#files.map((file) => [file.key, readPem(fileSystem, file)]))
    const { keyPassword } = settings
    this.#current = new TlsAcceptor({
      key: pem.get('tls.server.keyPath'),
      cert: pem.get('tls.server.certPath'),
      ca: pem.get('tls.server.trustCertPath'),
      ...(keyPassword !== undefined && { passphrase: keyPassword }),
      requestCert: settings.needClientAuth !== 'none',
      // Judged by `refusal`: Apache lets in clients without a certificate, or does not check it.
      rejectUnauthorized: false,
    })
    this.#fingerprint = seen
    this.#seen = seen
  }
}
