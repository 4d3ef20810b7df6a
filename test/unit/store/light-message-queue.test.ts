import { expect } from 'chai'
import { findProperty } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { DefaultMessageStore } from '../../../lib/store/message-store.ts'
import type { MessageArriving } from '../../../lib/store/types.ts'
import { Random } from '../../helpers/random.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { SimFileSystem, simError } from '../../helpers/sim-file-system.ts'
import { makeStore, put, type StoreOptions } from '../../helpers/store.ts'

const LMQ = { enableLmq: true, enableMultiDispatch: true }

describe('light message queues', () => {
  let disk: SimFileSystem
  let clock: SimClock
  let store: DefaultMessageStore

  beforeEach(async () => {
    disk = new SimFileSystem()
    clock = new SimClock()
    store = await open()
  })

  afterEach(async () => {
    await store.stop()
  })

  async function open(options: Partial<StoreOptions> = {}): Promise<DefaultMessageStore> {
    const opened = makeStore({ directory: '/s', fileSystem: disk, clock, config: LMQ, ...options })
    await opened.start()
    return opened
  }

  async function reopen(options: Partial<StoreOptions>): Promise<void> {
    await store.stop()
    store = await open(options)
  }

  /** The multi queue offsets that the stored message tells. */
  async function dispatch(names: string, topic = 'TopicA'): Promise<string | undefined> {
    const properties = `INNER_MULTI_DISPATCH\x01${names}\x02`
    const { appended } = await put(store, { topic, queueId: 3, properties })
    const record = await store.selectOneMessageByOffset(appended?.commitLogOffset ?? -1)
    return findProperty(decodeRecord(record as Buffer).properties, 'INNER_MULTI_QUEUE_OFFSET')
  }

  async function bodiesIn(topic: string, queueId = 0): Promise<number> {
    const request = { group: 'G', topic, queueId, offset: 0, maxMsgNums: 32 }
    const { records } = await store.getMessage(request)
    return records.length
  }

  it('give offsets that stand in the properties, and hold the message beside its own queue', async () => {
    expect(await dispatch('%LMQ%a')).to.equal('0')
    expect(await dispatch('%LMQ%a,%LMQ%b')).to.equal('1,0')
    expect([await bodiesIn('%LMQ%a'), await bodiesIn('%LMQ%b')]).to.deep.equal([2, 1])
    expect(await bodiesIn('TopicA', 3)).to.equal(2)
    expect(store.getMaxOffsetInQueue('%LMQ%a', 0)).to.equal(2)
  })

  it('tell their listeners', async () => {
    const events: MessageArriving[] = []
    store.addMessageArrivingListener((event) => events.push(event))
    await dispatch('%LMQ%a')
    await dispatch('%LMQ%a')
    expect(events.map(({ topic, queueId, logicOffset }) => [topic, queueId, logicOffset])).to.eql([
      ['TopicA', 3, 1],
      ['%LMQ%a', 0, 1],
      ['TopicA', 3, 2],
      ['%LMQ%a', 0, 2],
    ])
  })

  it('go on after a restart', async () => {
    await dispatch('%LMQ%a,%LMQ%b')
    await reopen({})
    expect(await dispatch('%LMQ%b,%LMQ%a,%LMQ%c')).to.equal('1,1,0')
    expect(await bodiesIn('%LMQ%a')).to.equal(2)
  })

  it('replace offsets that a client claims', async () => {
    const properties = 'INNER_MULTI_QUEUE_OFFSET\x0177\x02INNER_MULTI_DISPATCH\x01%LMQ%a\x02'
    const { appended } = await put(store, { properties })
    const record = await store.selectOneMessageByOffset(appended?.commitLogOffset ?? -1)
    expect(decodeRecord(record as Buffer).properties).to.equal(
      'INNER_MULTI_DISPATCH\x01%LMQ%a\x02INNER_MULTI_QUEUE_OFFSET\x010\x02',
    )
    expect(await bodiesIn('%LMQ%a')).to.equal(1)
  })

  it('take as many offsets as they are named, though they hold the message once', async () => {
    expect(await dispatch('%LMQ%a,%LMQ%a')).to.equal('0,0')
    expect(await dispatch('%LMQ%a')).to.equal('2')
    expect(await bodiesIn('%LMQ%a')).to.equal(2)
  })

  it('are not made of names that no queue can have', async () => {
    expect(await dispatch(`%LMQ%a/b,%LMQ%${'x'.repeat(300)},%LMQ%ok`)).to.equal('0,0,0')
    expect(store.topics).to.have.members(['TopicA', '%LMQ%ok'])
    expect(await dispatch('other,%LMQ%ok')).to.equal(',1')
    expect(await bodiesIn('%LMQ%ok')).to.equal(2)
    expect(await dispatch('%LMQ%ok,other')).to.equal('2,')
    expect(await bodiesIn('%LMQ%ok')).to.equal(2)
  })

  it('get nothing from topics of the system', async () => {
    expect(await dispatch('%LMQ%a', '%RETRY%G')).to.equal(undefined)
    expect(await dispatch('%LMQ%a', 'SCHEDULE_TOPIC_XXXX')).to.equal(undefined)
    expect(await dispatch('%LMQ%a', 'rmq_sys_X')).to.equal(undefined)
    expect(store.topics).not.to.include('%LMQ%a')
  })

  it('need both switches', async () => {
    await reopen({ config: { enableLmq: false, enableMultiDispatch: false } })
    expect(await dispatch('%LMQ%a')).to.equal(undefined)
    await reopen({ config: { enableLmq: true, enableMultiDispatch: false } })
    expect(await dispatch('%LMQ%a')).to.equal('0')
    expect(store.topics).not.to.include('%LMQ%a')
  })

  it('take offsets back that could not be written', async () => {
    await dispatch('%LMQ%a')
    disk.fault = (operation) => (operation === 'write' ? simError('EIO') : undefined)
    const properties = 'INNER_MULTI_DISPATCH\x01%LMQ%a,%LMQ%a\x02'
    expect((await put(store, { properties })).status).to.equal('UNKNOWN_ERROR')
    disk.fault = () => undefined
    expect(await dispatch('%LMQ%a')).to.equal('1')
  })

  it('are made again after a crash', async () => {
    for (let i = 0; i < 20; i++) await dispatch('%LMQ%a')
    disk = disk.restart('kill', new Random(1))
    store = await open()
    expect(await dispatch('%LMQ%a')).to.equal('20')
    expect(await bodiesIn('%LMQ%a')).to.equal(21)
  })
})
