import { expect } from 'chai'
import type { MessageExt } from '../../../../codec/message/message.ts'
import { findProperty } from '../../../../codec/message/properties.ts'
import { decodeTimerCheckpoint } from '../../../../codec/store/timer-checkpoint.ts'
import { TIMER_TOPIC } from '../../../../lib/store/timer/timer-message-store.ts'
import { Random } from '../../../helpers/random.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

/** `TIMER_MODEL_MESSAGES=1000000 TIMER_MODEL_DAYS=60` for the long form. */
const MESSAGES = Number(process.env.TIMER_MODEL_MESSAGES ?? 1_500)
const DAYS = Number(process.env.TIMER_MODEL_DAYS ?? 0)
const SEED = Number(process.env.TIMER_MODEL_SEED ?? 1)
const STEP_MS = 1_000
const CHECKPOINT = '/store/config/timercheck'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** How messages, time and interruptions are spread. */
interface Shape {
  /** Messages that are put at a time. */
  readonly perPass: number
  /** Between two times. */
  readonly passMs: { readonly least: number; readonly spread: number }
  readonly windowSlots: number
  readonly wheelSlots: number
  /** Most messages come within the one, some within the other. */
  readonly delaysMs: { readonly most: number; readonly some: number; readonly shareOfSome: number }
  /** A process that was killed comes back within this. */
  readonly downMs: number
}

const SHORT: Shape = {
  perPass: Math.max(10, Math.floor(MESSAGES / 300)),
  passMs: { least: 500, spread: 8_000 },
  windowSlots: 500,
  wheelSlots: 4_096,
  // The short form ends soon after its last message.
  delaysMs: { most: 200_000, some: MESSAGES > 10_000 ? 3_000_000 : 900_000, shareOfSome: 0.1 },
  downMs: 20_000,
}
const PER_PASS = 300
const LONG: Shape = {
  perPass: PER_PASS,
  passMs: { least: 0, spread: (2 * DAYS * DAY_MS * PER_PASS) / MESSAGES },
  windowSlots: 45_000,
  wheelSlots: 65_536,
  delaysMs: { most: DAY_MS / 2, some: (DAYS * DAY_MS) / 3, shareOfSome: 0.02 },
  downMs: 60 * MINUTE_MS,
}
const SHAPE = DAYS > 0 ? LONG : SHORT

/** One history: random timers, recalls, stops and kills over simulated days, held against what was asked for. */
class History {
  readonly #random = new Random(SEED)
  readonly #fixture = new TimerFixture(
    {
      timerRollWindowSlot: SHAPE.windowSlots,
      timerMaxDelaySec: (400 * DAY_MS) / 1000,
      mappedFileSizeTimerLog: 52 * 5_000,
    },
    SHAPE.wheelSlots,
  )
  /** Due times of messages that must come. */
  readonly #due = new Map<string, number>()
  readonly #recalled = new Set<string>()
  /** When the process was killed, and the first slot that was not known to be delivered then. */
  readonly #crashes: { readonly atMs: number; readonly flushedMs: number }[] = []
  #next = 0

  async run(): Promise<void> {
    await this.#fixture.start()
    while (this.#next < MESSAGES) {
      for (let i = 0; i < SHAPE.perPass; i++) this.#put()
      await this.#pass()
    }
    const lastMs = [...this.#due.values()].reduce((last, dueMs) => Math.max(last, dueMs), 0)
    while (this.#fixture.clock.now() <= lastMs + 2_000) await this.#advance(20_000)
    await this.#fixture.timers.stop()
    this.#compare()
  }

  #put(): void {
    const body = `m${this.#next++}`
    const nowMs = this.#fixture.clock.now()
    const { most, some, shareOfSome } = SHAPE.delaysMs
    const delayMs = this.#random.below(this.#random.chance(shareOfSome) ? some : most) + 1
    const dueMs = nowMs + delayMs
    const { status } = this.#fixture.put(body, { TIMER_DELIVER_MS: String(dueMs) })
    expect(status).to.equal('PUT_OK')
    // An order needs as long as a message to enter the wheel: only what is not due at once can be recalled.
    if (delayMs > 1.5 * SHAPE.downMs && this.#random.chance(0.1)) {
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
      // What has just been put is in the wheel, or has not been looked at.
      if (this.#random.chance(0.5)) await this.#fixture.rest()
      this.#crashes.push({ atMs: this.#fixture.clock.now(), flushedMs: this.#flushedMs() })
      await this.#fixture.kill(this.#random.below(SHAPE.downMs))
    } else if (dice < 8) {
      await this.#fixture.restart()
    }
    const { least, spread } = SHAPE.passMs
    await this.#advance(this.#random.below(spread) + least)
  }

  /** The clock waits for the timers: what they cannot keep up with would be late on any machine. */
  async #advance(ms: number): Promise<void> {
    for (let done = 0; done < ms; done += STEP_MS) {
      this.#fixture.clock.advance(STEP_MS)
      await this.#fixture.rest()
      while (this.#fixture.timers.getDequeueBehindMillis() > 2 * STEP_MS) await this.#fixture.rest()
    }
  }

  #compare(): void {
    const times = new Map<string, number>()
    for (const { body, storeTimestamp } of this.#fixture.deliveredMessages) {
      const text = body.toString()
      if (!times.has(text)) times.set(text, storeTimestamp)
    }
    const lost = [...this.#due.keys()].filter((body) => !times.has(body))
    expect(lost, 'lost').to.deep.equal([])
    const early = [...times].filter(([body, ms]) => ms < (this.#due.get(body) ?? 0))
    expect(early, 'early').to.deep.equal([])
    expect(
      [...times.keys()].filter((body) => this.#recalled.has(body)),
      'recalled',
    ).to.deep.equal([])
    this.#compareRepeats()
  }

  /** A message that was stored again on its way comes as often as it was stored. */
  #compareRepeats(): void {
    const { messageStore, deliveredMessages } = this.#fixture
    const rolled = messageStore.messagesOf(TIMER_TOPIC, 0).filter(isRolled)
    const inDoubt = new Set<string>()
    expect(this.#repeats(rolled, inDoubt), 'stored again').to.deep.equal([])
    expect(this.#repeats(deliveredMessages, inDoubt), 'delivered again').to.deep.equal([])
  }

  /** Messages that are there again without a reason; those that have one are added to `inDoubt`, as nothing is said of what follows. */
  #repeats(messages: readonly MessageExt[], inDoubt: Set<string>): readonly string[] {
    const times = new Map<string, number>()
    return messages.flatMap(({ body, properties, storeTimestamp }) => {
      const text = body.toString()
      const key = `${text} ${findProperty(properties, 'TIMER_ROLL_TIMES') ?? 0}`
      const beforeMs = times.get(key)
      times.set(key, storeTimestamp)
      if (beforeMs === undefined || inDoubt.has(text)) return []
      if (!this.#mayComeAgain(beforeMs, storeTimestamp)) return [key]
      inDoubt.add(text)
      return []
    })
  }

  #flushedMs(): number {
    const { fileSystem } = this.#fixture
    const isThere = fileSystem.stat(CHECKPOINT)?.size
    return isThere ? decodeTimerCheckpoint(fileSystem.readFile(CHECKPOINT)).lastReadTimeMs : 0
  }

  /** What was delivered since the last flush before a kill. */
  #mayComeAgain(beforeMs: number, againMs: number): boolean {
    return this.#crashes.some(({ atMs, flushedMs }) => {
      return beforeMs <= atMs && atMs <= againMs && beforeMs >= flushedMs
    })
  }
}

function isRolled({ properties }: MessageExt): boolean {
  return findProperty(properties, 'TIMER_ROLL_TIMES') !== undefined
}

describe('timers against a model', function () {
  this.timeout(MESSAGES > 10_000 ? 0 : 60_000)

  it(`deliver each of ${MESSAGES} messages, none early, through stops and kills`, () => {
    return new History().run()
  })
})
