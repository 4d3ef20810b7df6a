import { expect } from 'chai'
import { Random } from '../../../helpers/random.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

/** `TIMER_MODEL_MESSAGES=1000000` for the long form. */
const MESSAGES = Number(process.env.TIMER_MODEL_MESSAGES ?? 1_500)
const SEED = Number(process.env.TIMER_MODEL_SEED ?? 1)
const PER_STEP = Math.max(10, Math.floor(MESSAGES / 300))
const WINDOW_SLOTS = 500
const STEP_MS = 1_000
/** The short form ends soon after its last message. */
const FURTHEST_MS = MESSAGES > 10_000 ? 3_000_000 : 900_000
const DAY_MS = 86_400_000

/** One history: random timers, recalls, stops and kills over simulated days, held against what was asked for. */
class History {
  readonly #random = new Random(SEED)
  readonly #fixture = new TimerFixture({
    timerRollWindowSlot: WINDOW_SLOTS,
    timerMaxDelaySec: (400 * DAY_MS) / 1000,
    mappedFileSizeTimerLog: 52 * 5_000,
  })
  /** Due times of messages that must come. */
  readonly #due = new Map<string, number>()
  readonly #recalled = new Set<string>()
  #crashes = 0
  #next = 0

  async run(): Promise<void> {
    await this.#fixture.start()
    while (this.#next < MESSAGES) {
      for (let i = 0; i < PER_STEP; i++) this.#put()
      await this.#pass()
    }
    const lastMs = Math.max(...this.#due.values())
    while (this.#fixture.clock.now() <= lastMs + 2_000) await this.#advance(20_000)
    await this.#fixture.timers.stop()
    this.#compare()
  }

  #put(): void {
    const body = `m${this.#next++}`
    const nowMs = this.#fixture.clock.now()
    const delayMs = this.#random.below(this.#random.chance(0.1) ? FURTHEST_MS : 200_000) + 1
    const dueMs = nowMs + delayMs
    const { status } = this.#fixture.put(body, { TIMER_DELIVER_MS: String(dueMs) })
    expect(status).to.equal('PUT_OK')
    // An order needs as long as a message to enter the wheel: only what is not due at once can be recalled.
    if (delayMs > 30_000 && this.#random.chance(0.1)) {
      const outMs = dueMs % 1000 === 0 ? dueMs - 1000 : dueMs - (dueMs % 1000)
      const order = { TIMER_DEL_UNIQKEY: `TopicA+${body}`, TIMER_DELIVER_MS: String(outMs + 1) }
      expect(this.#fixture.put(`order ${body}`, order).status).to.equal('PUT_OK')
      this.#recalled.add(body)
    } else {
      this.#due.set(body, dueMs)
    }
  }

  async #pass(): Promise<void> {
    const dice = this.#random.below(100)
    if (dice < 4) {
      this.#crashes++
      await this.#fixture.kill()
    } else if (dice < 8) {
      await this.#fixture.restart()
    }
    await this.#advance(this.#random.below(8_000) + 500)
  }

  /** The clock waits for the timers: what they cannot keep up with would be late on any machine. */
  async #advance(ms: number): Promise<void> {
    for (let done = 0; done < ms; done += STEP_MS) {
      await this.#fixture.advance(STEP_MS, STEP_MS)
      while (this.#fixture.timers.getDequeueBehindMillis() > 2 * STEP_MS) await this.#fixture.rest()
    }
  }

  #compare(): void {
    const times = new Map<string, number>()
    let again = 0
    for (const { body, storeTimestamp } of this.#fixture.deliveredMessages) {
      const text = body.toString()
      if (times.has(text)) again++
      else times.set(text, storeTimestamp)
    }
    const lost = [...this.#due.keys()].filter((body) => !times.has(body))
    expect(lost, 'lost').to.deep.equal([])
    const early = [...times].filter(([body, ms]) => ms < (this.#due.get(body) ?? 0))
    expect(early, 'early').to.deep.equal([])
    expect(
      [...times.keys()].filter((body) => this.#recalled.has(body)),
      'recalled',
    ).to.deep.equal([])
    if (this.#crashes === 0) expect(again, 'delivered again').to.equal(0)
    expect(again, 'delivered again').to.be.below((this.#crashes + 1) * PER_STEP * 10)
  }
}

describe('timers against a model', function () {
  this.timeout(MESSAGES > 10_000 ? 0 : 60_000)

  it(`deliver each of ${MESSAGES} messages, none early, through stops and kills`, () => {
    return new History().run()
  })
})
