import { dirname } from 'node:path'
import type {
  DiskUsage,
  FileHandle,
  FileStat,
  FileSystem,
  OpenFlags,
} from '../../lib/common/file-system.ts'
import type { Random } from './random.ts'

const SECTOR = 512

interface SimFile {
  bytes: Buffer
  /** What a power loss leaves whatever happens. */
  synced: Buffer
  /** Writes and truncations since the last sync, in order. */
  unsynced: Change[]
  /** The entry in the directory survives a power loss. */
  isEntrySynced: boolean
}

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly length: number }

type Operation = 'open' | 'read' | 'write' | 'datasync' | 'create' | 'remove'

/** What may be made to fail: called before each opening, read and change; what it returns is thrown. */
export type Fault = (operation: Operation, path: string) => Error | undefined

export function simError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code })
}

/** A disk that is used to so many percent. */
export function simUsage(percent: number): DiskUsage {
  return { total: 1000, free: 1000 - percent * 10, available: 1000 - percent * 10 }
}

/**
 * A disk in memory. A process that uses it can be made to die at any change (`dieAfter`): from then on its calls do
 * nothing. `restart` gives the disk as the next process finds it: with everything after a kill; after a power loss
 * without, or with torn parts of, what had not been synced.
 */
export class SimFileSystem implements FileSystem {
  fault: Fault = () => undefined
  /** How full the disk under a path is. */
  usageOf: (path: string) => DiskUsage = () => simUsage(10)
  #files = new Map<string, SimFile>()
  /** Removed since their directory was last synced: they may come back. */
  #removed = new Map<string, SimFile>()
  #directories = new Set<string>()
  #changesLeft = Infinity
  #isDead = false
  #modifiedMs = new Map<string, number>()

  get isDead(): boolean {
    return this.#isDead
  }

  /** The process dies within its `changes`-th change from now. */
  dieAfter(changes: number): void {
    this.#changesLeft = changes
  }

  die(): void {
    this.#isDead = true
  }

  /** The disk for the next process; this one's calls do nothing any more. */
  restart(kind: 'kill' | 'power loss', random: Random): SimFileSystem {
    this.#isDead = true
    const next = new SimFileSystem()
    next.#directories = new Set(this.#directories)
    const files = new Map(this.#files)
    if (kind === 'power loss') {
      for (const [path, file] of this.#removed) {
        if (!files.has(path) && random.chance(0.5)) files.set(path, file)
      }
    }
    for (const [path, file] of files) {
      if (kind === 'kill') next.#files.set(path, copyOf(file))
      else if (file.isEntrySynced || random.chance(0.5))
        next.#files.set(path, afterLoss(file, random))
    }
    return next
  }

  /** Changes a file behind the store's back. */
  damage(path: string, change: (bytes: Buffer) => Buffer | void): void {
    const file = this.#find(path)
    file.bytes = change(file.bytes) ?? file.bytes
    file.synced = Buffer.from(file.bytes)
    file.unsynced = []
  }

  touch(path: string, modifiedMs: number): void {
    this.#modifiedMs.set(path, modifiedMs)
  }

  open(path: string, flags: OpenFlags): FileHandle {
    const exists = this.#files.has(path)
    if ((flags === 'r' || flags === 'r+') && !exists) throw simError('ENOENT')
    if (flags === 'wx+' && exists) throw simError('EEXIST')
    if (!exists) this.#create(path)
    this.check('open', path)
    const file = this.#find(path)
    if (flags === 'w') this.change(path, file, { kind: 'truncate', length: 0 })
    return new SimHandle(this, path, file)
  }

  createPrivate(path: string): FileHandle {
    this.remove(path)
    return this.open(path, 'wx+')
  }

  makePrivate(path: string): void {
    this.#find(path)
  }

  #create(path: string): void {
    this.check('create', path)
    if (!this.#count()) return
    const empty = Buffer.alloc(0)
    this.#files.set(path, { bytes: empty, synced: empty, unsynced: [], isEntrySynced: false })
    this.makeDirectory(dirname(path))
  }

  createSparse(path: string, length: number): FileHandle {
    const handle = this.open(path, 'wx+')
    handle.truncateSync(length)
    return handle
  }

  exists(path: string): boolean {
    return this.#files.has(path) || this.#directories.has(path)
  }

  stat(path: string): FileStat | undefined {
    const file = this.#files.get(path)
    const isDirectory = this.#directories.has(path)
    if (file === undefined && !isDirectory) return undefined
    const modifiedMs = this.#modifiedMs.get(path) ?? 0
    const size = file?.bytes.length ?? 0
    return { size, modifiedMs, isDirectory, device: 0xfe01, inode: 7 }
  }

  list(path: string): string[] {
    if (this.#files.has(path)) throw simError('ENOTDIR')
    const names = new Set<string>()
    for (const entry of [...this.#files.keys(), ...this.#directories]) {
      if (entry.startsWith(`${path}/`)) names.add(entry.slice(path.length + 1).split('/')[0] ?? '')
    }
    return [...names].sort()
  }

  makeDirectory(path: string): void {
    if (this.#isDead) return
    for (let at = path; at !== '/' && at !== '.'; at = dirname(at)) this.#directories.add(at)
  }

  readFile(path: string): Buffer {
    this.check('open', path)
    this.check('read', path)
    return Buffer.from(this.#find(path).bytes)
  }

  rename(from: string, to: string): void {
    if (!this.#count()) return
    const file = this.#find(from)
    this.#files.delete(from)
    this.#files.set(to, file)
  }

  remove(path: string): void {
    this.check('remove', path)
    if (!this.#count()) return
    for (const [name, file] of [...this.#files]) {
      if (name !== path && !name.startsWith(`${path}/`)) continue
      this.#files.delete(name)
      this.#removed.set(name, file)
    }
    for (const name of [...this.#directories]) {
      if (name === path || name.startsWith(`${path}/`)) this.#directories.delete(name)
    }
  }

  async syncDirectoryAsync(path: string): Promise<void> {
    this.syncDirectory(path)
  }

  /** On a dead disk it never ends. */
  async unlink(path: string): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(() => this.#isDead || resolve()))
    this.remove(path)
  }

  syncDirectory(path: string): void {
    if (this.#isDead) return
    for (const [name, file] of this.#files) if (dirname(name) === path) file.isEntrySynced = true
    for (const name of [...this.#removed.keys()]) {
      if (dirname(name) === path) this.#removed.delete(name)
    }
  }

  makeTemporaryDirectory(prefix: string): string {
    const path = `/tmp/${prefix}${this.#directories.size}`
    this.makeDirectory(path)
    return path
  }

  diskUsage(path: string): DiskUsage {
    return this.usageOf(path)
  }

  /** Applies a change; when the process dies in it, perhaps a part of it. */
  change(path: string, file: SimFile, change: Change): void {
    if (this.#isDead) return
    this.check('write', path)
    if (!this.#count()) return
    apply(file, change)
    file.unsynced.push(change)
  }

  sync(path: string, file: SimFile): void {
    if (this.#isDead) return
    this.check('datasync', path)
    if (!this.#count()) return
    file.synced = Buffer.from(file.bytes)
    file.unsynced = []
    file.isEntrySynced = true
  }

  #find(path: string): SimFile {
    const file = this.#files.get(path)
    if (file === undefined) throw simError('ENOENT')
    return file
  }

  /** Throws what is to fail. */
  check(operation: Operation, path: string): void {
    const error = this.#isDead ? undefined : this.fault(operation, path)
    if (error !== undefined) throw error
  }

  /** False when the process is dead, or dies with this change. */
  #count(): boolean {
    if (this.#isDead) return false
    this.#changesLeft--
    if (this.#changesLeft <= 0) this.#isDead = true
    return !this.#isDead
  }
}

function apply(file: SimFile, change: Change): void {
  const { bytes } = file
  if (change.kind === 'truncate') {
    const shorter = Buffer.alloc(change.length)
    bytes.copy(shorter)
    file.bytes = shorter
    return
  }
  const end = change.position + change.bytes.length
  if (end > bytes.length) file.bytes = Buffer.concat([bytes, Buffer.alloc(end - bytes.length)])
  change.bytes.copy(file.bytes, change.position)
}

function copyOf(file: SimFile): SimFile {
  return { ...file, bytes: Buffer.from(file.bytes), unsynced: [...file.unsynced] }
}

/** What was synced, with a random part of what was not; a write may be torn between sectors. */
function afterLoss(file: SimFile, random: Random): SimFile {
  const lost: SimFile = {
    bytes: Buffer.from(file.synced),
    synced: file.synced,
    unsynced: [],
    isEntrySynced: true,
  }
  for (const change of file.unsynced) {
    if (change.kind === 'truncate') apply(lost, change)
    else if (random.chance(0.6)) apply(lost, random.chance(0.3) ? torn(change, random) : change)
  }
  lost.synced = Buffer.from(lost.bytes)
  return lost
}

function torn(change: Change & { kind: 'write' }, random: Random): Change {
  const end = change.position + random.below(change.bytes.length + 1)
  const length = Math.max(Math.floor(end / SECTOR) * SECTOR - change.position, 0)
  return { ...change, bytes: change.bytes.subarray(0, length) }
}

class SimHandle implements FileHandle {
  readonly #fileSystem: SimFileSystem
  readonly #path: string
  readonly #file: SimFile

  constructor(fileSystem: SimFileSystem, path: string, file: SimFile) {
    this.#fileSystem = fileSystem
    this.#path = path
    this.#file = file
  }

  readSync(buffer: Buffer, position: number): number {
    this.#fileSystem.check('read', this.#path)
    return this.#file.bytes.copy(buffer, 0, position)
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    await this.#turn()
    return this.readSync(buffer, position)
  }

  writeSync(buffer: Buffer, position: number): void {
    const bytes = Buffer.from(buffer)
    this.#fileSystem.change(this.#path, this.#file, { kind: 'write', position, bytes })
  }

  async write(buffer: Buffer, position: number): Promise<void> {
    await this.#turn()
    this.writeSync(buffer, position)
  }

  writev(buffers: readonly Buffer[], position: number): Promise<void> {
    return this.write(Buffer.concat(buffers), position)
  }

  truncateSync(length: number): void {
    this.#fileSystem.change(this.#path, this.#file, { kind: 'truncate', length })
  }

  async datasync(): Promise<void> {
    await this.#turn()
    this.datasyncSync()
  }

  datasyncSync(): void {
    this.#fileSystem.sync(this.#path, this.#file)
  }

  sizeSync(): number {
    return this.#file.bytes.length
  }

  close(): void {
    return undefined
  }

  /** An asynchronous call of a dead process never ends. */
  #turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        if (!this.#fileSystem.isDead) resolve()
      })
    })
  }
}
