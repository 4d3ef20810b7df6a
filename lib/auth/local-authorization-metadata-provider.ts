import { decodeAclInfos, encodeAclInfos } from '../../codec/body/acl-info.ts'
import type { FileSystem } from '../common/file-system.ts'
import { readStateFile, writeSecretFile } from '../common/state-file.ts'
import { toAclInfo, toPolicies } from './acl-converter.ts'
import type { Acl } from './policy.ts'

/**
 * The rights of users, in memory and in a JSON file that is written, and synced, at each change. Apache keeps them in a
 * RocksDB.
 *
 * Apache: auth.authorization.provider.LocalAuthorizationMetadataProvider
 */
export class LocalAuthorizationMetadataProvider {
  readonly #fileSystem: FileSystem
  readonly #path: string
  #acls = new Map<string, Acl>()

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem
    this.#path = path
  }

  /** Reads the file, if it is there. @throws CodecError or RemotingError when it is broken */
  load(): void {
    const infos = readStateFile(this.#fileSystem, this.#path, decodeAclInfos) ?? []
    for (const info of infos) {
      const { subject = '' } = info
      this.#acls.set(subject, { subject, policies: toPolicies(info) })
    }
  }

  getAcl(subject: string): Acl | undefined {
    return this.#acls.get(subject)
  }

  /** Sorted by subject, as RocksDB has them. */
  listAcl(): Acl[] {
    return [...this.#acls.values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.subject), Buffer.from(b.subject)),
    )
  }

  /** Adds rights, or replaces those of the subject. @throws an error of the file system; nothing changes then */
  putAcl(acl: Acl): void {
    this.#replace(new Map(this.#acls).set(acl.subject, acl))
  }

  /** @throws an error of the file system; nothing changes then */
  deleteAcl(subject: string): void {
    const acls = new Map(this.#acls)
    if (acls.delete(subject)) this.#replace(acls)
  }

  #replace(acls: Map<string, Acl>): void {
    const content = encodeAclInfos(Array.from(acls.values(), toAclInfo))
    writeSecretFile(this.#fileSystem, this.#path, content)
    this.#acls = acls
  }
}
