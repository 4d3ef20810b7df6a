import type { ConfigOf } from './option.ts'
import { boolean, oneOf, optionalString, string, systemProperties } from './option.ts'

/**
 * Apache reads these from Java's system properties (`-Dtls.server.mode=...`), all but the first three also from
 * `tls.config.file`. Here they may stand in the server's configuration file and the environment as well. They are no part of
 * what GET_BROKER_CONFIG tells. Source: remoting.netty.TlsSystemConfig
 */
export const TLS_OPTIONS = systemProperties({
  'tls.server.mode': oneOf(['disabled', 'permissive', 'enforcing'], 'permissive', {
    text: 'Whether clients may, or must, connect by TLS, on the same port.',
  }),
  'tls.enable': oneOf(['true', 'false', ''], '', {
    text: 'Whether the server connects to others by TLS. Empty: when its own `tls.server.mode` is enforcing.',
  }),
  'tls.config.file': string('/etc/rocketmq/tls.properties', {
    text: 'A file of the options below, which then count more than what is set elsewhere. It may be missing.',
  }),
  'tls.test.mode.enable': boolean(true, {
    text: 'A self-signed certificate made at the first TLS connection; certificates of others are not checked.',
  }),
  'tls.server.need.client.auth': oneOf(['none', 'optional', 'require'], 'none', {
    text: 'Whether clients are asked for a certificate, and must have one.',
  }),
  'tls.server.keyPath': optionalString({ text: 'Private key of the server, PEM.' }),
  'tls.server.keyPassword': optionalString({ secret: true, text: 'Password of that key.' }),
  'tls.server.certPath': optionalString({ text: 'Certificate chain of the server, PEM.' }),
  'tls.server.authClient': boolean(false, {
    text: 'Whether certificates of clients must be signed by one in `tls.server.trustCertPath`.',
  }),
  'tls.server.trustCertPath': optionalString({ text: 'Trusted certificates for clients, PEM.' }),
  'tls.client.keyPath': optionalString({ text: 'Private key for connections to others, PEM.' }),
  'tls.client.keyPassword': optionalString({ secret: true, text: 'Password of that key.' }),
  'tls.client.certPath': optionalString({
    text: 'Certificate chain for connections to others, PEM.',
  }),
  'tls.client.authServer': boolean(false, {
    text: 'Whether certificates of other servers must be signed by one in `tls.client.trustCertPath`.',
  }),
  'tls.client.trustCertPath': optionalString({
    text: 'Trusted certificates for other servers, PEM. Not set: the authorities that Node knows.',
  }),
})

export type TlsConfig = ConfigOf<typeof TLS_OPTIONS>

/** The keys that count when they stand in `tls.config.file`. */
export const TLS_FILE_KEYS = [
  'tls.test.mode.enable',
  'tls.server.need.client.auth',
  'tls.server.keyPath',
  'tls.server.keyPassword',
  'tls.server.certPath',
  'tls.server.authClient',
  'tls.server.trustCertPath',
  'tls.client.keyPath',
  'tls.client.keyPassword',
  'tls.client.certPath',
  'tls.client.authServer',
  'tls.client.trustCertPath',
] as const satisfies readonly (keyof TlsConfig)[]
