import { expect } from 'chai'
import { PopFixture, type Popped } from '../../../helpers/pop-fixture.ts'

const TIMERS = 'rmq_sys_wheel_timer'

describe('PopBufferMergeService', () => {
  let fixture: PopFixture

  beforeEach(async () => {
    fixture = new PopFixture({ enablePopBufferMerge: 'true' })
    fixture.addTopic('T')
    await fixture.start()
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
  })
  afterEach(() => fixture.remove())

  /** What is on its way to the revive topic. */
  function stored(): string[] {
    return fixture.store
      .messagesOf(TIMERS, 0)
      .map(({ properties }) => /TAGS\u0001(\w+)/.exec(properties)?.[1] ?? '')
  }

  async function ackAll(popped: readonly Popped[]): Promise<void> {
    for (const each of popped) await fixture.ack(each)
  }

  it('stores nothing of what is acknowledged soon', async () => {
    const popped = await fixture.pop({ invisibleTime: 60_000 })
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(0)
    expect(await fixture.pop()).to.deep.equal([])
    await ackAll(popped)
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(3)
    await fixture.advance(70_000)
    expect(stored()).to.deep.equal([])
  })

  it('does not commit past a pop that is open, though later ones are done', async () => {
    const first = await fixture.pop({ maxMsgNums: 1, invisibleTime: 60_000 })
    await ackAll(await fixture.pop({ maxMsgNums: 1, invisibleTime: 60_000 }))
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(0)
    await ackAll(first)
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(2)
  })

  it('stores the check point and what is acknowledged when it has stayed too long', async () => {
    const [a] = await fixture.pop({ invisibleTime: 60_000 })
    if (a !== undefined) await fixture.ack(a)
    await fixture.advance(9_900)
    expect(stored()).to.deep.equal([])
    await fixture.advance(300)
    expect(stored()).to.deep.equal(['ck', 'ack'])
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(3)
    await fixture.advance(53_500)
    expect((await fixture.pop()).map(({ body }) => body)).to.deep.equal(['b', 'c'])
  })

  it('stores the check point before its time is over, and later acknowledgements at once', async () => {
    const [a, b, c] = await fixture.pop({ invisibleTime: 8_000 })
    await fixture.advance(4_000)
    if (a !== undefined) await fixture.ack(a)
    expect(stored()).to.deep.equal(['ack'])
    await fixture.advance(1_200)
    expect(stored()).to.deep.equal(['ack', 'ck'])
    await ackAll([b, c].filter((each) => each !== undefined))
    await fixture.advance(20_000)
    expect(await fixture.pop()).to.deep.equal([])
  })

  it('stores acknowledgements as one message with enablePopBatchAck', async () => {
    Object.assign(fixture.config, { enablePopBatchAck: true })
    const popped = await fixture.pop({ invisibleTime: 60_000 })
    await ackAll(popped.slice(1))
    await fixture.advance(10_200)
    expect(stored()).to.deep.equal(['ck', 'bAck'])
  })

  it('stores what it holds when the broker stops', async () => {
    const popped = await fixture.pop({ invisibleTime: 60_000 })
    await ackAll(popped.slice(0, 2))
    await fixture.restart()
    expect(stored()).to.deep.equal(['ck', 'ack', 'ack'])
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(3)
    await fixture.advance(63_500)
    expect((await fixture.pop()).map(({ body }) => body)).to.deep.equal(['c'])
  })

  it('asks a store that refuses again', async () => {
    const popped = await fixture.pop({ invisibleTime: 60_000 })
    await ackAll(popped.slice(0, 1))
    fixture.store.nextStatus.push('SERVICE_NOT_AVAILABLE', 'PUT_OK', 'SERVICE_NOT_AVAILABLE')
    await fixture.advance(12_500)
    expect(stored()).to.deep.equal(['ck', 'ack'])
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(3)
  })
})
