import { expect } from 'chai'
import { ProducerManager } from '../../../../lib/broker/client/producer-manager.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import type { FakeChannel } from '../../../helpers/fake-channel.ts'
import { Random } from '../../../helpers/random.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'
import {
  COMMIT,
  MAX_TIME_TOPIC,
  ROLLBACK,
  takeChecks,
  TransactionFixture,
} from '../../../helpers/transaction-fixture.ts'

const SEEDS = Number(process.env.TRANSACTION_SEEDS ?? 25)
const FIRST_SEED = Number(process.env.TRANSACTION_FIRST_SEED ?? 1)
const STEPS = 40
/** More than any transaction is asked about. */
const CHECK_MAX = '1000'

interface Transaction {
  readonly body: string
  /** What the producer has decided, whenever it says so. */
  readonly outcome: typeof COMMIT | typeof ROLLBACK
  /** Where the producer knows the half message to stand; undefined while it has no answer. */
  place: { readonly queueOffset: number; readonly commitLogOffset: number } | undefined
}

/**
 * One history: producers begin transactions, end them or forget to, answer checks or do not, more than once, late or from
 * another connection, while the broker is stopped, killed and loses its power. In the end all checks are answered, and the
 * consumer must have exactly what was committed; each once where the broker was never down.
 */
class History {
  readonly #random: Random
  #parts: BrokerParts
  readonly #transactions = new Map<string, Transaction>()
  #disk = new SimFileSystem()
  #fixture: TransactionFixture
  #producer: FakeChannel
  readonly #isCalm: boolean
  #connections = 0

  constructor(seed: number, parts: BrokerParts) {
    this.#random = new Random(seed)
    this.#isCalm = this.#random.chance(0.4)
    this.#parts = parts
    this.#fixture = this.#newFixture()
    this.#producer = this.#fixture.connectProducer()
  }

  #newFixture(): TransactionFixture {
    const disk = this.#disk
    const config = { flushDiskType: 'SYNC_FLUSH', mappedFileSizeCommitLog: 256 * 1024 } as const
    return new TransactionFixture(this.#parts, disk, config, () => disk.isDead)
  }

  async execute(): Promise<void> {
    await this.#fixture.start()
    for (let step = 0; step < STEPS; step++) await this.#step()
    if (!this.#isCalm) await this.#restart('stop')
    await this.#answerAll()
    await this.#compare()
    await this.#fixture.stop()
  }

  async #step(): Promise<void> {
    const dice = this.#random.next()
    if (dice < 0.45) await this.#begin()
    else if (dice < 0.65) await this.#endAgain()
    else if (dice < 0.8) await this.#check()
    else if (dice < 0.88) this.#parts.clock.advance(this.#random.pick([500, 3000, 7000]))
    else if (dice < 0.93 || this.#isCalm) this.#reconnect()
    else if (dice < 0.95) this.#disk.dieAfter(1 + this.#random.below(6))
    else await this.#restart(this.#random.pick(['stop', 'kill', 'power loss'] as const))
    if (this.#disk.isDead) await this.#restart(this.#random.pick(['kill', 'power loss'] as const))
  }

  async #begin(): Promise<void> {
    for (let count = 1 + this.#random.below(4); count > 0; count--) {
      const body = `t${this.#transactions.size}`
      const outcome = this.#random.pick([COMMIT, ROLLBACK] as const)
      const transaction: Transaction = { body, outcome, place: undefined }
      this.#transactions.set(body, transaction)
      const immunity = this.#random.chance(0.2) ? { CHECK_IMMUNITY_TIME_IN_SECONDS: '40' } : {}
      const place = await this.#orDeath(this.#fixture.prepare(body, immunity))
      if (this.#disk.isDead) return
      transaction.place = place
      if (this.#random.chance(0.6)) await this.#end(transaction)
    }
  }

  /** Some transaction, settled or not. */
  async #endAgain(): Promise<void> {
    if (this.#transactions.size > 0) {
      await this.#end(this.#random.pick([...this.#transactions.values()]))
    }
  }

  async #end({ place, outcome }: Transaction): Promise<void> {
    if (place !== undefined) await this.#orDeath(this.#fixture.end(place, outcome))
  }

  async #check(): Promise<void> {
    await this.#orDeath(this.#fixture.check())
    const checks = takeChecks(this.#producer)
    if (this.#disk.isDead) return
    for (const check of checks) {
      const transaction = this.#transactions.get(check.message.body.toString())
      if (transaction === undefined) throw new Error('asked about a message that was never sent')
      for (let answers = this.#random.below(3); answers > 0; answers--) {
        await this.#orDeath(this.#fixture.answer(check, transaction.outcome))
      }
    }
  }

  #reconnect(): void {
    this.#parts.producerManager.doChannelCloseEvent(this.#producer)
    if (this.#random.chance(0.7))
      this.#producer = this.#fixture.connectProducer(++this.#connections)
  }

  async #restart(how: 'stop' | 'kill' | 'power loss'): Promise<void> {
    this.#disk.dieAfter(Infinity)
    if (how === 'stop') await this.#fixture.stop()
    this.#disk = this.#disk.restart(how === 'stop' ? 'kill' : how, this.#random)
    this.#parts = nextProcess(this.#parts)
    this.#fixture = this.#newFixture()
    this.#producer = this.#fixture.connectProducer(++this.#connections)
    await this.#fixture.start()
  }

  /** Checks until nobody is asked any more. */
  async #answerAll(): Promise<void> {
    this.#producer = this.#fixture.connectProducer(++this.#connections)
    for (let idle = 0; idle < 4;) {
      await this.#fixture.check()
      const checks = takeChecks(this.#producer)
      idle = checks.length === 0 ? idle + 1 : 0
      for (const check of checks) {
        const { outcome } = this.#transactions.get(check.message.body.toString()) as Transaction
        expect(await this.#fixture.answer(check, outcome)).to.equal(0)
      }
    }
  }

  async #compare(): Promise<void> {
    const all = [...this.#transactions.values()]
    const found = await this.#fixture.bodies('T')
    const outcomes = new Map(all.map(({ body, outcome }) => [body, outcome]))
    const wrong = found.filter((body) => outcomes.get(body) !== COMMIT)
    expect(wrong, 'rolled back, or never sent').to.deep.equal([])
    const acknowledged = all.filter(
      ({ place, outcome }) => place !== undefined && outcome === COMMIT,
    )
    const missing = acknowledged.filter(({ body }) => !found.includes(body))
    expect(missing, 'committed and lost').to.deep.equal([])
    if (this.#isCalm) expect(new Set(found).size, 'each once').to.equal(found.length)
    expect(await this.#fixture.bodies(MAX_TIME_TOPIC)).to.deep.equal([])
  }

  /** What a process that dies never answers is not waited for. */
  #orDeath<T>(result: Promise<T>): Promise<T | undefined> {
    const disk = this.#disk
    const death = new Promise<undefined>((resolve) => {
      const look = (): void => {
        if (disk.isDead) resolve(undefined)
        else if (!isOver) setImmediate(look)
      }
      let isOver = false
      void result.finally(() => (isOver = true)).catch(() => undefined)
      look()
    })
    return Promise.race([result, death])
  }
}

/** What a process that died has left running sees another clock, and no clients. */
function nextProcess(parts: BrokerParts): BrokerParts {
  const clock = new SimClock(parts.clock.now() + 1)
  const producerManager = new ProducerManager(clock, parts.brokerConfig, parts.logger)
  return { ...parts, clock, producerManager }
}

describe('transactions against a model', () => {
  it(`gives consumers exactly what was committed, over ${SEEDS} histories`, async function () {
    this.timeout(120_000)
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const parts = makeBrokerParts({ transactionCheckMax: CHECK_MAX })
      try {
        await new History(seed, parts).execute()
      } catch (error) {
        const command = `TRANSACTION_FIRST_SEED=${seed} TRANSACTION_SEEDS=1`
        throw new Error(`seed ${seed} (again by ${command}): ${String(error)}`, { cause: error })
      } finally {
        parts.remove()
      }
    }
  })
})
