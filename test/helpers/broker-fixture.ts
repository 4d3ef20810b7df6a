import { RemotingCommand } from '../../codec/remoting-command.ts'
import { BrokerController } from '../../lib/broker/broker-controller.ts'
import { createTopicConfigManager } from '../../lib/broker/topic/lmq-topic-config-manager.ts'
import { cqTypeOf } from '../../lib/broker/topic/topic-config.ts'
import { type Clock, SystemClock } from '../../lib/common/clock.ts'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import { type Logger, SILENT_LOGGER } from '../../lib/common/logger.ts'
import { Configuration } from '../../lib/config/configuration.ts'
import { loadConfigs } from '../../lib/config/load.ts'
import { BROKER_TABLES } from '../../lib/config/tables.ts'
import { RemotingClient } from '../../lib/remoting/index.ts'
import { DefaultMessageStore } from '../../lib/store/message-store.ts'
import { makeTempDirectory } from './temp-directory.ts'

const MACHINE = { home: '/nowhere', hostName: 'broker-a', processors: 2, environment: {} }
const DEFAULTS = {
  brokerName: 'broker-a',
  bindAddress: '127.0.0.1',
  listenPort: '0',
  mappedFileSizeCommitLog: String(4 * 1024 * 1024),
  mappedFileSizeConsumeQueue: '60000',
}
const TIMEOUT_MS = 5_000

/** A broker with its store in a temporary directory, and a client of it. Call `close` in `afterEach`. */
export class BrokerFixture {
  readonly #directory = makeTempDirectory()
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #settings: Record<string, string>
  #client: RemotingClient | undefined
  #broker: BrokerController | undefined

  constructor(
    settings: Record<string, string> = {},
    clock: Clock = new SystemClock(),
    logger: Logger = SILENT_LOGGER,
  ) {
    this.#clock = clock
    this.#logger = logger
    this.#settings = { ...DEFAULTS, storePathRootDir: this.#directory.path, ...settings }
  }

  get broker(): BrokerController {
    if (this.#broker === undefined) throw new Error('the broker is not started')
    return this.#broker
  }

  get storePath(): string {
    return this.#directory.path
  }

  async start(): Promise<void> {
    const entries = new Map(Object.entries(this.#settings))
    const loaded = loadConfigs(BROKER_TABLES, [{ source: 'test', entries }], MACHINE)
    const fileSystem = new NodeFileSystem()
    const shared = { clock: this.#clock, fileSystem, logger: this.#logger, processId: 1 }
    const { store } = loaded.configs
    const { configs } = loaded
    const topicConfigManager = createTopicConfigManager({
      ...{ ...shared, brokerConfig: configs.broker, storeConfig: configs.store },
    })
    this.#broker = new BrokerController({
      ...shared,
      topicConfigManager,
      configs: loaded.configs,
      configuration: new Configuration(loaded, {
        ...shared,
        path: `${this.#directory.path}/broker.conf`,
      }),
      messageStore: new DefaultMessageStore({
        ...shared,
        cqType: (topic) => cqTypeOf(topicConfigManager.topicConfigTable.get(topic)),
        config: store,
      }),
    })
    await this.#broker.start()
    this.#client = new RemotingClient({ clock: this.#clock, logger: SILENT_LOGGER })
    await this.#client.start()
  }

  /** The answer to a request over the one connection of this fixture. */
  invoke(code: number, extFields: Record<string, string> = {}, body?: Buffer) {
    const request = RemotingCommand.request(code, extFields, body)
    return this.#requireClient().invoke(this.broker.address.toString(), request, TIMEOUT_MS)
  }

  async stop(): Promise<void> {
    await this.#client?.stop()
    await this.#broker?.stop()
    this.#client = this.#broker = undefined
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async close(): Promise<void> {
    await this.stop()
    this.#directory.remove()
  }

  #requireClient(): RemotingClient {
    if (this.#client === undefined) throw new Error('the broker is not started')
    return this.#client
  }
}
