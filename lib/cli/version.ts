import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileSystem } from '../common/file-system.ts'

/** Our version, and Apache's version to which we are compatible. */
export function readVersion(fileSystem: FileSystem): string {
  const { name, version } = findPackage(fileSystem)
  return `${name} ${version} (compatible with Apache RocketMQ 5.3.3), Node.js ${process.version}`
}

/** The nearest package.json above this file, which stands in lib/ or in what lib/ is compiled to. */
function findPackage(fileSystem: FileSystem): { name: string; version: string } {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!fileSystem.exists(join(directory, 'package.json'))) directory = dirname(directory)
  const text = fileSystem.readFile(join(directory, 'package.json')).toString('utf8')
  return JSON.parse(text) as { name: string; version: string }
}
