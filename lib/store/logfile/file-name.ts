const DIGITS = 20

/** A file's name: its first offset in 20 digits. Source: common.UtilAll#offset2FileName */
export function offsetToFileName(offset: number): string {
  return String(offset).padStart(DIGITS, '0')
}

/** The first offset of a file by its name; undefined for another file's name. */
export function fileNameToOffset(name: string): number | undefined {
  return /^\d{20}$/.test(name) ? Number(name) : undefined
}
