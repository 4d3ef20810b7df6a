import { expect } from 'chai'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'
import { TimerFixture } from '../../../helpers/timer-fixture.ts'

describe('timers', () => {
  let fixture: TimerFixture

  async function begin(config: ConstructorParameters<typeof TimerFixture>[0] = {}): Promise<void> {
    fixture = new TimerFixture(config)
    await fixture.start()
  }

  afterEach(() => fixture.timers.stop())

  function recall(key: string, deliverMs: number): void {
    fixture.put('order', {
      TIMER_DEL_UNIQKEY: `TopicA+${key}`,
      TIMER_DELIVER_MS: String(deliverMs),
    })
  }

  /** The master has delivered all before a time, and entered all below a queue offset. */
  function checkPoint(readTimeMs: number, queueOffset: number): Buffer {
    const master = Buffer.alloc(56)
    master.writeBigInt64BE(BigInt(readTimeMs), 0)
    master.writeBigInt64BE(BigInt(queueOffset), 24)
    return master
  }

  function follow(readTimeMs: number, queueOffset: number): void {
    fixture.timers.followMaster(checkPoint(readTimeMs, queueOffset))
  }

  it('that are recalled are not delivered, others of the slot are', async () => {
    await begin()
    const dueMs = fixture.clock.now() + 5_000
    for (const body of ['a', 'b', 'c']) fixture.put(body, { TIMER_DELIVER_MS: String(dueMs) })
    recall('b', dueMs)
    recall('unknown', dueMs)
    await fixture.rest()
    expect(fixture.timers.metrics.getTimingCount('TopicA')).to.equal(1)
    await fixture.advance(6_000)
    expect(fixture.delivered).to.deep.equal(['a', 'c'])
    expect(fixture.timers.metrics.getTimingCount('TopicA')).to.equal(0)
  })

  it('that are recalled are not delivered when they are late, and their orders too', async () => {
    await begin()
    fixture.config.timerStopEnqueue = true
    const dueMs = fixture.clock.now() + 5_000
    for (const body of ['a', 'b', 'c']) fixture.put(body, { TIMER_DELIVER_MS: String(dueMs) })
    recall('b', dueMs)
    await fixture.advance(10_000)
    fixture.config.timerStopEnqueue = false
    await fixture.advance(2_000)
    expect(fixture.delivered).to.deep.equal(['a', 'c'])
  })

  it('that are further away than the wheel reaches are stored again on their way', async () => {
    await begin({ timerRollWindowSlot: 10 })
    const dueMs = fixture.clock.now() + 60_000
    fixture.put('far', { TIMER_DELIVER_MS: String(dueMs) })
    fixture.put('recalled', { TIMER_DELIVER_MS: String(dueMs) })
    recall('recalled', dueMs)
    await fixture.advance(59_000, 500)
    expect(fixture.delivered).to.deep.equal([])
    await fixture.advance(1_000, 500)
    expect(fixture.delivered).to.deep.equal(['far'])
    const message = fixture.deliveredMessages[0] ?? { properties: '' }
    expect(propertiesOf(message).get('TIMER_ROLL_TIMES')).to.equal('5')
    expect(message).to.deep.include({ storeTimestamp: dueMs })
  })

  it('of a finer precision are delivered within it', async () => {
    await begin({ timerPrecisionMs: 150 })
    expect(fixture.timers.precisionMs).to.equal(100)
    const startMs = fixture.clock.now()
    fixture.put('a', { TIMER_DELAY_MS: '1230' })
    await fixture.advance(2_000, 10)
    expect((fixture.deliveredMessages[0]?.storeTimestamp ?? 0) - startMs).to.equal(1_300)
  })

  it('are refused where a slot has too many', async () => {
    await begin({ timerCongestNumEachSlot: 10 })
    const put = (): string => fixture.put('a', { TIMER_DELAY_SEC: '5' }).status
    for (let i = 0; i < 11; i++) expect(put()).to.equal('PUT_OK')
    await fixture.rest()
    fixture.random = 0.999
    expect(put(), 'by chance').to.equal('WHEEL_TIMER_FLOW_CONTROL')
    fixture.random = 0
    for (let i = 0; i < 9; i++) expect(put()).to.equal('PUT_OK')
    await fixture.rest()
    expect(put(), 'twice as many').to.equal('WHEEL_TIMER_FLOW_CONTROL')
  })

  it('wait while they are stopped, and come when they go on', async () => {
    await begin()
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    await fixture.rest()
    fixture.config.timerStopDequeue = true
    await fixture.advance(10_000)
    expect(fixture.delivered).to.deep.equal([])
    fixture.config.timerStopDequeue = false
    fixture.config.timerStopEnqueue = true
    fixture.put('b', { TIMER_DELAY_SEC: '2' })
    await fixture.advance(10_000)
    expect(fixture.delivered).to.deep.equal(['a'])
    expect(fixture.timers.getEnqueueBehindMessages()).to.equal(1)
    fixture.config.timerStopEnqueue = false
    await fixture.advance(2_000)
    expect(fixture.delivered).to.deep.equal(['a', 'b'])
  })

  it('that the store refuses are put again until it takes them, the others of the slot once', async () => {
    await begin()
    for (const body of ['a', 'b', 'c']) fixture.put(body, { TIMER_DELAY_SEC: '2' })
    await fixture.rest()
    fixture.messageStore.nextStatus.push('PUT_OK', 'OS_PAGE_CACHE_BUSY', 'UNKNOWN_ERROR')
    for (let i = 0; i < 5; i++) {
      fixture.messageStore.nextStatus.push('SERVICE_NOT_AVAILABLE', 'SERVICE_NOT_AVAILABLE')
    }
    await fixture.advance(10_000)
    expect(fixture.delivered).to.deep.equal(['a', 'b', 'c'])
  })

  it('do not stop at a message that does not say when it is due', async () => {
    await begin()
    fixture.messageStore.putMessage(
      { ...fixture.plainMessage, topic: 'rmq_sys_wheel_timer' },
      () => undefined,
    )
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    await fixture.advance(3_000)
    expect(fixture.delivered).to.deep.equal(['a'])
  })

  it('are not delivered early when the clock is set back', async () => {
    await begin()
    await fixture.advance(10_000)
    fixture.clock.advance(-5_000)
    const dueMs = fixture.clock.now() + 2_000
    fixture.put('a', { TIMER_DELIVER_MS: String(dueMs) })
    await fixture.advance(10_000)
    expect(fixture.deliveredMessages[0]?.storeTimestamp).to.be.within(dueMs, dueMs + 5_000)
  })

  it('of a slave follow its master, and are delivered once it is one', async () => {
    await begin({ brokerRole: 'SLAVE' })
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    await fixture.advance(5_000)
    expect(fixture.timers.getEnqueueBehindMessages(), 'waits for the master').to.equal(1)
    follow(fixture.clock.now() - 10_000, 1)
    await fixture.advance(5_000)
    expect(fixture.timers.getEnqueueBehindMessages()).to.equal(0)
    expect(fixture.delivered).to.deep.equal([])
    await fixture.timers.setDequeuing(true)
    await fixture.advance(1_000)
    expect(fixture.delivered).to.deep.equal(['a'])
  })

  it('of a slave come once when it becomes the master, entered by the old one or not', async () => {
    await begin({ brokerRole: 'SLAVE' })
    const startMs = fixture.clock.now()
    for (const body of ['a', 'b', 'c', 'd']) fixture.put(body, { TIMER_DELAY_SEC: '2' })
    follow(startMs, 2)
    await fixture.advance(1_000)
    expect(fixture.timers.getEnqueueBehindMessages(), 'not entered by the master').to.equal(2)
    follow(startMs, 1)
    await fixture.timers.setDequeuing(true)
    await fixture.advance(5_000)
    expect(fixture.delivered.sort()).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('go on where the slave has come to that acted meanwhile, with what it had not got', async () => {
    await begin()
    const startMs = fixture.clock.now()
    fixture.put('a', { TIMER_DELAY_SEC: '3' })
    fixture.put('b', { TIMER_DELAY_SEC: '9' })
    fixture.put('not replicated', { TIMER_DELAY_SEC: '3' })
    await fixture.advance(1_000)
    await fixture.timers.setDequeuing(false)
    await fixture.advance(5_000)
    fixture.timers.takeOverCheckpoint(checkPoint(startMs + 5_000, 2))
    fixture.timers.takeOverCheckpoint(checkPoint(startMs, 0))
    await fixture.timers.setDequeuing(true)
    await fixture.advance(10_000)
    expect(fixture.delivered).to.deep.equal(['not replicated', 'b'])
  })

  it('that came late and wait are delivered by the slave that goes on from the check point', async () => {
    await begin()
    fixture.config.timerStopEnqueue = true
    fixture.put('a', { TIMER_DELAY_SEC: '1' })
    await fixture.advance(3_000)
    fixture.config.timerStopEnqueue = false
    while (fixture.timers.getEnqueueBehindMessages() > 0) await fixture.advance(100)
    expect(fixture.delivered, 'in the open slot').to.deep.equal([])
    const answer = fixture.timers.encodeCheckpoint()
    const slave = new TimerFixture({ brokerRole: 'SLAVE' })
    await slave.start()
    slave.put('a', { TIMER_DELAY_SEC: '1' })
    slave.timers.followMaster(answer)
    await slave.advance(fixture.clock.now() - slave.clock.now())
    slave.timers.followMaster(answer)
    await slave.rest()
    await slave.timers.setDequeuing(true)
    await slave.advance(3_000)
    expect(slave.delivered).to.deep.equal(['a'])
    await slave.timers.stop()
    await fixture.advance(3_000)
    expect(fixture.delivered).to.deep.equal(['a'])
    const offset = fixture.timers.encodeCheckpoint().readBigInt64BE(24)
    expect(offset, 'entered, once delivered').to.equal(1n)
  })

  it('come once when the broker stops to deliver and begins again', async () => {
    await begin({ timerFlushIntervalMs: 60_000 })
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    fixture.put('b', { TIMER_DELAY_SEC: '9' })
    await fixture.advance(5_000)
    await fixture.timers.setDequeuing(false)
    await fixture.timers.setDequeuing(true)
    await fixture.advance(10_000)
    expect(fixture.delivered).to.deep.equal(['a', 'b'])
  })

  it('come all when the broker stopped to deliver in the midst of a slot', async () => {
    await begin()
    const startMs = fixture.clock.now()
    for (const [slot, delaySec] of Object.entries({ a: 2, b: 4 })) {
      for (let i = 0; i < 300; i++) fixture.put(`${slot}${i}`, { TIMER_DELAY_SEC: `${delaySec}` })
    }
    await fixture.advance(1_000)
    fixture.messageStore.holdAnswers()
    await fixture.advance(1_000)
    const stopped = fixture.timers.setDequeuing(false)
    fixture.messageStore.releaseAnswers()
    await stopped
    await fixture.rest()
    expect(fixture.delivered).to.have.length(256)
    follow(startMs + 3_000, 600)
    await fixture.timers.setDequeuing(true)
    await fixture.advance(5_000)
    expect(fixture.delivered.filter((body) => body.startsWith('b'))).to.have.length(300)
  })

  it('leave no timer of the clock behind', async () => {
    await begin()
    fixture.put('a', { TIMER_DELAY_SEC: '2' })
    await fixture.rest()
    await fixture.timers.stop()
    expect(fixture.clock.pendingTimers).to.equal(0)
  })
})
