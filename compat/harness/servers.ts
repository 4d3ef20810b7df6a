import fs from 'node:fs'
import path from 'node:path'
import { freePort } from './ports.ts'
import { type Command, ManagedProcess } from './process.ts'
import { accepts, routeBrokers } from './route-probe.ts'
import { waitFor } from './wait.ts'

const READY_LIMIT_MS = 90_000
const AUTO_CREATE_TOPIC = 'TBW102'
export const CLUSTER_NAME = 'CompatCluster'

/** What a server needs to know to be launched. `directory` is its own; all ports are on 127.0.0.1. */
export interface NamesrvSpec {
  readonly directory: string
  readonly port: number
  /** Further lines of the configuration file. */
  readonly settings?: Readonly<Record<string, string | number>>
}

export interface GatewaySpec extends NamesrvSpec {
  readonly namesrvAddresses: readonly string[]
}

export interface BrokerSpec extends GatewaySpec {
  readonly brokerName: string
  /** Lines of broker.conf in place of the usual ones. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** Makes a name server's command line (and writes its config). */
export type NamesrvLauncher = (spec: NamesrvSpec) => Command
/** Makes a broker's command line (and writes its config). */
export type BrokerLauncher = (spec: BrokerSpec) => Command
/** Makes the command line of a server between clients and brokers. */
export type GatewayLauncher = (spec: GatewaySpec) => Command
/** Makes the command line of name server and broker in one process. */
export type StandaloneLauncher = (spec: NamesrvSpec & { namesrvPort: number }) => Command

/** A kind of servers. */
export interface Pair {
  readonly namesrv: NamesrvLauncher
  readonly broker: BrokerLauncher
}

interface Member {
  readonly process: ManagedProcess
  readonly address: string
  /** Set for brokers: the name under which the name servers must know it before it counts as ready. */
  readonly brokerName: string | undefined
}

/**
 * The servers under test. Members: `broker`, `broker-b` (not started at first), and, unless both servers are one
 * process, `namesrv` and `namesrv-2`.
 */
export class Servers {
  readonly #directory: string
  readonly #members = new Map<string, Member>()
  readonly #namesrvs: { readonly member: string; readonly address: string }[] = []

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** Two name servers and a broker, each a process of its own; a second broker is prepared but not started. */
  static async startPair(
    directory: string,
    namesrv: NamesrvLauncher,
    broker: BrokerLauncher,
  ): Promise<Servers> {
    const servers = new Servers(directory)
    for (const name of ['namesrv', 'namesrv-2']) {
      const port = await freePort()
      const spec = { directory: servers.#makeDirectory(name), port }
      servers.#addNamesrv(name, namesrv(spec), `127.0.0.1:${port}`)
    }
    await servers.#addBroker('broker', 'broker-a', broker)
    await servers.#addBroker('broker-b', 'broker-b', broker)
    await servers.#startFirst(['namesrv', 'namesrv-2', 'broker'])
    return servers
  }

  /** A name server and a broker. */
  static async startOne(
    directory: string,
    namesrv: NamesrvLauncher,
    broker: BrokerLauncher,
  ): Promise<Servers> {
    const servers = new Servers(directory)
    const port = await freePort()
    const spec = { directory: servers.#makeDirectory('namesrv'), port }
    servers.#addNamesrv('namesrv', namesrv(spec), `127.0.0.1:${port}`)
    await servers.#addBroker('broker', 'broker-a', broker)
    await servers.#startFirst(['namesrv', 'broker'])
    return servers
  }

  /** A name server with `settings`, the master `broker` of broker-a and its `slave`, and `broker-b` alone. */
  static async startGroup(
    directory: string,
    namesrv: NamesrvLauncher,
    brokers: Readonly<Record<'broker' | 'slave' | 'broker-b', BrokerLauncher>>,
    settings: Readonly<Record<string, string | number>>,
  ): Promise<Servers> {
    const servers = new Servers(directory)
    const port = await freePort()
    const spec = { directory: servers.#makeDirectory('namesrv'), port, settings }
    servers.#addNamesrv('namesrv', namesrv(spec), `127.0.0.1:${port}`)
    await servers.#addBroker('broker', 'broker-a', brokers.broker)
    await servers.#addBroker('slave', 'broker-a', brokers.slave)
    await servers.#addBroker('broker-b', 'broker-b', brokers['broker-b'])
    await servers.#startFirst(['namesrv', 'broker', 'slave', 'broker-b'])
    return servers
  }

  /** Name server and broker in one process, with a second broker prepared. */
  static async startStandalone(
    directory: string,
    standalone: StandaloneLauncher,
    broker: BrokerLauncher,
    brokerName: string,
  ): Promise<Servers> {
    const servers = new Servers(directory)
    const namesrvPort = await freePort()
    const port = await freePort()
    const spec = { directory: servers.#makeDirectory('broker'), port, namesrvPort }
    servers.#namesrvs.push({ member: 'broker', address: `127.0.0.1:${namesrvPort}` })
    servers.#add('broker', standalone(spec), `127.0.0.1:${port}`, brokerName)
    await servers.#addBroker('broker-b', 'broker-b', broker)
    await servers.#startFirst(['broker'])
    return servers
  }

  /**
   * A name server and two brokers, `apache` and `ours`, which share one directory, name and port and must run in turn.
   * `apache` is started.
   */
  static async startOnOneStore(
    directory: string,
    namesrv: NamesrvLauncher,
    brokers: Readonly<Record<'apache' | 'ours', BrokerLauncher>>,
    settings: Readonly<Record<string, string | number>>,
  ): Promise<Servers> {
    const servers = new Servers(directory)
    const namesrvPort = await freePort()
    const namesrvSpec = { directory: servers.#makeDirectory('namesrv'), port: namesrvPort }
    servers.#addNamesrv('namesrv', namesrv(namesrvSpec), `127.0.0.1:${namesrvPort}`)
    const port = await freePort()
    const spec = {
      directory: servers.#makeDirectory('broker'),
      port,
      brokerName: 'broker-a',
      namesrvAddresses: [`127.0.0.1:${namesrvPort}`],
      settings,
    }
    for (const [name, launch] of Object.entries(brokers)) {
      servers.#add(name, launch(spec), `127.0.0.1:${port}`, spec.brokerName)
    }
    await servers.#startFirst(['namesrv', 'apache'])
    return servers
  }

  /**
   * A name server, a `master` that answers when its slave has the message, its `slave` (not started), and `promoted`, a master on
   * the slave's store (not started).
   */
  static async startMasterAndSlave(
    directory: string,
    namesrv: NamesrvLauncher,
    brokers: Readonly<Record<'master' | 'slave', BrokerLauncher>>,
  ): Promise<Servers> {
    const servers = new Servers(directory)
    const port = await freePort()
    const spec = { directory: servers.#makeDirectory('namesrv'), port }
    servers.#addNamesrv('namesrv', namesrv(spec), `127.0.0.1:${port}`)
    const master = { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 30_000 }
    const slave = { brokerRole: 'SLAVE', brokerId: 1 }
    const store = path.join(directory, 'slave', 'store')
    const ofSlave = { storePathRootDir: store, storePathCommitLog: path.join(store, 'commitlog') }
    await servers.#addBroker('master', 'broker-a', brokers.master, await ofGroup(master))
    await servers.#addBroker('slave', 'broker-a', brokers.slave, await ofGroup(slave))
    await servers.#addBroker('promoted', 'broker-a', brokers.slave, await ofGroup(ofSlave))
    await servers.#startFirst(['namesrv', 'master'])
    return servers
  }

  /**
   * `old-namesrv` and `old-broker` (broker-a), and beside them `new-namesrv` and `new-broker` (broker-b), not started. Brokers know
   * both name servers.
   */
  static async startMigration(directory: string, old: Pair, next: Pair): Promise<Servers> {
    const servers = new Servers(directory)
    for (const [name, { namesrv }] of [
      ['old-namesrv', old],
      ['new-namesrv', next],
    ] as const) {
      const port = await freePort()
      const spec = { directory: servers.#makeDirectory(name), port }
      servers.#addNamesrv(name, namesrv(spec), `127.0.0.1:${port}`)
    }
    await servers.#addBroker('old-broker', 'broker-a', old.broker)
    await servers.#addBroker('new-broker', 'broker-b', next.broker)
    await servers.#startFirst(['old-namesrv', 'old-broker'])
    return servers
  }

  /** Starts a member that is neither; it is ready when it accepts connections. */
  async startGateway(name: string, launch: GatewayLauncher): Promise<void> {
    const port = await freePort()
    const namesrvAddresses = this.#namesrvs.map(({ address }) => address)
    const command = launch({ directory: this.#makeDirectory(name), port, namesrvAddresses })
    this.#add(name, command, `127.0.0.1:${port}`, undefined)
    await this.#startFirst([name])
  }

  /** All name servers, as clients take them. */
  get namesrvAddress(): string {
    return this.#namesrvs.map(({ address }) => address).join(';')
  }

  get memberNames(): string[] {
    return [...this.#members.keys()]
  }

  get logFiles(): string[] {
    return [...this.#members.values()].map((member) => member.process.logFile)
  }

  address(name: string): string {
    return this.#member(name).address
  }

  /** Resolves when the member accepts connections and, for a broker, every running name server has its route. */
  async start(name: string): Promise<void> {
    const member = this.#member(name)
    member.process.start()
    await this.#ready(name, member)
  }

  /** Gracefully, by SIGTERM. */
  async stop(name: string): Promise<void> {
    await this.#member(name).process.stop()
  }

  async restart(name: string): Promise<void> {
    await this.stop(name)
    await this.start(name)
  }

  async kill9(name: string): Promise<void> {
    await this.#member(name).process.kill9()
  }

  /** Stops a member as it is, with its connections open, or lets it go on. */
  freeze(name: string, frozen: boolean): void {
    this.#member(name).process.freeze(frozen)
  }

  /** Members that ended without being asked to. */
  failures(): string[] {
    return [...this.#members.values()]
      .map((member) => member.process.failure)
      .filter((failure) => failure !== '')
  }

  async stopAll(): Promise<void> {
    const brokersFirst = [...this.#members.values()].reverse()
    for (const member of brokersFirst) await member.process.stop(10_000)
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (member === undefined) throw new Error(`no server named ${name}`)
    return member
  }

  #makeDirectory(name: string): string {
    const directory = path.join(this.#directory, name)
    fs.mkdirSync(directory, { recursive: true })
    return directory
  }

  #add(name: string, command: Command, address: string, brokerName: string | undefined): void {
    const logFile = path.join(this.#directory, `${name}.log`)
    this.#members.set(name, {
      process: new ManagedProcess(name, command, logFile),
      address,
      brokerName,
    })
  }

  #addNamesrv(name: string, command: Command, address: string): void {
    this.#namesrvs.push({ member: name, address })
    this.#add(name, command, address, undefined)
  }

  async #addBroker(
    name: string,
    brokerName: string,
    launch: BrokerLauncher,
    settings?: NonNullable<BrokerSpec['settings']>,
  ): Promise<void> {
    const port = await freePort()
    const namesrvAddresses = this.#namesrvs.map(({ address }) => address)
    const command = launch({
      directory: this.#makeDirectory(name),
      port,
      brokerName,
      namesrvAddresses,
      ...(settings && { settings }),
    })
    this.#add(name, command, `127.0.0.1:${port}`, brokerName)
  }

  async #startFirst(names: readonly string[]): Promise<void> {
    try {
      for (const name of names) await this.start(name)
    } catch (error) {
      await this.stopAll()
      throw error
    }
  }

  async #ready(name: string, member: Member): Promise<void> {
    await waitFor(`${name} is ready`, READY_LIMIT_MS, async () => {
      if (!member.process.running) throw new Error(member.process.failure)
      if (!(await accepts(member.address))) return false
      if (member.brokerName === undefined) return true
      for (const namesrv of this.#namesrvs) {
        if (!this.#member(namesrv.member).process.running) continue
        const known = await routeBrokers(namesrv.address, AUTO_CREATE_TOPIC)
        if (!known.includes(member.brokerName)) return false
      }
      return true
    })
  }
}

/** Settings of a broker that replicates. */
async function ofGroup(
  settings: Readonly<Record<string, string | number>>,
): Promise<Record<string, string | number>> {
  return {
    ...{ brokerIP2: '127.0.0.1', haListenPort: await freePort(), slaveReadEnable: 'true' },
    ...settings,
  }
}

/** A broker with other settings than the usual ones. */
export function withSettings(
  launch: BrokerLauncher,
  settings: Readonly<Record<string, string | number>>,
): BrokerLauncher {
  return (spec) => launch({ ...spec, settings: { ...spec.settings, ...settings } })
}
