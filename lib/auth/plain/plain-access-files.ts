import { AssertionError } from 'node:assert'
import { join } from 'node:path'
import { toError } from '../../common/errors.ts'
import type { FileSystem } from '../../common/file-system.ts'
import { writeSecretFile } from '../../common/state-file.ts'
import { AclError } from './acl-error.ts'
import type { PlainAccessData, Yaml } from './plain-access-data.ts'
import { formatPlainAccessData, parsePlainAccessData } from './plain-access-data.ts'

/** How deep `conf/acl` is looked through. */
const MAX_DEPTH = 8
/** What tools sign with lies there too. Source: common.MixAll#ACL_CONF_TOOLS_FILE */
const TOOLS_FILE = 'tools.yml'

/** The files of accounts: `conf/acl` with all that is below, then `conf/plain_acl.yml`. Apache: acl.plain.PlainPermissionManager */
export class PlainAccessFiles {
  readonly defaultFile: string
  readonly #directory: string
  readonly #toolsFile: string
  readonly #fileSystem: FileSystem
  #yaml: Yaml | undefined

  constructor(fileSystem: FileSystem, rocketmqHome: string) {
    this.#fileSystem = fileSystem
    this.defaultFile = join(rocketmqHome, 'conf', 'plain_acl.yml')
    this.#directory = join(rocketmqHome, 'conf', 'acl')
    this.#toolsFile = join(rocketmqHome, 'conf', TOOLS_FILE)
  }

  /** Loads what reads and writes YAML. To be called before `read` and `write`. */
  async open(): Promise<void> {
    this.#yaml = await import('yaml')
  }

  /** Those that are there, in the order in which they count. */
  list(): string[] {
    const files = this.#listFiles(this.#directory, MAX_DEPTH)
    return this.#fileSystem.exists(this.defaultFile) ? [...files, this.defaultFile] : files
  }

  /** Changes whenever a file does, comes or goes. */
  fingerprint(): string {
    const facts = this.list().map((path) => {
      const stat = this.#fileSystem.stat(path)
      return `${path}:${stat?.inode}:${stat?.size}:${stat?.modifiedMs}`
    })
    return facts.join(' ')
  }

  /** Nothing where there is no file. @throws AclError that names the file, when it cannot be read */
  read(path: string): PlainAccessData {
    if (!this.#fileSystem.exists(path)) return parsePlainAccessData(this.#openYaml, '')
    try {
      const text = this.#fileSystem.readFile(path).toString('utf8')
      return parsePlainAccessData(this.#openYaml, text)
    } catch (error) {
      throw new AclError(`${path}: ${toError(error).message}`)
    }
  }

  /** @throws an error of the file system */
  write(path: string, data: PlainAccessData): void {
    writeSecretFile(this.#fileSystem, path, formatPlainAccessData(this.#openYaml, data))
  }

  get #openYaml(): Yaml {
    if (this.#yaml === undefined) throw new AssertionError({ message: 'the files are not open' })
    return this.#yaml
  }

  #listFiles(directory: string, depth: number): string[] {
    if (depth === 0 || this.#fileSystem.stat(directory)?.isDirectory !== true) return []
    return this.#fileSystem
      .list(directory)
      .sort()
      .map((name) => join(directory, name))
      .flatMap((path) => {
        if (path === this.#toolsFile) return []
        return /\.ya?ml$/.test(path) ? [path] : this.#listFiles(path, depth - 1)
      })
  }
}
