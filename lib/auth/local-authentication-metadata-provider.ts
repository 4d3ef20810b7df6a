import { decodeUserInfos, encodeUserInfos } from '../../codec/body/user-info.ts'
import type { FileSystem } from '../common/file-system.ts'
import { readStateFile, writeSecretFile } from '../common/state-file.ts'
import { type User, UserStatus, UserType, toUserChange } from './user.ts'

/**
 * The users, in memory and in a JSON file that is written, and synced, at each change. Apache keeps them in a RocksDB.
 *
 * Apache: auth.authentication.provider.LocalAuthenticationMetadataProvider
 */
export class LocalAuthenticationMetadataProvider {
  readonly #fileSystem: FileSystem
  readonly #path: string
  #users = new Map<string, User>()

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem
    this.#path = path
  }

  /** Reads the file, if it is there. @throws CodecError when it is broken */
  load(): void {
    const infos = readStateFile(this.#fileSystem, this.#path, decodeUserInfos) ?? []
    for (const info of infos) {
      const { username, password = '', ...kind } = toUserChange(info)
      if (username === undefined) continue
      const user = { userType: UserType.NORMAL, userStatus: UserStatus.ENABLE, ...kind }
      this.#users.set(username, { username, password, ...user })
    }
  }

  getUser(username: string): User | undefined {
    return this.#users.get(username)
  }

  /** Those whose name contains `filter`, sorted by name as RocksDB has them; all without a filter. */
  listUser(filter = ''): User[] {
    const isWanted = ({ username }: User) => filter.trim() === '' || username.includes(filter)
    return [...this.#users.values()]
      .filter(isWanted)
      .sort((a, b) => Buffer.compare(Buffer.from(a.username), Buffer.from(b.username)))
  }

  /** Adds a user, or replaces the one of the same name. @throws an error of the file system; nothing changes then */
  putUser(user: User): void {
    this.#replace(new Map(this.#users).set(user.username, user))
  }

  /** @throws an error of the file system; nothing changes then */
  deleteUser(username: string): void {
    const users = new Map(this.#users)
    if (users.delete(username)) this.#replace(users)
  }

  #replace(users: Map<string, User>): void {
    writeSecretFile(this.#fileSystem, this.#path, encodeUserInfos([...users.values()]))
    this.#users = users
  }
}
