import { expect } from 'chai'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

describe('TimerMessageStore', () => {
  let fixture: TimerFixture

  beforeEach(async () => {
    fixture = new TimerFixture()
    await fixture.start()
  })

  afterEach(() => fixture.timers.stop())

  it('delivers a message at its time and not a millisecond earlier', async () => {
    const startMs = fixture.clock.now()
    fixture.put('at', { TIMER_DELIVER_MS: String(startMs + 5_000) })
    await fixture.advance(4_999, 1)
    expect(fixture.delivered).to.deep.equal([])
    await fixture.advance(1)
    expect(fixture.delivered).to.deep.equal(['at'])
    expect(fixture.deliveredMessages[0]?.storeTimestamp).to.equal(startMs + 5_000)
  })

  it('delivers what is due between two slots when the slot is over', async () => {
    const startMs = fixture.clock.now()
    fixture.put('between', { TIMER_DELAY_MS: '2300' })
    fixture.put('second', { TIMER_DELAY_SEC: '2' })
    await fixture.advance(4_000, 50)
    expect(fixture.deliveredMessages.map((each) => each.storeTimestamp - startMs)).to.deep.equal([
      2_000, 3_000,
    ])
  })

  it('keeps the message and says when it was in the wheel', async () => {
    const startMs = fixture.clock.now()
    fixture.put('a', { TIMER_DELAY_SEC: '2', TAGS: 'tag' })
    await fixture.advance(3_000)
    const message = fixture.deliveredMessages[0]
    expect(Object.fromEntries(propertiesOf(message ?? { properties: '' }))).to.deep.equal({
      UNIQ_KEY: 'a',
      TIMER_DELAY_SEC: '2',
      TAGS: 'tag',
      TIMER_OUT_MS: String(startMs + 1_000),
      REAL_TOPIC: 'TopicA',
      REAL_QID: '0',
      TIMER_ENQUEUE_MS: String(startMs),
      TIMER_DEQUEUE_MS: String(startMs + 2_000),
    })
  })

  it('delivers each message once, in the order of their slots and of their coming', async () => {
    for (let i = 0; i < 1_000; i++) fixture.put(`m${i}`, { TIMER_DELAY_SEC: String(1 + (i % 5)) })
    await fixture.advance(6_000)
    const expected = [0, 1, 2, 3, 4].flatMap((slot) =>
      Array.from({ length: 200 }, (_, i) => `m${i * 5 + slot}`),
    )
    expect(fixture.delivered).to.deep.equal(expected)
  })

  it('delivers after a restart what is due, and what came due meanwhile', async () => {
    fixture.put('soon', { TIMER_DELAY_SEC: '3' })
    fixture.put('later', { TIMER_DELAY_SEC: '100' })
    await fixture.advance(1_000)
    await fixture.timers.stop()
    fixture.clock.advance(50_000)
    await fixture.startAgain()
    expect(fixture.delivered).to.deep.equal(['soon'])
    await fixture.advance(50_000, 1_000)
    expect(fixture.delivered).to.deep.equal(['soon', 'later'])
  })

  it('delivers each message once when it is killed, those that came due meanwhile, too', async () => {
    const bodies = Array.from({ length: 300 }, (_, i) => `m${i}`)
    bodies.forEach((body, i) => fixture.put(body, { TIMER_DELAY_SEC: String(2 + i) }))
    await fixture.advance(30_500, 500)
    await fixture.kill(50_000)
    await fixture.advance(300_000, 1_000)
    expect(fixture.delivered).to.deep.equal(bodies)
  })

  it('delivers once what it entered after the last flush before it was killed', async () => {
    fixture.put('before', { TIMER_DELAY_SEC: '30' })
    await fixture.advance(5_000)
    fixture.put('meanwhile', { TIMER_DELAY_SEC: '20' })
    fixture.put('later', { TIMER_DELAY_SEC: '100' })
    await fixture.rest()
    await fixture.kill(50_000)
    await fixture.advance(100_000, 1_000)
    expect(fixture.delivered).to.deep.equal(['meanwhile', 'before', 'later'])
  })
})
