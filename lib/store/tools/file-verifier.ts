import { offsetToFileName } from '../logfile/file-name.ts'
import type { FindingKind, FindingListener } from './finding.ts'
import type { SeriesFile } from './store-directory.ts'

/** Files of a series have one size, and each begins where the one before ends. */
export function verifySeries(
  kind: FindingKind,
  files: readonly SeriesFile[],
  onFinding: FindingListener,
): void {
  const fileSize = commonSize(files)
  files.forEach((file, index) => {
    const report = (text: string) =>
      onFinding({ severity: 'damage', kind, file: file.path, position: 0, text })
    const isLast = index === files.length - 1
    if (file.size === 0 && isLast) {
      const text = 'empty: a crash came while it was made'
      onFinding({ severity: 'repair', kind, file: file.path, position: 0, text })
      return
    }
    if (file.size !== fileSize) report(`${file.size} bytes instead of ${fileSize}`)
    const before = files[index - 1]
    if (before === undefined || file.startOffset === before.startOffset + fileSize) return
    const missing = offsetToFileName(before.startOffset + fileSize)
    report(`does not follow on ${before.path}: ${missing} is missing`)
  })
}

/** The size that most files have, apart from empty ones. */
function commonSize(files: readonly SeriesFile[]): number {
  const counts = new Map<number, number>()
  for (const { size } of files) if (size > 0) counts.set(size, (counts.get(size) ?? 0) + 1)
  let best = 0
  for (const [size, count] of counts) if (count > (counts.get(best) ?? 0)) best = size
  return best
}
