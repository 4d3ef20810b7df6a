import fs from 'node:fs'
import path from 'node:path'
import { Random } from '../../test/helpers/random.ts'
import { compareLogs, isCaughtUp, verifyMessages } from '../ha/compare.ts'
import { Group } from '../ha/group.ts'
import { Load } from '../ha/load.ts'
import { createMetadata, hasSameMetadata } from '../ha/metadata.ts'
import { apacheBroker, fetchJars } from '../harness/apache.ts'
import type { BrokerLauncher } from '../harness/servers.ts'
import type { Suite, SuiteContext } from '../harness/suite.ts'
import { waitFor } from '../harness/wait.ts'
import { NEWEST } from './java.ts'

/** Acknowledgements that a case waits for before it goes on. */
const STEP = 400
const STEP_LIMIT_MS = 30_000
/** Slaves ask once a minute. */
const METADATA_LIMIT_MS = 150_000

/** Called at each start: it may not always be the same program. */
type Choice = () => { readonly kind: string; readonly launch: BrokerLauncher }

interface Pair {
  readonly name: string
  readonly master: Choice
  readonly slave: Choice
  /** Thousands of topics and groups are compared, too. */
  readonly hasMetadata?: boolean
}

/** Master and slave in each combination of ours and Apache's, under load and rules that lose nothing, killed and promoted. */
export const haSuite: Suite = {
  name: 'ha',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  async run(context) {
    for (const pair of await pairs(context)) await runPair('ha', pair, context, 0)
  },
}

/** The same with `--kills` kills of either side in between; in `mixed`, the one that was killed comes back as ours or as Apache's. */
export const haKillsSuite: Suite = {
  name: 'ha-kills',
  tools: ['java', 'mvn'],
  targets: ['ours', 'apache'],
  onRequest: true,
  async run(context) {
    const mixed = await mixedPairs(context)
    for (const pair of [...(await pairs(context)), ...mixed]) {
      await runPair('ha-kills', pair, context, context.kills)
    }
  },
}

/** The same with Apache 5.5.0, whose brokers send each other topics and groups in parts. */
export const haNewestSuite: Suite = {
  name: 'ha-apache-5.5.0',
  tools: ['java', 'mvn'],
  targets: ['ours'],
  onRequest: true,
  async run(context) {
    const jars = await fetchJars(context.compatDirectory, 'apache', NEWEST)
    const ours = always('ours', context.launchers.broker)
    const apaches = always('apache', apacheBroker(jars))
    const newest = [
      { name: 'apache-5.5.0-master', master: apaches, slave: ours, hasMetadata: true },
      { name: 'apache-5.5.0-slave', master: ours, slave: apaches, hasMetadata: true },
    ]
    for (const pair of newest) await runPair(this.name, pair, context, 0)
  },
}

async function pairs({ launchers }: SuiteContext): Promise<Pair[]> {
  const ours = always('ours', launchers.broker)
  const same = { name: 'same-kind', master: ours, slave: ours }
  // Ours are told from Apache's by the standalone server, which Apache has not.
  if (launchers.standalone === undefined) return [same]
  const apaches = always('apache', (await launchers.apache()).broker)
  return [
    same,
    { name: 'apache-master', master: apaches, slave: ours },
    { name: 'apache-slave', master: ours, slave: apaches },
  ]
}

/** Either side changes its program at random, on the store that the other left. */
async function mixedPairs({ launchers, kills }: SuiteContext): Promise<Pair[]> {
  if (launchers.standalone === undefined) return []
  const apaches = always('apache', (await launchers.apache()).broker)
  const ours = always('ours', launchers.broker)
  const random = new Random(kills)
  const either: Choice = () => random.pick([ours, apaches])()
  return [{ name: 'mixed', master: either, slave: either }]
}

function always(kind: string, launch: BrokerLauncher): Choice {
  return () => ({ kind, launch })
}

async function runPair(
  suite: string,
  pair: Pair,
  context: SuiteContext,
  kills: number,
): Promise<void> {
  if (!new RegExp(context.casePattern).test(pair.name)) return
  const { report, launchers } = context
  const directory = path.join(context.directory, pair.name)
  fs.mkdirSync(directory)
  const group = await Group.start(directory, launchers.namesrv)
  const run = new PairRun(pair, group, kills)
  try {
    for (const [name, step] of run.steps) {
      const startMs = Date.now()
      run.started = ''
      await step()
      report.passed(suite, `${pair.name}-${name}${run.started}`, Date.now() - startMs)
    }
  } catch (error) {
    report.fail(suite, pair.name, (error as Error).stack ?? '')
    report.tails(group.logFiles)
  } finally {
    await run.stopLoad()
    await group.stopAll()
  }
}

/** What is done with one pair, each step with what the ones before have left. */
class PairRun {
  /** What a step has started, as part of its name, where that is not always the same. */
  started = ''
  readonly steps: readonly (readonly [string, () => Promise<void>])[]
  readonly #pair: Pair
  readonly #group: Group
  #load: Load | undefined

  /** `kills`: at random, beside one of each side. */
  constructor(pair: Pair, group: Group, kills: number) {
    this.#pair = pair
    this.#group = group
    const random = new Random(kills)
    const moreKills = Array.from({ length: kills }, (_, n) => {
      const isMaster = random.chance(0.5)
      const step = () => (isMaster ? this.#killMaster() : this.#killSlave())
      return [`kill-${n + 1}-${isMaster ? 'master' : 'slave'}`, step] as const
    })
    this.steps = [
      ['replicates', () => this.#replicate()],
      ['slave-killed', () => this.#killSlave()],
      ['master-killed', () => this.#killMaster()],
      ...moreKills,
      ...(pair.hasMetadata ? [['metadata', () => this.#compareMetadata()] as const] : []),
      ['logs-equal', () => this.#compareLogs()],
      ['promoted', () => this.#promote()],
    ]
  }

  async stopLoad(): Promise<void> {
    await this.#load?.stop()
  }

  async #replicate(): Promise<void> {
    await this.#group.startMaster(this.#choose(this.#pair.master))
    await this.#group.startSlave(this.#choose(this.#pair.slave))
    // Apache's slave would begin at the master's last file, and lack those before it.
    const { master: place } = this.#group
    await waitFor('the slave follows', STEP_LIMIT_MS, () => isCaughtUp(place))
    this.#load = new Load(place.port, 'first')
    await this.#acknowledgements(STEP)
  }

  async #killSlave(): Promise<void> {
    await this.#group.kill9(this.#group.slave)
    await this.#group.startSlave(this.#choose(this.#pair.slave))
    await this.#acknowledgements(STEP)
  }

  async #killMaster(): Promise<void> {
    await this.#group.kill9(this.#group.master)
    await this.#group.startMaster(this.#choose(this.#pair.master))
    await this.#acknowledgements(STEP)
  }

  async #compareMetadata(): Promise<void> {
    await createMetadata(this.#group.master)
    await waitFor('the slave has all topics and groups', METADATA_LIMIT_MS, () =>
      hasSameMetadata(this.#group.master, this.#group.slave),
    )
  }

  async #compareLogs(): Promise<void> {
    await this.stopLoad()
    await verifyMessages(this.#group.master, this.#acknowledged)
    await waitFor('the slave has all', STEP_LIMIT_MS, () => isCaughtUp(this.#group.master))
    await this.#group.kill9(this.#group.master)
    await this.#group.kill9(this.#group.slave)
    compareLogs(this.#group.master, this.#group.slave)
  }

  /** The first message makes the topic, which the slave may not have heard of yet. */
  async #promote(): Promise<void> {
    const before = this.#acknowledged
    await this.#group.startAsyncMaster(this.#choose(this.#pair.slave), this.#group.slave)
    this.#load = new Load(this.#group.slave.port, 'second')
    await this.#acknowledgements(STEP)
    await this.stopLoad()
    await verifyMessages(this.#group.slave, [...before, ...this.#acknowledged])
  }

  #choose(choice: Choice): BrokerLauncher {
    const { kind, launch } = choice()
    if (this.#pair.name === 'mixed') this.started += `-${kind}`
    return launch
  }

  get #acknowledged() {
    return this.#load?.acknowledged ?? []
  }

  async #acknowledgements(count: number): Promise<void> {
    const wanted = this.#acknowledged.length + count
    await waitFor(`${wanted} messages are acknowledged`, STEP_LIMIT_MS, async () => {
      return this.#acknowledged.length >= wanted
    })
  }
}
