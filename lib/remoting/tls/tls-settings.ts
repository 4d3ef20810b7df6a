/** A key with its certificate, as paths of PEM files. */
export interface TlsIdentity {
  readonly keyPath: string | undefined
  readonly keyPassword: string | undefined
  readonly certPath: string | undefined
}

/** Source: remoting.netty.TlsSystemConfig */
export interface TlsServerSettings extends TlsIdentity {
  /** `permissive`: plain connections and TLS on one port; the other two close what they do not want. */
  readonly mode: 'disabled' | 'permissive' | 'enforcing'
  /** A self-signed certificate instead of the files. */
  readonly testMode: boolean
  readonly needClientAuth: 'none' | 'optional' | 'require'
  /** Whether a client's certificate must be signed by one in `trustCertPath`. */
  readonly authClient: boolean
  readonly trustCertPath: string | undefined
}

/** Source: remoting.netty.TlsSystemConfig */
export interface TlsClientSettings extends TlsIdentity {
  /** Certificates of servers are not looked at, and none is shown. */
  readonly testMode: boolean
  /** Whether a server's certificate must be signed by one in `trustCertPath`. */
  readonly authServer: boolean
  readonly trustCertPath: string | undefined
}

/** A file of certificates or keys, by the option that names it. */
export interface PemFile {
  readonly key: string
  readonly path: string
}
