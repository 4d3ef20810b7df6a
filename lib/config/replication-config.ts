import type { ConfigOf } from './option.ts'
import { boolean, systemProperties } from './option.ts'

/** Our own: what Apache's replication does not have. Not told by GET_BROKER_CONFIG. */
export const REPLICATION_OPTIONS = systemProperties({
  haTlsEnable: boolean(false, {
    text: 'Replicate by TLS, with `tls.server.*` on the port for slaves and `tls.client.*` towards the master. On both sides or none; Apache has none.',
  }),
  haCopyWholeLog: boolean(false, {
    text: 'On a master: a slave that has nothing gets all of the log. false: from the last file on, as with Apache.',
  }),
  haCutSlave: boolean(false, {
    text: 'On a slave whose log has what that of its master has not: cut it where they part, and keep what is cut in `cut-<time>-<offset>` of the store. false: it follows no more.',
  }),
})

export type ReplicationConfig = ConfigOf<typeof REPLICATION_OPTIONS>
