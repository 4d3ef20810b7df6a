import { expect } from 'chai'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

const WHEEL = '/store/timerwheel'
const CHECKPOINT = '/store/config/timercheck'

describe('TimerRecovery', () => {
  let fixture: TimerFixture

  beforeEach(async () => {
    fixture = new TimerFixture()
    await fixture.start()
    for (let i = 0; i < 300; i++) fixture.put(`m${i}`, { TIMER_DELAY_SEC: String(1 + i) })
    await fixture.advance(20_000, 500)
    expect(fixture.delivered).to.have.length(20)
  })

  afterEach(() => fixture.timers.stop())

  /** Each once, in the order of their times. */
  async function expectAllOnce(): Promise<void> {
    await fixture.advance(300_000, 1_000)
    expect(fixture.delivered).to.deep.equal(Array.from({ length: 300 }, (_, i) => `m${i}`))
  }

  async function stopAndRemove(...paths: string[]): Promise<void> {
    await fixture.timers.stop()
    for (const path of paths) fixture.fileSystem.remove(path)
    await fixture.startAgain()
  }

  function logFiles(): string[] {
    return fixture.fileSystem.list('/store/timerlog').map((name) => `/store/timerlog/${name}`)
  }

  it('goes on where it was after a stop', async () => {
    await fixture.restart()
    await expectAllOnce()
  })

  it('makes a lost wheel again from the log', async () => {
    expect(logFiles(), 'several files').to.have.length.greaterThan(2)
    await stopAndRemove(WHEEL)
    await expectAllOnce()
  })

  it('makes a lost log again from the messages, without those that were delivered', async () => {
    await stopAndRemove(...logFiles())
    await expectAllOnce()
  })

  it('makes wheel and log again', async () => {
    await stopAndRemove(WHEEL, ...logFiles())
    await expectAllOnce()
  })

  it('delivers again rather than not at all without a checkpoint', async () => {
    await stopAndRemove(CHECKPOINT)
    await fixture.advance(300_000, 1_000)
    expect(new Set(fixture.delivered).size).to.equal(300)
  })

  it('starts from the messages alone', async () => {
    await stopAndRemove(WHEEL, CHECKPOINT, ...logFiles())
    await fixture.advance(300_000, 1_000)
    expect(new Set(fixture.delivered).size).to.equal(300)
  })

  it('reads again what the end of the log has lost', async () => {
    await fixture.timers.stop()
    const last = logFiles().at(-1) as string
    fixture.fileSystem.damage(last, (bytes) => void bytes.fill(0, 52 * 3))
    await fixture.startAgain()
    await expectAllOnce()
  })

  it('knows after a kill what was entered since the last flush', async () => {
    for (let i = 0; i < 10; i++) fixture.put(`new${i}`, { TIMER_DELAY_SEC: '100' })
    await fixture.rest()
    await fixture.kill()
    await fixture.advance(400_000, 1_000)
    const fresh = fixture.delivered.filter((body) => body.startsWith('new'))
    expect(fresh).to.deep.equal(Array.from({ length: 10 }, (_, i) => `new${i}`))
  })

  it('knows after a kill what was entered then, though it is late by now', async () => {
    fixture.config.timerFlushIntervalMs = 60_000
    await fixture.advance(2_000)
    fixture.put('waits', { TIMER_DELAY_SEC: '2' })
    await fixture.rest()
    fixture.config.timerStopDequeue = true
    await fixture.advance(5_000)
    fixture.put('later', { TIMER_DELAY_SEC: '30' })
    await fixture.rest()
    fixture.config.timerStopDequeue = false
    await fixture.kill()
    await fixture.advance(40_000, 1_000)
    const fresh = fixture.delivered.filter((body) => !body.startsWith('m'))
    expect(fresh).to.deep.equal(['waits', 'later'])
  })

  it('refuses a wheel of another size', async () => {
    await fixture.timers.stop()
    fixture.fileSystem.damage(WHEEL, (bytes) => bytes.subarray(0, 4096))
    let message = ''
    await fixture.startAgain().catch((error: Error) => (message = error.message))
    expect(message).to.contain('/store/timerwheel has 4096 bytes instead of 131072')
  })
})
