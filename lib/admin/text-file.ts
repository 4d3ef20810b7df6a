import { dirname } from 'node:path'
import type { FileSystem } from '../common/file-system.ts'

/** Writes a file for people to read, with the directories that it stands in. */
export function writeTextFile(fileSystem: FileSystem, path: string, text: string): void {
  fileSystem.makeDirectory(dirname(path))
  const file = fileSystem.open(path, 'w')
  try {
    file.writeSync(Buffer.from(text, 'utf8'), 0)
  } finally {
    file.close()
  }
}
