/** Bits of a message's sysFlag. Source: common.sysflag.MessageSysFlag */
export const MessageSysFlag = {
  COMPRESSED_FLAG: 1 << 0,
  MULTI_TAGS_FLAG: 1 << 1,
  TRANSACTION_NOT_TYPE: 0,
  TRANSACTION_PREPARED_TYPE: 1 << 2,
  TRANSACTION_COMMIT_TYPE: 2 << 2,
  TRANSACTION_ROLLBACK_TYPE: 3 << 2,
  BORNHOST_V6_FLAG: 1 << 4,
  STOREHOSTADDRESS_V6_FLAG: 1 << 5,
  NEED_UNWRAP_FLAG: 1 << 6,
  INNER_BATCH_FLAG: 1 << 7,
  COMPRESSION_LZ4_TYPE: 1 << 8,
  COMPRESSION_ZSTD_TYPE: 2 << 8,
  COMPRESSION_ZLIB_TYPE: 3 << 8,
  COMPRESSION_TYPE_COMPARATOR: 7 << 8,
} as const

/** The transaction type in a sysFlag: one of the four `TRANSACTION_*_TYPE`. */
export function getTransactionValue(sysFlag: number): number {
  return sysFlag & MessageSysFlag.TRANSACTION_ROLLBACK_TYPE
}

/** `sysFlag` with another transaction type. */
export function resetTransactionValue(sysFlag: number, type: number): number {
  return (sysFlag & ~MessageSysFlag.TRANSACTION_ROLLBACK_TYPE) | type
}

/** True when any bit of `flag` is set in `sysFlag`. */
export function hasFlag(sysFlag: number, flag: number): boolean {
  return (sysFlag & flag) !== 0
}
