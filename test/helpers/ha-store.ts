import { SystemClock, type Clock } from '../../lib/common/clock.ts'
import { NodeFileSystem, type FileSystem } from '../../lib/common/file-system.ts'
import { DefaultHAService } from '../../lib/ha/default-ha-service.ts'
import type { ReplicationConfig } from '../../lib/config/replication-config.ts'
import type { LogCutter } from '../../lib/ha/log-parting.ts'
import type { HATls } from '../../lib/ha/ha-socket.ts'
import {
  DEFAULT_MESSAGE_STORE_CONFIG,
  DefaultMessageStore,
  type MessageStoreConfig,
} from '../../lib/store/message-store.ts'
import type { HAService, ReplicatedLog } from '../../lib/store/types.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SMALL_FILES } from './store.ts'

const DEFAULT_REPLICATION: ReplicationConfig = {
  haTlsEnable: false,
  haCopyWholeLog: false,
  haCutSlave: false,
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export interface HAStoreOptions {
  readonly directory: string
  readonly config?: Partial<MessageStoreConfig>
  readonly clock?: Clock
  readonly fileSystem?: FileSystem
  readonly aliveReplicas?: () => number | undefined
  readonly replication?: Partial<ReplicationConfig>
  readonly tls?: HATls
  readonly cutter?: LogCutter
}

/** A store that replicates, on a free port of 127.0.0.1, with its log and its replication to be looked at. */
export class HAStore {
  readonly store: DefaultMessageStore
  readonly logger = new RecordingLogger()
  readonly config: Writable<MessageStoreConfig>
  #log: ReplicatedLog | undefined

  constructor(options: HAStoreOptions) {
    const { directory, clock = new SystemClock(), fileSystem = new NodeFileSystem() } = options
    const config = {
      ...DEFAULT_MESSAGE_STORE_CONFIG,
      ...SMALL_FILES,
      storePathRootDir: directory,
      ...options.config,
    }
    this.config = config
    this.store = new DefaultMessageStore({
      config,
      clock,
      fileSystem,
      logger: this.logger,
      processId: 4711,
      createHAService: (log) => {
        this.#log = log
        const listen = { host: '127.0.0.1', port: 0 }
        const aliveReplicas = options.aliveReplicas ?? (() => undefined)
        return new DefaultHAService({
          log,
          config,
          replication: { ...DEFAULT_REPLICATION, ...options.replication },
          tls: options.tls,
          cutter: options.cutter,
          listen,
          aliveReplicas,
          clock,
          logger: this.logger,
        })
      },
    })
  }

  get log(): ReplicatedLog {
    if (this.#log === undefined) throw new Error('no log')
    return this.#log
  }

  get ha(): HAService {
    if (this.store.haService === undefined) throw new Error('no replication')
    return this.store.haService
  }

  /** Where slaves connect. Only after `start`. */
  get address(): string {
    return `127.0.0.1:${this.ha.listenPort}`
  }
}
