/*
 * Looks into stores without opening them as a broker does: nothing is written, nothing is locked. Other folders import this
 * file only.
 */
export { dumpStore, type DumpFilter } from './dump.ts'
export type { Finding, FindingKind, Severity } from './finding.ts'
export { inspectStore, type StoreSummary, type TopicSummary } from './inspect.ts'
export { DEFAULT_STORE_SETTINGS, StoreDirectory, type StoreSettings } from './store-directory.ts'
export { verifyStore, type VerifyResult } from './verify.ts'
