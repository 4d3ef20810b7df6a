import { toError } from '../../common/errors.ts'
import type { FileSystem } from '../../common/file-system.ts'
import type { PemFile } from './tls-settings.ts'

/** @throws Error with a line that names the option, when the file cannot be read */
export function readPem(fileSystem: FileSystem, { key, path }: PemFile): Buffer {
  try {
    return fileSystem.readFile(path)
  } catch (error) {
    throw new Error(`${key}=${path}: cannot be read: ${toError(error).message}`, { cause: error })
  }
}

/** Changes whenever one of the files does. */
export function fingerprint(fileSystem: FileSystem, files: readonly PemFile[]): string {
  const facts = files.map(({ path }) => {
    const stat = fileSystem.stat(path)
    return stat === undefined ? 'missing' : `${stat.inode}:${stat.size}:${stat.modifiedMs}`
  })
  return facts.join(' ')
}

/** The files of an identity or of trusted certificates that are set. */
export function pemFiles(paths: Readonly<Record<string, string | undefined>>): PemFile[] {
  const entries = Object.entries(paths)
  return entries.flatMap(([key, path]) => (path === undefined ? [] : [{ key, path }]))
}
