import { expect } from 'chai'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

const HOUR_MS = 3_600_000
const ALL_HOURS = Array.from({ length: 24 }, (_, hour) => String(hour)).join(';')

describe('TimerMetricsCheck', () => {
  let fixture: TimerFixture

  /** Two timers of TopicA, one of them recalled, and counts that say otherwise. */
  async function begin(config: ConstructorParameters<typeof TimerFixture>[0]): Promise<void> {
    fixture = new TimerFixture({ timerCheckMetricsWhen: ALL_HOURS, ...config })
    await fixture.start()
    const time = { TIMER_DELIVER_MS: String(fixture.clock.now() + 20 * HOUR_MS) }
    fixture.put('soon', { TIMER_DELAY_SEC: '5' })
    for (const body of ['a', 'b', 'c']) fixture.put(body, time)
    fixture.put('order', { TIMER_DEL_UNIQKEY: 'TopicA+b', ...time })
    await fixture.advance(10_000, 1_000)
    expect(count('TopicA')).to.equal(2)
    fixture.timers.metrics.addAndGet('TopicA', 7)
    fixture.timers.metrics.addAndGet('Gone', -3)
  }

  afterEach(() => fixture.timers.stop())

  function count(topic: string): number {
    return fixture.timers.metrics.getTimingCount(topic)
  }

  it('corrects the counts in its hour', async () => {
    await begin({})
    await fixture.advance(HOUR_MS, 60_000)
    expect(count('TopicA'), 'too soon after the start').to.equal(9)
    await fixture.advance(HOUR_MS / 2, 60_000)
    expect(count('TopicA')).to.equal(2)
    expect(count('Gone')).to.equal(0)
  })

  for (const [name, config] of Object.entries({
    'at other hours': { timerCheckMetricsWhen: '' },
    'of large topics': { timerMetricSmallThreshold: -5 },
    'when it is switched off': { timerEnableCheckMetrics: false },
  })) {
    it(`leaves the counts alone ${name}`, async () => {
      await begin(config)
      await fixture.advance(2 * HOUR_MS, 60_000)
      expect(count('TopicA')).to.equal(9)
      expect(count('Gone')).to.equal(-3)
    })
  }
})
