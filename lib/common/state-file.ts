import { dirname } from 'node:path'
import { toError } from './errors.ts'
import type { FileSystem } from './file-system.ts'

/**
 * Replaces a small state file so that a crash leaves the old content or the new, never a torn file: the old one becomes
 * `path.bak` (which Apache's loader reads when the file is missing or broken), the new one is written beside it, synced
 * and renamed into place. Source: common.MixAll#string2File
 */
export function writeStateFile(
  fileSystem: FileSystem,
  path: string,
  content: string | Buffer,
): void {
  const directory = dirname(path)
  fileSystem.makeDirectory(directory)
  if (fileSystem.exists(path)) replaceFile(fileSystem, `${path}.bak`, fileSystem.readFile(path))
  replaceFile(fileSystem, path, Buffer.from(content))
  fileSystem.syncDirectory(directory)
}

function replaceFile(fileSystem: FileSystem, path: string, content: Buffer): void {
  const temporary = `${path}.tmp`
  const handle = fileSystem.open(temporary, 'w')
  try {
    handle.writeSync(content, 0)
    handle.datasyncSync()
  } finally {
    handle.close()
  }
  fileSystem.rename(temporary, path)
}

/**
 * The parsed content of `path`, or of `path.bak` when the file is missing, empty or does not parse; undefined when
 * neither is there. @throws the parser's error when what is there is broken in both places
 * Source: common.ConfigManager#load
 */
export function readStateFile<T>(
  fileSystem: FileSystem,
  path: string,
  parse: (text: string) => T,
): T | undefined {
  let firstError: Error | undefined
  for (const candidate of [path, `${path}.bak`]) {
    if (!fileSystem.exists(candidate)) continue
    const text = fileSystem.readFile(candidate).toString('utf8')
    if (text.trim() === '') continue
    try {
      return parse(text)
    } catch (error) {
      firstError ??= toError(error)
    }
  }
  if (firstError !== undefined) throw firstError
  return undefined
}
