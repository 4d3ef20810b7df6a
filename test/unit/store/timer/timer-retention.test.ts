import { expect } from 'chai'
import { simError } from '../../../helpers/sim-file-system.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

/** Units of a file of the timer log, as TimerFixture makes it. */
const PER_FILE = 99
const CLEAN_PERIOD_MS = 30_000

describe('TimerRetention', () => {
  let fixture: TimerFixture

  async function begin(config: ConstructorParameters<typeof TimerFixture>[0] = {}): Promise<void> {
    fixture = new TimerFixture(config)
    await fixture.start()
  }

  afterEach(() => fixture.timers.stop())

  async function isNeeded(startOffset: number, endOffset: number): Promise<boolean> {
    const [ask] = fixture.messageStore.retentions
    if (ask === undefined) throw new Error('nobody is asked')
    return ask(startOffset, endOffset)
  }

  /** What GET_TIMER_CHECK_POINT answers. */
  function checkPoint(readTimeMs: number, queueOffset: number): Buffer {
    const bytes = Buffer.alloc(56)
    bytes.writeBigInt64BE(BigInt(readTimeMs), 0)
    bytes.writeBigInt64BE(BigInt(queueOffset), 24)
    return bytes
  }

  /** So many messages that are due `gapSec` after each other, and where the log ends behind each. */
  function putMany(count: number, gapSec = 1): number[] {
    return Array.from({ length: count }, (_, i) => {
      fixture.put(`m${i}`, { TIMER_DELAY_SEC: String(10 + i * gapSec) })
      return fixture.messageStore.maxPhysicalOffset
    })
  }

  /** From now on reads of the timer log are counted. */
  function countReads(): () => number {
    const { fileSystem } = fixture
    const open = fileSystem.open.bind(fileSystem)
    let reads = 0
    fileSystem.open = (path, flags) => {
      const handle = open(path, flags)
      const read = handle.read.bind(handle)
      if (path.includes('/timerlog/')) {
        handle.read = (into, position) => {
          reads++
          return read(into, position)
        }
      }
      return handle
    }
    return () => reads
  }

  function logFiles(): number {
    return fixture.fileSystem.list('/store/timerlog').length
  }

  it('keeps commit log files with messages that have not been entered, or wait', async () => {
    await begin()
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    expect(await isNeeded(0, 1_000), 'not entered yet').to.equal(true)
    await fixture.rest()
    expect(await isNeeded(0, 1_000), 'in the wheel').to.equal(true)
    expect(await isNeeded(1_000, 2_000), 'another file').to.equal(false)
    await fixture.advance(3_000)
    expect(await isNeeded(0, 1_000), 'delivered').to.equal(false)
  })

  it('keeps files of messages that nobody enters', async () => {
    await begin({ timerStopEnqueue: true })
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    await fixture.advance(5_000)
    expect(await isNeeded(0, 1_000)).to.equal(true)
  })

  it('keeps on a slave what its master has entered and not delivered', async () => {
    await begin({ brokerRole: 'SLAVE' })
    fixture.put('a', { TIMER_DELAY_SEC: '20' })
    await fixture.advance(1_000)
    expect(await isNeeded(0, 1_000), 'the master has not told').to.equal(false)
    fixture.timers.followMaster(checkPoint(fixture.clock.now(), 1))
    await fixture.advance(1_000)
    expect(await isNeeded(0, 1_000), 'in the wheel').to.equal(true)
    await fixture.advance(20_000, 1_000)
    expect(await isNeeded(0, 1_000), 'the master has not delivered').to.equal(true)
    fixture.timers.followMaster(checkPoint(fixture.clock.now(), 1))
    expect(await isNeeded(0, 1_000), 'the master has delivered').to.equal(false)
  })

  it('reads each file of the timer log about once, however many commit log files are asked for', async () => {
    await begin()
    const reads = countReads()
    const ends = putMany(10 * PER_FILE, 0)
    await fixture.advance(20_000, 1_000)
    expect(fixture.delivered).to.have.length(ends.length)
    const before = reads()
    for (let i = 0; i < ends.length - 10; i += 10) {
      expect(await isNeeded(ends[i] ?? 0, ends[i + 10] ?? 0)).to.equal(false)
    }
    // A range ends with a unit behind it: one read for each, and one for each file that ends in it.
    expect(reads() - before).to.be.below(ends.length / 10 + 3 * 10)
  })

  it('finds what waits behind that which it has passed, and goes back when it is asked to', async () => {
    await begin()
    const ends = putMany(3 * PER_FILE)
    const range = (from: number, to: number) => isNeeded(ends[from] ?? 0, ends[to] ?? 0)
    await fixture.advance(60_500, 500)
    expect(await range(0, 40), 'delivered').to.equal(false)
    expect(await range(40, 60), 'one waits').to.equal(true)
    expect(await range(40, 60), 'asked again').to.equal(true)
    await fixture.advance(20_000, 500)
    expect(await range(40, 60), 'delivered by now').to.equal(false)
    expect(await range(150, 160), 'further on').to.equal(true)
    expect(await range(60, 80), 'back').to.equal(true)
    expect(await range(0, 40), 'from the beginning').to.equal(false)
  })

  it('removes files of the timer log when all their messages are gone', async () => {
    await begin()
    const ends = putMany(3 * PER_FILE)
    await fixture.advance(4 * CLEAN_PERIOD_MS, 1_000)
    expect(logFiles(), 'all there').to.equal(3)
    fixture.messageStore.minPhysicalOffset = ends[PER_FILE] ?? 0
    fixture.fileSystem.fault = (operation) =>
      operation === 'remove' ? simError('EBUSY') : undefined
    await fixture.advance(CLEAN_PERIOD_MS, 1_000)
    expect(logFiles(), 'refused').to.equal(3)
    fixture.fileSystem.fault = () => undefined
    await fixture.advance(CLEAN_PERIOD_MS, 1_000)
    expect(logFiles(), 'the first is gone').to.equal(2)
    await fixture.advance(300_000, 1_000)
    expect(fixture.delivered).to.have.length(3 * PER_FILE)
  })

  it('lets a file be removed to the end when it stops', async () => {
    await begin()
    const ends = putMany(2 * PER_FILE)
    await fixture.advance(CLEAN_PERIOD_MS - 1_000, 1_000)
    fixture.messageStore.minPhysicalOffset = ends.at(-2) ?? 0
    fixture.clock.advance(1_000)
    await fixture.timers.stop()
    expect(logFiles()).to.equal(1)
  })
})
