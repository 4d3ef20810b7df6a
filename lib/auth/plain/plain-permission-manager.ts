import type { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { Clock } from '../../common/clock.ts'
import { toError } from '../../common/errors.ts'
import type { Logger } from '../../common/logger.ts'
import { ACCESS_KEY, calSignature, isSameSignature, SIGNATURE } from '../acl-signer.ts'
import { neededAccess, type NeededAccess } from './needed-access.ts'
import { checkResourcePerms, Permission } from './permission.ts'
import type { PlainAccessConfig, PlainAccessData, PlainDataVersion } from './plain-access-data.ts'
import type { PlainAccessFiles } from './plain-access-files.ts'
import { checkKeys, PlainAccount } from './plain-account.ts'
import { remoteAddressStrategy, type RemoteAddressStrategy } from './remote-address-strategy.ts'

/** How often files are looked at for changes, while requests come. */
const LOOK_PERIOD_MS = 500
const TRACE_TOPIC = 'RMQ_SYS_TRACE_TOPIC'

export interface PlainPermissionManagerDeps {
  readonly files: PlainAccessFiles
  /** The broker's. */
  readonly clusterName: string
  readonly clock: Clock
  readonly logger: Logger
}

/** What is in all files, made ready. */
interface Accounts {
  readonly byKey: ReadonlyMap<string, PlainAccount>
  readonly fileByKey: ReadonlyMap<string, string>
  readonly globalWhite: readonly RemoteAddressStrategy[]
}

const NOBODY: Accounts = { byKey: new Map(), fileByKey: new Map(), globalWhite: [] }

/**
 * The accounts of 4.x's access control: who signs how, and may do what. Files that change are taken up by the next request; where
 * they are wrong, what was known before stays.
 *
 * Apache: acl.plain.PlainPermissionManager
 */
export class PlainPermissionManager {
  readonly #files: PlainAccessFiles
  readonly #clusterName: string
  readonly #clock: Clock
  readonly #logger: Logger
  #accounts = NOBODY
  #fingerprint = ''
  #lookedMs = 0

  constructor({ files, clusterName, clock, logger }: PlainPermissionManagerDeps) {
    this.#files = files
    this.#clusterName = clusterName
    this.#clock = clock
    this.#logger = logger
  }

  /** Opens the files and reads them. @throws AclError (rejects) when one is wrong */
  async open(): Promise<void> {
    await this.#files.open()
    this.load()
  }

  /** Reads all files. @throws AclError when one is wrong; nothing changes then */
  load(): void {
    this.#lookedMs = this.#clock.monotonic()
    this.#fingerprint = this.#files.fingerprint()
    this.#accounts = this.#read(new Map())
  }

  /** What the files say, those in `changed` as they are about to be. */
  #read(changed: ReadonlyMap<string, PlainAccessData>): Accounts {
    const files = new Set([...this.#files.list(), ...changed.keys()])
    const byKey = new Map<string, PlainAccount>()
    const fileByKey = new Map<string, string>()
    const globalWhite: RemoteAddressStrategy[] = []
    for (const file of files) {
      const { accounts, globalWhiteRemoteAddresses } = changed.get(file) ?? this.#files.read(file)
      for (const address of globalWhiteRemoteAddresses) {
        globalWhite.push(remoteAddressStrategy(address))
      }
      for (const account of accounts.map((config) => new PlainAccount(config))) {
        if (byKey.has(account.accessKey)) {
          this.#logger.warn({ accessKey: account.accessKey, file }, 'account is there twice')
          continue
        }
        byKey.set(account.accessKey, account)
        fileByKey.set(account.accessKey, file)
      }
    }
    return { byKey, fileByKey, globalWhite }
  }

  /** Why a request from `address` must not pass; undefined: it may. */
  findProblem(request: RemotingCommand, address: string): string | undefined {
    this.#takeUpChanges()
    const { globalWhite, byKey } = this.#accounts
    if (globalWhite.some((isWhite) => isWhite(address))) return undefined
    const accessKey = request.extFields?.[ACCESS_KEY]
    if (accessKey === undefined) return 'No accessKey is configured'
    const account = byKey.get(accessKey)
    if (account === undefined) return `No acl config for ${accessKey}`
    if (account.isWhite(address)) return undefined
    const signature = request.extFields?.[SIGNATURE] ?? ''
    if (!isSameSignature(calSignature(request, account.secretKey), signature)) {
      return `Check signature failed for accessKey=${accessKey}`
    }
    return checkRights(account, request, this.#clusterName)
  }

  /** Adds an account, to the default file, or changes one. @throws AclError when it is wrong, an error of the file system */
  updateAccessConfig(config: PlainAccessConfig): void {
    checkKeys(config)
    checkResourcePerms(config.topicPerms ?? [])
    checkResourcePerms(config.groupPerms ?? [])
    new PlainAccount(config)
    const file = this.#accounts.fileByKey.get(config.accessKey) ?? this.#files.defaultFile
    this.#change(file, (data) => {
      const old = data.accounts.find(({ accessKey }) => accessKey === config.accessKey)
      return { ...data, accounts: [...without(data, config.accessKey), merged(old, config)] }
    })
  }

  /** False when there is no such account. @throws an error of the file system */
  deleteAccessConfig(accessKey: string): boolean {
    const file = this.#accounts.fileByKey.get(accessKey)
    if (file === undefined) return false
    this.#change(file, (data) => ({ ...data, accounts: without(data, accessKey) }))
    return true
  }

  /**
   * Replaces the white list of a file, the default one for an empty path. False when it is none of the files: Apache takes every
   * file below its home directory. @throws AclError for what is no address, an error of the file system
   */
  updateGlobalWhiteAddrsConfig(addresses: readonly string[], path: string): boolean {
    for (const address of addresses) remoteAddressStrategy(address)
    const file = path === '' ? this.#files.defaultFile : path
    if (!this.#files.list().includes(file)) return false
    this.#change(file, (data) => ({ ...data, globalWhiteRemoteAddresses: addresses }))
    return true
  }

  /** Of the default file: how often tools have changed it. */
  get dataVersion(): PlainDataVersion {
    return this.#files.read(this.#files.defaultFile).dataVersion ?? { counter: 0, timestamp: 0 }
  }

  /** Writes nothing unless all files are right with the change, so that what is written counts. */
  #change(file: string, change: (data: PlainAccessData) => PlainAccessData): void {
    const data = this.#files.read(file)
    const counter = (data.dataVersion?.counter ?? 0) + 1
    const dataVersion = { counter, timestamp: this.#clock.now() }
    const next = { ...change(data), dataVersion }
    const accounts = this.#read(new Map([[file, next]]))
    this.#files.write(file, next)
    this.#accounts = accounts
  }

  #takeUpChanges(): void {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#lookedMs < LOOK_PERIOD_MS) return
    this.#lookedMs = nowMs
    if (this.#files.fingerprint() === this.#fingerprint) return
    try {
      this.load()
      this.#logger.info({ accounts: this.#accounts.byKey.size }, 'accounts reloaded')
    } catch (error) {
      this.#logger.warn({ error: toError(error).message }, 'accounts changed, the old ones stay')
    }
  }
}

/** What traces messages needs no right but the topic of traces. */
function checkRights(
  account: PlainAccount,
  request: RemotingCommand,
  clusterName: string,
): string | undefined {
  let needed: NeededAccess
  try {
    needed = neededAccess(request, clusterName)
  } catch (error) {
    return toError(error).message
  }
  if (needed.resources.get(TRACE_TOPIC) === Permission.PUB) return undefined
  return account.problemWith(needed)
}

function without({ accounts }: PlainAccessData, accessKey: string): PlainAccessConfig[] {
  return accounts.filter((account) => account.accessKey !== accessKey)
}

/** What is not told stays as it was. Source: acl.plain.PlainPermissionManager#createAclAccessConfigMap */
function merged(old: PlainAccessConfig | undefined, config: PlainAccessConfig): PlainAccessConfig {
  return {
    ...config,
    whiteRemoteAddress: config.whiteRemoteAddress ?? old?.whiteRemoteAddress,
    defaultTopicPerm: config.defaultTopicPerm || old?.defaultTopicPerm,
    defaultGroupPerm: config.defaultGroupPerm || old?.defaultGroupPerm,
    topicPerms: config.topicPerms ?? old?.topicPerms,
    groupPerms: config.groupPerms ?? old?.groupPerms,
  }
}
