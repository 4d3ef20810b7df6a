import fs from 'node:fs'
import path from 'node:path'
import { freePort } from '../harness/ports.ts'
import { ManagedProcess } from '../harness/process.ts'
import { accepts, routeBrokers } from '../harness/route-probe.ts'
import type { BrokerLauncher, NamesrvLauncher } from '../harness/servers.ts'
import { waitFor } from '../harness/wait.ts'

const READY_LIMIT_MS = 60_000
const SMALL_FILES = { mappedFileSizeCommitLog: 1024 * 1024 }
/** A send waits this long for a slave that is away; the slave comes back within seconds. */
const SLAVE_TIMEOUT_MS = 300

/** Lines of broker.conf. */
type BrokerSettings = Readonly<Record<string, string | number>>

/** One broker of the group: a directory and ports that stay, whatever program runs on them. */
export interface Place {
  readonly name: string
  readonly directory: string
  readonly port: number
}

/** A name server and the two places of a broker group, whose programs are chosen at each start. */
export class Group {
  readonly master: Place
  readonly slave: Place
  readonly #directory: string
  readonly #settings: BrokerSettings
  readonly #namesrvAddress: string
  readonly #processes = new Map<string, ManagedProcess>()

  private constructor(
    directory: string,
    namesrvPort: number,
    ports: readonly [number, number],
    settings: BrokerSettings,
  ) {
    this.#directory = directory
    this.#settings = settings
    this.#namesrvAddress = `127.0.0.1:${namesrvPort}`
    this.master = this.#place('master', ports[0])
    this.slave = this.#place('slave', ports[1])
  }

  /** Starts the name server. `settings` are those of all brokers. */
  static async start(
    directory: string,
    namesrv: NamesrvLauncher,
    settings: BrokerSettings = SMALL_FILES,
  ): Promise<Group> {
    const port = await freePort()
    const group = new Group(directory, port, [await freePort(), await freePort()], settings)
    const spec = { directory: group.#place('namesrv', port).directory, port }
    await group.#run('namesrv', namesrv(spec), async () => accepts(`127.0.0.1:${port}`))
    return group
  }

  /** What runs at these places. */
  processes(...places: readonly Place[]): ManagedProcess[] {
    return places.flatMap(({ name }) => this.#processes.get(name) ?? [])
  }

  get logFiles(): string[] {
    return [...this.#processes.values()].map(({ logFile }) => logFile)
  }

  /** A master that answers when its slave has the message. */
  startMaster(launch: BrokerLauncher, place = this.master): Promise<void> {
    return this.#startBroker(launch, place, {
      brokerRole: 'SYNC_MASTER',
      inSyncReplicas: 2,
      slaveTimeout: SLAVE_TIMEOUT_MS,
    })
  }

  startAsyncMaster(launch: BrokerLauncher, place: Place): Promise<void> {
    return this.#startBroker(launch, place, { brokerRole: 'ASYNC_MASTER' })
  }

  /** The name server tells it where its master is: Apache 5.3.3 never connects when haMasterAddress is set. */
  startSlave(launch: BrokerLauncher): Promise<void> {
    return this.#startBroker(launch, this.slave, {
      brokerRole: 'SLAVE',
      brokerId: 1,
      slaveReadEnable: true,
    })
  }

  stop({ name }: Place): Promise<void> | undefined {
    return this.#processes.get(name)?.stop()
  }

  kill9({ name }: Place): Promise<void> | undefined {
    return this.#processes.get(name)?.kill9()
  }

  async stopAll(): Promise<void> {
    for (const running of [...this.#processes.values()].reverse()) await running.stop(10_000)
  }

  #place(name: string, port: number): Place {
    const directory = path.join(this.#directory, name)
    fs.mkdirSync(directory, { recursive: true })
    return { name, directory, port }
  }

  async #startBroker(
    launch: BrokerLauncher,
    place: Place,
    settings: Readonly<Record<string, string | number | boolean>>,
  ): Promise<void> {
    const address = `127.0.0.1:${place.port}`
    const spec = {
      directory: place.directory,
      port: place.port,
      brokerName: 'broker-a',
      namesrvAddresses: [this.#namesrvAddress],
      settings: {
        brokerIP2: '127.0.0.1',
        haListenPort: place.port + 1,
        ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
        ...this.#settings,
      },
    }
    await this.#run(place.name, launch(spec), async () => {
      if (!(await accepts(address))) return false
      return (await routeBrokers(this.#namesrvAddress, 'TBW102')).includes('broker-a')
    })
  }

  async #run(
    name: string,
    command: ConstructorParameters<typeof ManagedProcess>[1],
    isReady: () => Promise<boolean>,
  ): Promise<void> {
    const logFile = path.join(this.#directory, `${name}.log`)
    const started = new ManagedProcess(name, command, logFile)
    this.#processes.set(name, started)
    started.start()
    await waitFor(`${name} is ready`, READY_LIMIT_MS, async () => {
      if (!started.running) throw new Error(started.failure)
      return isReady()
    })
  }
}
