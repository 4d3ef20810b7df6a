import path from 'node:path'
import { PullMessageRequestHeader } from '../../codec/header/pull-message.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { createBroker, type Broker } from '../../lib/broker-startup.ts'
import { SystemClock } from '../../lib/common/clock.ts'
import { NodeFileSystem } from '../../lib/common/file-system.ts'
import { loadConfigs } from '../../lib/config/load.ts'
import { BROKER_STARTUP_DEFAULTS, BROKER_TABLES } from '../../lib/config/tables.ts'
import { createNamesrv } from '../../lib/namesrv-startup.ts'
import { namesrvConfigs } from './namesrv.ts'
import { RecordingLogger } from './recording-logger.ts'
import { RawClient } from './remoting.ts'
import { makeTempDirectory } from './temp-directory.ts'

const MACHINE = { home: '/nowhere', hostName: 'broker-a', processors: 2, environment: {} }

/** A name server that lets slaves act as masters, and brokers of one name, each as it is started by its command. Call `close` in `afterEach`. */
export class BrokerGroup {
  readonly logger = new RecordingLogger()
  readonly #directory = makeTempDirectory()
  readonly #runtime = {
    clock: new SystemClock(),
    fileSystem: new NodeFileSystem(),
    logger: this.logger,
  }
  readonly #namesrv = createNamesrv(
    namesrvConfigs({
      supportActingMaster: 'true',
      notifyMinBrokerIdChanged: 'true',
      bindAddress: '127.0.0.1',
      listenPort: '0',
      kvConfigPath: path.join(this.#directory.path, 'kvConfig.json'),
      configStorePath: path.join(this.#directory.path, 'namesrv.properties'),
    }),
    undefined,
    this.#runtime,
  )
  #running: Broker[] = []

  start(): Promise<void> {
    return this.#namesrv.start()
  }

  get namesrvAddr(): string {
    return this.#namesrv.address.toString()
  }

  storePath(name: string): string {
    return path.join(this.#directory.path, name)
  }

  /** Starts a broker on the store `name`, which may have been another's. */
  async startBroker(name: string, settings: Record<string, string> = {}): Promise<Broker> {
    const entries = new Map([
      ...BROKER_STARTUP_DEFAULTS,
      ...Object.entries({
        brokerName: 'broker-a',
        bindAddress: '127.0.0.1',
        brokerIP1: '127.0.0.1',
        listenPort: '0',
        mappedFileSizeCommitLog: String(1024 * 1024),
        mappedFileSizeConsumeQueue: '60000',
        namesrvAddr: this.namesrvAddr,
        storePathRootDir: this.storePath(name),
        ...settings,
      }),
    ])
    const loaded = loadConfigs(BROKER_TABLES, [{ source: 'test', entries }], MACHINE)
    const broker = createBroker(loaded, undefined, this.#runtime)
    await broker.start()
    this.#running.push(broker)
    return broker
  }

  async stopBroker(broker: Broker): Promise<void> {
    this.#running = this.#running.filter((other) => other !== broker)
    await broker.stop()
  }

  async close(): Promise<void> {
    for (const broker of this.#running.splice(0).reverse()) await broker.stop()
    await this.#namesrv.stop()
    this.#directory.remove()
  }
}

export async function ask(address: string, request: RemotingCommand): Promise<RemotingCommand> {
  const [host, port] = address.split(':')
  const client = await RawClient.connect(Number(port), host)
  const response = await client.invoke(request)
  await client.close()
  return response
}

/** The answer to a pull that does not wait, and the bodies in it. */
export async function pull(address: string, topic: string, queueOffset = 0) {
  const header = PullMessageRequestHeader.encode({
    consumerGroup: 'CG',
    topic,
    queueId: 0,
    queueOffset,
    maxMsgNums: 32,
    sysFlag: 4,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG',
  })
  const response = await ask(address, RemotingCommand.request(RequestCode.PULL_MESSAGE, header))
  const { body = Buffer.alloc(0) } = response
  const bodies: string[] = []
  for (let at = 0; at < body.length; at += body.readInt32BE(at)) {
    const record = body.subarray(at, at + body.readInt32BE(at))
    bodies.push(decodeRecord(record).body.toString())
  }
  return { response, bodies }
}
