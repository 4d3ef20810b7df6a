import type { FileSystem } from './file-system.ts'

/**
 * The used share of the file system under `path`, of what may be used at all: 0 to 1, rounded up to hundredths; -1 when
 * it cannot be told. Source: common.UtilAll#getDiskPartitionSpaceUsedPercent
 */
export function diskUsedRatio(
  fileSystem: Pick<FileSystem, 'exists' | 'diskUsage'>,
  path: string,
): number {
  if (!fileSystem.exists(path)) return -1
  const { total, free, available } = fileSystem.diskUsage(path)
  const used = total - free
  return total === 0 ? -1 : Math.ceil((used * 100) / (used + available)) / 100
}
