/** What may be done with a topic or a broker, as bits. Source: common.constant.PermName */
export const PermName = {
  PERM_PRIORITY: 8,
  PERM_READ: 4,
  PERM_WRITE: 2,
  /** Topics may be created after this one's pattern. */
  PERM_INHERIT: 1,
} as const

/** Bit number of PERM_READ, for tables of what is forbidden. Source: PermName#INDEX_PERM_READ */
export const INDEX_PERM_READ = 2

export const PERM_READ_WRITE: number = PermName.PERM_READ | PermName.PERM_WRITE

export function isReadable(perm: number): boolean {
  return (perm & PermName.PERM_READ) !== 0
}

export function isWriteable(perm: number): boolean {
  return (perm & PermName.PERM_WRITE) !== 0
}

export function isInherited(perm: number): boolean {
  return (perm & PermName.PERM_INHERIT) !== 0
}

export function withoutWrite(perm: number): number {
  return perm & ~PermName.PERM_WRITE
}

/** `RW-`, as Apache prints it. */
export function perm2String(perm: number): string {
  return `${isReadable(perm) ? 'R' : '-'}${isWriteable(perm) ? 'W' : '-'}${isInherited(perm) ? 'X' : '-'}`
}
