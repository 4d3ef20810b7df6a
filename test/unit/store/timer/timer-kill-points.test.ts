import { expect } from 'chai'
import { decodeTimerCheckpoint } from '../../../../codec/store/timer-checkpoint.ts'
import { Random } from '../../../helpers/random.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

/** `TIMER_KILL_STRIDE=1` for all points. */
const STRIDE = Number(process.env.TIMER_KILL_STRIDE ?? 4)
const CHECKPOINT = '/store/config/timercheck'
const WINDOW_SLOTS = 6
const STEP_MS = 500
const DOWN_MS = 2_300

/** Where the process may be killed: what is in the way of the stages, from the first one on. */
const POINTS: Readonly<Record<string, (fixture: TimerFixture, count: number) => void>> = {
  'change of the disk': (fixture, count) => fixture.fileSystem.dieAfter(count),
  'call of the store': (fixture, count) => (fixture.callsLeft = count),
  'answer of the store': (fixture, count) => (fixture.answersLeft = count),
}

interface Ending {
  readonly kind: 'kill' | 'power loss'
  /** The store reads at once, or so slowly that flushes come in between. */
  readonly readTurns: number
  readonly seed: number
}

/** Timers of all sorts in a process that ends once, and in the one after it. */
class EndedOnce {
  readonly fixture = new TimerFixture({
    timerRollWindowSlot: WINDOW_SLOTS,
    timerFlushIntervalMs: STEP_MS,
  })
  readonly #ending: Ending
  readonly #due = new Map<string, number>()
  #flushedMs = 0
  #killedMs: number | undefined

  get isKilled(): boolean {
    return this.#killedMs !== undefined
  }

  constructor(ending: Ending) {
    this.#ending = ending
    this.fixture.readTurns = ending.readTurns
  }

  async run(kill: (fixture: TimerFixture) => void): Promise<void> {
    await this.fixture.start()
    kill(this.fixture)
    const startMs = this.fixture.clock.now()
    for (let i = 0; i < 8; i++) this.#put(`near${i}`, startMs + 1_000 + i * 600)
    this.#put('far', startMs + 14_000)
    this.#recall(startMs + 5_000)
    await this.#advance(3_000)
    this.fixture.config.timerStopEnqueue = true
    this.#put('late', startMs + 4_500)
    this.#put('late, too', startMs + 5_200)
    this.#put('entered late', startMs + 8_500)
    await this.#advance(3_000)
    this.fixture.config.timerStopEnqueue = false
    for (let i = 0; i < 12; i++) {
      // Something to be flushed at all times.
      this.#put(`steady${i}`, this.fixture.clock.now() + 1_500)
      await this.#advance(500)
    }
    await this.#advance(6_000)
    await this.#stop()
  }

  /** The process may be killed while it stops, too. */
  async #stop(): Promise<void> {
    const stopped = this.fixture.timers.stop()
    await this.fixture.rest()
    if (!this.fixture.fileSystem.isDead) return stopped
    await this.#startAgain()
    await this.#stop()
  }

  #put(body: string, dueMs: number): void {
    this.#due.set(body, dueMs)
    this.fixture.put(body, { TIMER_DELIVER_MS: String(dueMs) })
  }

  #recall(dueMs: number): void {
    const time = { TIMER_DELIVER_MS: String(dueMs) }
    this.fixture.put('recalled', time)
    this.fixture.put('order', { TIMER_DEL_UNIQKEY: 'TopicA+recalled', ...time })
  }

  async #advance(ms: number): Promise<void> {
    for (let done = 0; done < ms; done += STEP_MS) {
      await this.fixture.advance(STEP_MS, STEP_MS)
      if (this.fixture.fileSystem.isDead) await this.#startAgain()
    }
  }

  async #startAgain(): Promise<void> {
    const { kind, seed } = this.#ending
    this.#killedMs = this.fixture.clock.now()
    const restarted = this.fixture.kill(DOWN_MS, kind, new Random(seed))
    const { fileSystem } = this.fixture
    const isThere = fileSystem.stat(CHECKPOINT)?.size
    this.#flushedMs = isThere
      ? decodeTimerCheckpoint(fileSystem.readFile(CHECKPOINT)).lastReadTimeMs
      : 0
    await restarted
  }

  /** Each is there, none early; twice comes only what was delivered after the last flush, or went round again then. */
  check(name: string): void {
    const times = new Map<string, number[]>()
    for (const { body, storeTimestamp } of this.fixture.deliveredMessages) {
      const text = body.toString()
      times.set(text, [...(times.get(text) ?? []), storeTimestamp])
    }
    expect([...times.keys()].sort(), name).to.deep.equal([...this.#due.keys()].sort())
    for (const [body, [first = 0, ...again]] of times) {
      expect(first, `${body} is not early, ${name}`).to.be.at.least(this.#due.get(body) ?? 0)
      if (again.length === 0 || body === 'far') continue
      expect(again, `${body} again, ${name}`).to.have.length(1)
      expect(first, `${body} was not flushed, ${name}`).to.be.within(
        this.#flushedMs,
        this.#killedMs ?? 0,
      )
    }
  }
}

/** Kills at one point after the other, until there is none any more. */
async function endEverywhere(point: string, ending: Omit<Ending, 'seed'>): Promise<number> {
  for (let count = 1; ; count += STRIDE) {
    const history = new EndedOnce({ ...ending, seed: count })
    await history.run((fixture) => POINTS[point]?.(fixture, count))
    history.check(`${ending.kind} at ${point} ${count}`)
    if (!history.isKilled) return count
  }
}

describe('timers of a process that is killed', function () {
  this.timeout(60_000)

  for (const point of Object.keys(POINTS)) {
    for (const readTurns of [0, 12]) {
      const how = readTurns === 0 ? '' : ', on a slow store,'
      it(`at any ${point}${how} are all delivered, and none is early`, async () => {
        expect(await endEverywhere(point, { kind: 'kill', readTurns })).to.be.above(50)
      })
    }
  }

  it('are all delivered when the power is lost, and none is early', async () => {
    const ending = { kind: 'power loss', readTurns: 12 } as const
    expect(await endEverywhere('change of the disk', ending)).to.be.above(50)
  })
})
