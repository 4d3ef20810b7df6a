import { dirname } from 'node:path'
import type { FileSystem } from '../common/file-system.ts'

/** Writes a file for people to read, with the directories that it stands in. */
export function writeTextFile(fileSystem: FileSystem, path: string, text: string): void {
  writeFile(fileSystem, path, Buffer.from(text, 'utf8'))
}

/** Writes a file with the directories that it stands in. */
export function writeFile(fileSystem: FileSystem, path: string, bytes: Buffer): void {
  fileSystem.makeDirectory(dirname(path))
  const file = fileSystem.open(path, 'w')
  try {
    file.writeSync(bytes, 0)
  } finally {
    file.close()
  }
}
