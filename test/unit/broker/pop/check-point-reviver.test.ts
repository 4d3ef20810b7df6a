import { expect } from 'chai'
import { PopCheckPoint } from '../../../../codec/body/pop-check-point.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import type { GetMessageRequest, GetMessageResult } from '../../../../lib/store/types.ts'
import { PopFixture, REVIVE_TOPIC } from '../../../helpers/pop-fixture.ts'

const RETRY_TOPIC = '%RETRY%G_T'
const TIMERS = 'rmq_sys_wheel_timer'

/** Revival as a whole: the revive queue, its table, and what becomes of the messages. */
describe('CheckPointReviver', () => {
  let fixture: PopFixture

  beforeEach(async () => {
    fixture = new PopFixture()
    fixture.addTopic('T')
    await fixture.start()
  })
  afterEach(() => fixture.remove())

  function send(...bodies: string[]): void {
    for (const body of bodies) fixture.send('T', body)
  }

  function revived(): string[] {
    return fixture.store.messagesOf(RETRY_TOPIC, 0).map(({ body }) => body.toString())
  }

  /** Check points on their way to the revive topic, in the order of their puts. */
  function checkPoints(): PopCheckPoint[] {
    return fixture.store.messagesOf(TIMERS, 0).map(({ body }) => PopCheckPoint.decode(body))
  }

  function committed(): number {
    return fixture.offsets.queryOffset('CID_RMQ_SYS_REVIVE_GROUP', REVIVE_TOPIC, 0)
  }

  /** From now on reads of the topic are answered by `read` where it gives something. */
  function interceptReads(
    read: (request: GetMessageRequest) => GetMessageResult | Promise<GetMessageResult> | undefined,
  ): void {
    const { store } = fixture
    const original = store.getMessage.bind(store)
    const get = (request: GetMessageRequest) =>
      (request.topic === 'T' ? read(request) : undefined) ?? original(request)
    Object.assign(store, { getMessage: get })
  }

  /** A check point that a client has sent to the revive topic. */
  function forge(given: object): void {
    const nowMs = fixture.clock.now()
    const place = { so: 0, q: 0, t: 'T', c: 'G', bn: 'broker-a', ro: 0 }
    const ck = { ...place, pt: nowMs, it: 1_000, bm: 0, n: 1, ...given }
    fixture.sendTo(REVIVE_TOPIC, PopCheckPoint.encode(ck), encodeProperties([['TAGS', 'ck']]))
  }

  it('revives once what can be read, and tries the unreadable one again', async () => {
    send('a', 'b', 'c')
    await fixture.pop()
    let isBroken = true
    interceptReads(({ offset }) =>
      isBroken && offset === 1 ? Promise.reject(new Error('EIO')) : undefined,
    )
    await fixture.advance(20_000)
    expect(revived()).to.deep.equal(['a', 'c'])
    expect(committed()).to.equal(0)
    isBroken = false
    await fixture.advance(10_000)
    expect(revived()).to.deep.equal(['a', 'c', 'b'])
  })

  it('puts the check point again at growing intervals while the store refuses the message', async () => {
    send('a')
    await fixture.pop()
    interceptReads(() => Promise.reject(new Error('EIO')))
    await fixture.advance(66_000)
    expect(checkPoints().map(({ rp, it, so, n }) => [rp, it, so, n])).to.deep.equal([
      [undefined, 10_000, 0, 1],
      ['1', 20_000, 0, 1],
      ['2', 40_000, 0, 1],
      ['3', 70_000, 0, 1],
    ])
  })

  for (const [skip, times] of [
    ['true', 1],
    ['false', 2],
  ] as const) {
    it(`after the last attempt, with skipWhenCKRePutReachMaxTimes=${skip}: ${times} check point(s)`, async () => {
      Object.assign(fixture.config, { skipWhenCKRePutReachMaxTimes: skip === 'true' })
      send('a')
      interceptReads(() => Promise.reject(new Error('EIO')))
      forge({ rp: '17' })
      await fixture.advance(6_000)
      const rePut = checkPoints().map(({ rp, it }) => [rp, it])
      expect(rePut).to.deep.equal(times === 1 ? [] : [['18', 1_000 + 7_200_000]])
      expect(committed()).to.equal(0)
    })
  }

  it('does not commit while the store takes neither message nor check point, and loses nothing', async () => {
    send('a', 'b')
    await fixture.pop()
    await fixture.advance(9_500)
    // Of the first message: the retry topic, then the check point.
    fixture.store.nextStatus.push('SERVICE_NOT_AVAILABLE', 'SERVICE_NOT_AVAILABLE')
    await fixture.advance(3_000)
    expect([revived(), committed()]).to.deep.equal([['b'], -1])
    await fixture.advance(3_000)
    expect([revived(), committed()]).to.deep.equal([['b', 'a'], 0])
  })

  it('does not revive the next message for one that has gone', async () => {
    send('a', 'b')
    await fixture.pop({ maxMsgNums: 1 })
    const { store } = fixture
    const next = store.getMessage.bind(store)
    interceptReads((request) =>
      request.offset === 0 ? next({ ...request, offset: 1 }) : undefined,
    )
    await fixture.advance(15_000)
    expect([revived(), committed()]).to.deep.equal([[], 0])
  })

  it('revives an inner batch for an offset within it', async () => {
    const batch = encodeProperties([
      ['INNER_NUM', '3'],
      ['INNER_BASE', '0'],
    ])
    fixture.sendTo('T', Buffer.from('batch'), batch)
    const { store } = fixture
    const next = store.getMessage.bind(store)
    interceptReads((request) => next({ ...request, offset: 0 }))
    forge({ so: 2 })
    forge({ so: 3, pt: fixture.clock.now() + 1 })
    await fixture.advance(6_000)
    expect(revived()).to.deep.equal(['batch'])
  })

  it('reads the messages of a check point one after the other', async () => {
    send('a', 'b', 'c')
    await fixture.pop()
    let reading = 0
    let most = 0
    const { store } = fixture
    const read = store.getMessage.bind(store)
    interceptReads(async (request) => {
      most = Math.max(most, ++reading)
      await fixture.settle()
      reading--
      return read(request)
    })
    await fixture.advance(15_000)
    expect([revived(), most]).to.deep.equal([['a', 'b', 'c'], 1])
  })

  it('refuses forged check points and goes on with the others', async () => {
    send('a')
    forge({ n: 2_000_000_000 })
    forge({ n: -1 })
    forge({ n: 1, d: [0, 1] })
    forge({ it: 400 * 24 * 3_600_000 })
    await fixture.pop()
    await fixture.advance(15_000)
    expect([revived(), committed()]).to.deep.equal([['a'], 4])
  })

  it('counts what it revives as put', async () => {
    send('a')
    await fixture.pop()
    await fixture.advance(15_000)
    const [message] = fixture.store.messagesOf(RETRY_TOPIC, 0)
    const counted = ['TOPIC_PUT_NUMS', 'TOPIC_PUT_SIZE'].map(
      (name) => fixture.stats.getStatsItem(name, RETRY_TOPIC)?.value,
    )
    expect(counted).to.deep.equal([1, message?.storeSize])
  })
})
