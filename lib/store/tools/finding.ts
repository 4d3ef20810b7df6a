/**
 * `damage`: messages, or ways to find them, are lost or wrong. `repair`: left by a process that did not stop cleanly; the next
 * start of a broker mends it without loss. `note`: unusual, but not wrong.
 */
export type Severity = 'damage' | 'repair' | 'note'

export type FindingKind =
  | 'log-file'
  | 'log-record'
  | 'log-crc'
  | 'log-tail'
  | 'store-time'
  | 'queue-offset'
  | 'queue-file'
  | 'queue-unit'
  | 'queue-tags-code'
  | 'queue-ext'
  | 'queue-missing'
  | 'queue-beyond-log'
  | 'index-file'
  | 'index-entry'
  | 'index-chain'
  | 'index-header'
  | 'index-missing'
  | 'timer-log'
  | 'timer-unit'
  | 'timer-wheel'
  | 'checkpoint'
  | 'config'
  | 'not-checked'

/** Something in a store that is not as it should be, and where. */
export interface Finding {
  readonly severity: Severity
  readonly kind: FindingKind
  readonly file: string
  /** Bytes from the start of the file. */
  readonly position: number
  readonly text: string
}

export type FindingListener = (finding: Finding) => void
