import { dirname } from 'node:path'
import { toError } from './errors.ts'
import type { FileHandle, FileSystem } from './file-system.ts'

/**
 * Replaces a small state file so that a crash leaves the old content or the new, never a torn file: the new content is
 * written and synced beside it, the old file becomes `path.bak` (which Apache's loader, like ours, reads when the file
 * is missing or broken), the new one takes its place. Source: common.MixAll#string2File
 */
export function writeStateFile(
  fileSystem: FileSystem,
  path: string,
  content: string | Buffer,
): void {
  fileSystem.makeDirectory(dirname(path))
  replace(fileSystem, path, fileSystem.open(`${path}.tmp`, 'w'), content)
}

/** As writeStateFile, for what others must not know: nobody but the owner may read the file, nor the `.bak` beside it. */
export function writeSecretFile(
  fileSystem: FileSystem,
  path: string,
  content: string | Buffer,
): void {
  fileSystem.makeDirectory(dirname(path))
  for (const old of [path, `${path}.bak`]) if (fileSystem.exists(old)) fileSystem.makePrivate(old)
  replace(fileSystem, path, fileSystem.createPrivate(`${path}.tmp`), content)
}

function replace(
  fileSystem: FileSystem,
  path: string,
  temporary: FileHandle,
  content: string | Buffer,
): void {
  try {
    temporary.writeSync(Buffer.from(content), 0)
    temporary.datasyncSync()
  } finally {
    temporary.close()
  }
  moveIntoPlace(fileSystem, path)
  fileSystem.syncDirectory(dirname(path))
}

/** As writeStateFile, for files that are written while requests are served: the disk is not waited for in the loop. */
export async function writeStateFileAsync(
  fileSystem: FileSystem,
  path: string,
  content: string | Buffer,
): Promise<void> {
  fileSystem.makeDirectory(dirname(path))
  const handle = fileSystem.open(`${path}.tmp`, 'w')
  try {
    await handle.write(Buffer.from(content), 0)
    await handle.datasync()
  } finally {
    handle.close()
  }
  moveIntoPlace(fileSystem, path)
  await fileSystem.syncDirectoryAsync(dirname(path))
}

function moveIntoPlace(fileSystem: FileSystem, path: string): void {
  if (fileSystem.exists(path)) fileSystem.rename(path, `${path}.bak`)
  fileSystem.rename(`${path}.tmp`, path)
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
