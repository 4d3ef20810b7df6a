import { expect } from 'chai'
import { simError } from '../../../helpers/sim-file-system.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

describe('timers on a disk that fails', () => {
  let fixture: TimerFixture
  let failures: number

  beforeEach(async () => {
    failures = 0
    fixture = new TimerFixture()
    await fixture.start()
  })

  afterEach(() => fixture.timers.stop())

  /** From now on changes of files with `part` in their paths fail. */
  function breakDisk(part: string, operation: 'write' | 'datasync' | 'create' = 'write'): void {
    fixture.fileSystem.fault = (each, path) => {
      if (each !== operation || !path.includes(part)) return undefined
      failures++
      return simError('ENOSPC')
    }
  }

  function mendDisk(): void {
    fixture.fileSystem.fault = () => undefined
  }

  /** Some that are due while the disk fails, some after that; more than a file of the log holds. */
  function putMany(): string[] {
    const bodies = Array.from({ length: 150 }, (_, i) => `m${i}`)
    bodies.forEach((body, i) => fixture.put(body, { TIMER_DELAY_SEC: String(1 + i) }))
    return bodies
  }

  async function expectAllOnce(bodies: readonly string[]): Promise<void> {
    expect(failures).to.be.above(1)
    mendDisk()
    await fixture.advance(200_000, 1_000)
    expect(fixture.delivered).to.deep.equal(bodies)
  }

  for (const [name, part] of [
    ['log', '/timerlog/'],
    ['wheel', '/timerwheel'],
    ['check point', '/timercheck'],
  ] as const) {
    for (const operation of ['write', 'datasync', 'create'] as const) {
      it(`are delivered once when the ${name} refused a ${operation}`, async () => {
        breakDisk(part, operation)
        const bodies = putMany()
        await fixture.advance(5_000, 500)
        await expectAllOnce(bodies)
      })
    }
  }

  it('that are late are delivered once when the log refused those with them', async () => {
    await fixture.advance(5_000)
    fixture.config.timerStopEnqueue = true
    for (const [body, delaySec] of Object.entries({ late: 1, waits: 60 })) {
      fixture.put(body, { TIMER_DELAY_SEC: String(delaySec) })
    }
    await fixture.advance(10_000)
    breakDisk('/timerlog/')
    fixture.config.timerStopEnqueue = false
    await fixture.advance(5_000)
    await expectAllOnce(['late', 'waits'])
  })

  it('lose nothing when the process is killed while the check point cannot be written', async () => {
    breakDisk('/timercheck')
    const bodies = putMany()
    await fixture.advance(5_000, 500)
    await fixture.kill(20_000)
    await fixture.advance(200_000, 1_000)
    expect([...new Set(fixture.delivered)]).to.deep.equal(bodies)
  })
})
