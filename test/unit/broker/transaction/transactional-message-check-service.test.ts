import { expect } from 'chai'
import { findProperty } from '../../../../codec/message/properties.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import type { FakeChannel } from '../../../helpers/fake-channel.ts'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimFileSystem, simError } from '../../../helpers/sim-file-system.ts'
import { makeMessage } from '../../../helpers/store.ts'
import {
  COMMIT,
  HALF_TOPIC,
  MAX_TIME_TOPIC,
  OP_TOPIC,
  ROLLBACK,
  takeChecks,
  TransactionFixture,
} from '../../../helpers/transaction-fixture.ts'
import { until } from '../../../helpers/until.ts'

interface Place {
  readonly queueOffset: number
  readonly commitLogOffset: number
}

describe('TransactionalMessageCheckService', () => {
  let parts: BrokerParts
  let disk: SimFileSystem
  let fixture: TransactionFixture
  let producer: FakeChannel

  beforeEach(async () => {
    parts = makeBrokerParts()
    disk = new SimFileSystem()
    fixture = new TransactionFixture(parts, disk)
    await fixture.start()
    producer = fixture.connectProducer()
  })
  afterEach(async () => {
    await fixture.stop()
    expect(parts.clock.pendingTimers, 'timers left').to.equal(0)
    parts.remove()
  })

  async function prepare(body: string, properties: Record<string, string> = {}): Promise<Place> {
    const place = await fixture.prepare(body, properties)
    if (place === undefined) throw new Error('not stored')
    return place
  }

  function askedBodies(): string[] {
    return takeChecks(producer).map(({ message }) => message.body.toString())
  }

  async function timesOf(body: string): Promise<(string | undefined)[]> {
    const halves = await fixture.read(HALF_TOPIC)
    return halves
      .filter((half) => half.body.toString() === body)
      .map(({ properties }) => findProperty(properties, 'TRANSACTION_CHECK_TIMES'))
  }

  async function restart(): Promise<void> {
    await fixture.stop()
    fixture = new TransactionFixture(parts, disk)
    await fixture.start()
  }

  it('asks the producer about a half message that is old enough, as Apache does', async () => {
    const place = await prepare('a', { TAGS: 'x' })
    await fixture.check()
    const [check, ...others] = takeChecks(producer)
    expect(others).to.deep.equal([])
    const [, renewed] = await fixture.read(HALF_TOPIC)
    expect(check?.header).to.deep.include({
      topic: HALF_TOPIC,
      tranStateTableOffset: 1,
      commitLogOffset: renewed?.commitLogOffset,
      msgId: 'a',
      transactionId: 'a',
      bname: 'broker-a',
    })
    expect(check?.header.offsetMsgId).to.match(/^7F00000100002A9F[0-9A-F]{16}$/)
    expect(check?.message).to.deep.include({
      topic: 'T',
      queueId: 0,
      flag: 7,
      queueOffset: 1,
      commitLogOffset: renewed?.commitLogOffset,
    })
    expect(Object.fromEntries(propertiesOf(check?.message ?? { properties: '' }))).to.deep.equal({
      UNIQ_KEY: 'a',
      PGROUP: 'PG',
      TRAN_MSG: 'true',
      TAGS: 'x',
      __transactionId__: 'a',
      REAL_TOPIC: 'T',
      REAL_QID: '0',
      TRANSACTION_CHECK_TIMES: '1',
    })
    expect(place.queueOffset).to.equal(0)
    expect(fixture.progress()).to.deep.equal([1, -1])
  })

  it('commits what the producer says when it is asked, once', async () => {
    await prepare('a')
    await fixture.check()
    const [check] = takeChecks(producer)
    if (check === undefined) throw new Error('not asked')
    expect(await fixture.answer(check, COMMIT)).to.equal(0)
    await fixture.check()
    await fixture.check()
    expect(askedBodies()).to.deep.equal([])
    expect(await fixture.bodies('T')).to.deep.equal(['a'])
    expect(fixture.progress()).to.deep.equal([2, 1])
  })

  it('does not ask about what is settled, nor about what is younger than transactionTimeOut', async () => {
    await fixture.end(await prepare('committed'), COMMIT)
    await fixture.end(await prepare('rolled back'), ROLLBACK)
    parts.clock.advance(24_001)
    await prepare('young')
    parts.clock.advance(-24_001)
    await fixture.check()
    expect(askedBodies()).to.deep.equal([])
    expect(fixture.progress()[0]).to.equal(2)
    expect(await fixture.bodies(HALF_TOPIC)).to.have.length(3)
  })

  it('asks about the open ones between settled ones', async () => {
    for (let i = 0; i < 100; i++) {
      const place = await prepare(`m${i}`)
      if (i % 10 !== 3) await fixture.end(place, i % 2 === 0 ? COMMIT : ROLLBACK)
    }
    await fixture.check()
    expect(askedBodies()).to.deep.equal([3, 13, 23, 33, 43, 53, 63, 73, 83, 93].map((i) => `m${i}`))
    expect(fixture.progress()[0]).to.equal(100)
  })

  it('knows from the op messages what was settled before a restart', async () => {
    for (let i = 0; i < 1000; i++) {
      const place = await prepare(`m${i}`)
      if (i !== 500) await fixture.end(place, COMMIT)
    }
    await restart()
    await fixture.check()
    expect(askedBodies()).to.deep.equal(['m500'])
    expect(fixture.progress()).to.deep.equal([1000, (await fixture.read(OP_TOPIC)).length])
  })

  it('reads op messages of Apache with one offset, with many, and passes what is none', async () => {
    for (let i = 0; i < 6; i++) await prepare(`m${i}`)
    const put = (body: string, tag: string) =>
      new Promise((resolve) => {
        const properties = `WAIT\x01true\x02TAGS\x01${tag}\x02`
        fixture.store.putMessage(
          makeMessage({ topic: OP_TOPIC, body: Buffer.from(body), properties }),
          resolve,
        )
      })
    await put('0', 'd')
    await put('2,4,', 'd')
    await put('1,', 'x')
    await put('3,,x,-7,99999999999999999999', 'd')
    await put('', 'd')
    await fixture.check()
    expect(askedBodies()).to.deep.equal(['m1', 'm5'])
    expect(fixture.progress()).to.deep.equal([6, 5])
  })

  it('keeps to an op message that names a half message behind an open one', async () => {
    parts.brokerConfig.transactionTimeOut = 40_000
    const old = await prepare('old')
    parts.clock.advance(15_000)
    await prepare('open')
    const last = await prepare('last')
    for (const place of [old, last]) await fixture.end(place, COMMIT)
    await restart()
    await fixture.check()
    expect(fixture.progress()).to.deep.equal([1, -1])
    await restart()
    await fixture.check()
    expect(askedBodies()).to.deep.equal(['open'])
    expect(fixture.progress()).to.deep.equal([3, 1])
  })

  it('gives up after transactionCheckMax checks', async () => {
    parts.brokerConfig.transactionCheckMax = 3
    await prepare('a')
    for (let i = 0; i < 5; i++) await fixture.check()
    expect(askedBodies()).to.deep.equal(['a', 'a', 'a'])
    expect(await timesOf('a')).to.deep.equal([undefined, '1', '2', '3'])
    const [given] = await fixture.read(MAX_TIME_TOPIC)
    expect(given).to.deep.include({ topic: MAX_TIME_TOPIC, queueId: 0, flag: 7 })
    expect(findProperty(given?.properties ?? '', 'REAL_TOPIC')).to.equal('T')
    expect(parts.topicConfigManager.selectTopicConfig(MAX_TIME_TOPIC)).to.deep.include({
      readQueueNums: 1,
      writeQueueNums: 1,
      perm: 6,
    })
    expect(fixture.transactions.metrics.getTransactionCount('T')).to.equal(0)
    expect(fixture.progress()[0]).to.equal(4)
  })

  it('gives up what is older than fileReservedTime', async () => {
    await prepare('a')
    await fixture.stop()
    parts.clock.advance(72 * 3_600_000)
    await restart()
    await fixture.check()
    expect(await fixture.bodies(MAX_TIME_TOPIC)).to.deep.equal(['a'])
    expect(askedBodies()).to.deep.equal([])
  })

  it('goes on without a producer, and asks whoever of the group comes', async () => {
    await prepare('a')
    parts.producerManager.doChannelCloseEvent(producer)
    await fixture.check()
    expect(await timesOf('a')).to.deep.equal([undefined, '1'])
    const next = fixture.connectProducer(2)
    await fixture.check()
    expect(takeChecks(producer)).to.deep.equal([])
    const [check] = takeChecks(next)
    expect(check?.header.tranStateTableOffset).to.equal(2)
  })

  it('asks the producers of a group in turn, none that has gone', async () => {
    const second = fixture.connectProducer(2)
    const third = fixture.connectProducer(3)
    third.isOpen = false
    for (let i = 0; i < 10; i++) await prepare(`m${i}`)
    await fixture.check()
    expect([takeChecks(producer).length, takeChecks(second).length]).to.deep.equal([5, 5])
  })

  describe('CHECK_IMMUNITY_TIME_IN_SECONDS', () => {
    const immune = { CHECK_IMMUNITY_TIME_IN_SECONDS: '50' }

    it('puts a message back unasked until its time has come', async () => {
      await prepare('a', immune)
      await fixture.check()
      expect(askedBodies()).to.deep.equal([])
      const [, renewed] = await fixture.read(HALF_TOPIC)
      expect(findProperty(renewed?.properties ?? '', 'TRAN_PREPARED_QUEUE_OFFSET')).to.equal('0')
      await fixture.check()
      expect(askedBodies()).to.deep.equal(['a'])
      expect(await timesOf('a')).to.deep.equal([undefined, '1', '2'])
    })

    it('lets the messages behind it be checked', async () => {
      await prepare('immune', immune)
      await prepare('other')
      await fixture.check()
      expect(askedBodies()).to.deep.equal(['other'])
    })

    it('does not ask when the first of the copies was settled, also after a restart', async () => {
      for (const isRestarted of [false, true]) {
        const place = await prepare('a', immune)
        await fixture.check()
        await fixture.end(place, COMMIT)
        if (isRestarted) await restart()
        for (let i = 0; i < 3; i++) await fixture.check()
        expect(askedBodies()).to.deep.equal([])
      }
      expect(await fixture.bodies('T')).to.deep.equal(['a', 'a'])
    })

    it('counts as transactionTimeOut when it is no number', async () => {
      await prepare('a', { CHECK_IMMUNITY_TIME_IN_SECONDS: 'x' })
      await fixture.check()
      expect(askedBodies()).to.deep.equal(['a'])
    })
  })

  it('has no effect twice when the producer decides unasked after it was asked', async () => {
    const place = await prepare('a')
    await fixture.check()
    const [check] = takeChecks(producer)
    if (check === undefined) throw new Error('not asked')
    expect(await fixture.end(place, COMMIT)).to.equal(0)
    expect(await fixture.answer(check, COMMIT)).to.equal(0)
    await restart()
    for (let i = 0; i < 3; i++) await fixture.check()
    expect(askedBodies()).to.deep.equal([])
    expect(await fixture.bodies('T')).to.deep.equal(['a'])
  })

  it('tries again what the store refuses, and loses nothing', async () => {
    await fixture.end(await prepare('committed'), COMMIT)
    await prepare('a')
    await prepare('b')
    await fixture.settle()
    disk.fault = (operation) => (operation === 'write' ? simError('EIO') : undefined)
    await fixture.check()
    disk.fault = () => undefined
    await fixture.check()
    expect(askedBodies()).to.deep.equal(['a', 'b'])
    expect(await fixture.bodies('T')).to.deep.equal(['committed'])
  })

  it('does not check on a slave', async () => {
    await fixture.stop()
    parts.storeConfig.brokerRole = 'SLAVE'
    fixture = new TransactionFixture(parts, disk)
    await fixture.start()
    await prepare('a')
    parts.clock.advance(60_000)
    await fixture.settle()
    expect(await fixture.bodies(HALF_TOPIC)).to.have.length(1)
  })

  it('begins at the end of a queue that a power loss has shortened', async () => {
    for (let i = 0; i < 5; i++) await prepare(`m${i}`)
    await fixture.check()
    fixture.offsets.commitOffset('CID_RMQ_SYS_TRANS', HALF_TOPIC, 0, 1000)
    fixture.offsets.commitOffset('CID_RMQ_SYS_TRANS', OP_TOPIC, 0, 1000)
    await restart()
    expect(fixture.progress()).to.deep.equal([10, 0])
    takeChecks(producer)
    await prepare('next')
    await fixture.check()
    expect(askedBodies()).to.deep.equal(['next'])
  })

  it('counts the open transactions of each topic, also after a restart', async () => {
    await prepare('a')
    const b = await prepare('b')
    await fixture.end(b, ROLLBACK)
    await restart()
    expect(fixture.transactions.metrics.getTransactionCount('T')).to.equal(1)
    const file = disk.readFile('/store/config/transactionMetrics').toString()
    expect(JSON.parse(file)).to.deep.equal({
      dataVersion: { counter: 3, stateVersion: 0, timestamp: parts.clock.now() },
      transactionCount: { T: { count: 1, timeStamp: parts.clock.now() } },
    })
  })

  it('writes an op message when transactionOpMsgMaxSize is reached', async () => {
    for (let i = 0; i < 1200; i++) await fixture.end(await prepare(`m${i}`), ROLLBACK)
    const ops = await fixture.read(OP_TOPIC)
    expect(ops).to.have.length(1)
    expect(ops[0]?.body.length).to.be.within(4096, 4100)
  })

  it('keeps what an op message names when the store refuses it', async () => {
    await fixture.end(await prepare('a'), COMMIT)
    let faults = 0
    disk.fault = (operation) => {
      if (operation !== 'write') return undefined
      faults++
      return simError('EIO')
    }
    parts.clock.advance(3000)
    await until(() => faults > 0)
    await settle()
    disk.fault = () => undefined
    parts.clock.advance(3000)
    await prepare('b')
    expect(await fixture.bodies(OP_TOPIC)).to.deep.equal(['0,'])
  })
})
