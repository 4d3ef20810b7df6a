import { expect } from 'chai'
import { PopFixture, type Popped } from '../../../helpers/pop-fixture.ts'
import { Random } from '../../../helpers/random.ts'

const SEEDS = 12
const STEPS = 60

interface Handed {
  readonly popped: Popped
  readonly visibleMs: number
}

/**
 * Random sends, pops (also two at a time), acknowledgements, changed times and pauses: what is acknowledged in time never comes again, what is not
 * comes when its time is over, not before, and nothing is lost.
 */
class Model {
  readonly #fixture: PopFixture
  readonly #random: Random
  readonly #restart: () => Promise<void>
  readonly #open = new Map<string, Handed>()
  readonly #acked = new Set<string>()
  #sent = 0

  constructor(fixture: PopFixture, random: Random, restart: () => Promise<void>) {
    this.#fixture = fixture
    this.#random = random
    this.#restart = restart
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) await this.#step()
    for (let i = 0; i < 4; i++) {
      await this.#fixture.advance(25_000)
      while ((await this.#pop(20_000)) > 0) await this.#ackAll()
    }
    expect([...this.#acked].sort()).to.deep.equal(names(this.#sent).sort())
  }

  async #step(): Promise<void> {
    const choice = this.#random.below(20)
    if (choice < 6) this.#send(1 + this.#random.below(4))
    else if (choice < 11) await this.#pop(3_000 + this.#random.below(15_000))
    else if (choice < 14) await this.#ackSome()
    else if (choice < 15) await this.#changeOne()
    else if (choice < 16) await this.#restart()
    else await this.#fixture.advance(this.#random.below(4_000))
  }

  #send(count: number): void {
    for (let i = 0; i < count; i++) this.#fixture.send('T', `m${this.#sent++}`, undefined, i % 2)
  }

  async #pop(invisibleTime: number): Promise<number> {
    const maxMsgNums = 1 + this.#random.below(8)
    const pops = Array.from({ length: 1 + this.#random.below(2) }, () =>
      this.#fixture.pop({ maxMsgNums, invisibleTime }),
    )
    const found = (await Promise.all(pops)).flat()
    const nowMs = this.#fixture.clock.now()
    for (const popped of found) {
      expect(this.#acked.has(popped.body), `${popped.body} is acknowledged`).to.equal(false)
      const before = this.#open.get(popped.body)?.visibleMs ?? 0
      expect(before, `${popped.body} is invisible`).to.be.at.most(nowMs)
      this.#open.set(popped.body, { popped, visibleMs: nowMs + invisibleTime })
    }
    return found.length
  }

  async #ackSome(): Promise<void> {
    for (const body of [...this.#open.keys()])
      if (this.#random.below(2) === 0) await this.#ack(body)
  }

  async #ackAll(): Promise<void> {
    for (const body of [...this.#open.keys()]) await this.#ack(body)
  }

  async #ack(body: string): Promise<void> {
    const handed = this.#inTime(body)
    if (handed === undefined) return
    expect((await this.#fixture.ack(handed.popped)).code).to.equal(0)
    this.#open.delete(body)
    this.#acked.add(body)
  }

  async #changeOne(): Promise<void> {
    // Two check points of one message in the same millisecond have the same key, as in Apache.
    await this.#fixture.advance(1)
    const [body] = this.#open.keys()
    const handed = body === undefined ? undefined : this.#inTime(body)
    if (body === undefined || handed === undefined) return
    const { popped } = handed
    const invisibleTime = 2_000 + this.#random.below(20_000)
    const { code, extFields } = await this.#fixture.changeInvisibleTime(popped, invisibleTime)
    expect(code).to.equal(0)
    const visibleMs = this.#fixture.clock.now() + invisibleTime
    const parts = popped.extraInfo.split(' ')
    const made = [popped.message.queueOffset, extFields?.['popTime'], invisibleTime]
    const extraInfo = [...made, ...parts.slice(3)].join(' ')
    this.#open.set(body, { popped: { ...popped, extraInfo }, visibleMs })
  }

  /** undefined when the time is over: the message may have been handed to somebody else. */
  #inTime(body: string): Handed | undefined {
    const handed = this.#open.get(body)
    if (handed === undefined) return undefined
    return handed.visibleMs > this.#fixture.clock.now() ? handed : undefined
  }
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${index}`)
}

describe('pop consumption, by a model', function () {
  this.timeout(60_000)

  const variants: [string, Record<string, string>, boolean, boolean?][] = [
    ['with crashes', {}, true],
    ['with crashes and reads from the disk', {}, true, true],
    ['with check points in memory', { enablePopBufferMerge: 'true' }, false],
    [
      'with batches out of memory',
      { enablePopBufferMerge: 'true', enablePopBatchAck: 'true' },
      false,
    ],
  ]
  for (const [name, settings, isCrashing, readsLater] of variants) {
    it(`gives back exactly what is not acknowledged, ${name}`, async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const fixture = new PopFixture(settings, readsLater)
        try {
          fixture.addTopic('T', 2)
          await fixture.start()
          const crash = async (): Promise<void> => {
            fixture.offsets.persist()
            await fixture.crash()
          }
          const restart = isCrashing ? crash : () => fixture.restart()
          await new Model(fixture, new Random(seed), restart).run()
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error })
        } finally {
          await fixture.remove()
        }
      }
    })
  }
})
