import { expect } from 'chai'
import { encodeBatch } from '../../../codec/message/batch.ts'
import { findProperty } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { MessageSysFlag } from '../../../codec/message/sys-flag.ts'
import { type DefaultMessageStore, StoreError } from '../../../lib/store/message-store.ts'
import type {
  GetMessageResult,
  MessageArriving,
  PutMessageResult,
} from '../../../lib/store/types.ts'
import { Random } from '../../helpers/random.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../helpers/sim-file-system.ts'
import { makeStore, put, type StoreOptions } from '../../helpers/store.ts'

const FLAGS = MessageSysFlag.INNER_BATCH_FLAG | MessageSysFlag.NEED_UNWRAP_FLAG
const BATCH_TOPIC = 'BatchTopic'

describe('batches kept as one', () => {
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
    const batchTopics = [BATCH_TOPIC]
    const opened = makeStore({ directory: '/s', fileSystem: disk, clock, batchTopics, ...options })
    await opened.start()
    return opened
  }

  async function restart(): Promise<void> {
    await store.stop()
    store = await open()
  }

  function putBatchOf(
    count: number,
    overrides: { topic?: string } = {},
  ): Promise<PutMessageResult> {
    const members = Array.from({ length: count }, (_, i) => {
      return { flag: 0, body: Buffer.from(`m${i}`), properties: '' }
    })
    return put(store, {
      topic: BATCH_TOPIC,
      sysFlag: FLAGS,
      body: encodeBatch(members),
      properties: `UNIQ_KEY\x01U\x02INNER_NUM\x01${count}\x02`,
      ...overrides,
    })
  }

  function get(offset: number, maxMsgNums = 32): Promise<GetMessageResult> {
    const request = { group: 'G', topic: BATCH_TOPIC, queueId: 0, offset, maxMsgNums }
    return Promise.resolve(store.getMessage(request))
  }

  const bases = (result: GetMessageResult) =>
    result.records.map((record) => decodeRecord(record).queueOffset)

  it('take an offset for each message and tell the first in their properties', async () => {
    const first = await putBatchOf(2)
    const second = await putBatchOf(3)
    const single = await put(store, { topic: BATCH_TOPIC })
    expect(first.appended).to.deep.include({ queueOffset: 0, messageCount: 2 })
    expect(second.appended).to.deep.include({ queueOffset: 2, messageCount: 3 })
    expect(single.appended).to.deep.include({ queueOffset: 5, messageCount: 1 })
    expect(store.getMaxOffsetInQueue(BATCH_TOPIC, 0)).to.equal(6)
    const [record] = (await get(2)).records
    const { properties, sysFlag } = decodeRecord(record as Buffer)
    expect(findProperty(properties, 'INNER_BASE')).to.equal('2')
    expect(sysFlag & FLAGS).to.equal(FLAGS)
  })

  it('are got whole from any of their messages on, and the next offset is behind them', async () => {
    await putBatchOf(2)
    await putBatchOf(3)
    const fromFirst = await get(1)
    expect(bases(fromFirst)).to.deep.equal([0, 2])
    expect(fromFirst).to.deep.include({ nextBeginOffset: 5, messageCount: 5, maxOffset: 5 })
    expect(bases(await get(4))).to.deep.equal([2])
    expect((await get(5)).status).to.equal('OFFSET_OVERFLOW_ONE')
    expect(await get(9)).to.deep.include({ status: 'OFFSET_OVERFLOW_BADLY', nextBeginOffset: 5 })
  })

  it('count with their messages against the limit of a get, but one always goes through', async () => {
    for (let i = 0; i < 3; i++) await putBatchOf(4)
    expect(bases(await get(0, 8))).to.deep.equal([0, 4])
    expect(await get(0, 7)).to.deep.include({ nextBeginOffset: 4, messageCount: 4 })
    expect(bases(await get(0, 1))).to.deep.equal([0])
  })

  it('are refused by a topic of another type', async () => {
    const result = await putBatchOf(2, { topic: 'Plain' })
    expect(result.status).to.equal('MESSAGE_ILLEGAL')
    expect(store.maxPhysicalOffset).to.equal(0)
  })

  for (const end of ['stop', 'kill'] as const) {
    it(`are where they were after a ${end}, over several files`, async () => {
      for (let i = 0; i < 25; i++) await putBatchOf(2)
      if (end === 'stop') await store.stop()
      else disk = disk.restart('kill', new Random(1))
      store = await open()
      expect(store.getMaxOffsetInQueue(BATCH_TOPIC, 0)).to.equal(50)
      await putBatchOf(2)
      expect(bases(await get(11, 6))).to.deep.equal([10, 12, 14])
      expect(bases(await get(19, 6))).to.deep.equal([18])
      expect(bases(await get(51))).to.deep.equal([50])
    })
  }

  it('are found by time and listed as units', async () => {
    const startMs = clock.now()
    for (let i = 0; i < 3; i++) {
      await putBatchOf(2)
      clock.advance(1_000)
    }
    const search = (ms: number) => store.getOffsetInQueueByTime(BATCH_TOPIC, 0, ms, 'lower')
    expect(await search(startMs + 1)).to.equal(2)
    expect(await search(startMs + 9_000)).to.equal(4)
    expect(await store.getMessageStoreTimestamp(BATCH_TOPIC, 0, 3)).to.equal(startMs + 1_000)
    expect(await store.getEarliestMessageTime(BATCH_TOPIC, 0)).to.equal(startMs)
    const units = await store.iterateFrom(BATCH_TOPIC, 0, 3, 10)
    expect(units.map(({ queueOffset, batchNum }) => [queueOffset, batchNum])).to.deep.equal([
      [2, 2],
      [4, 2],
    ])
  })

  it('tell listeners where they begin', async () => {
    const events: MessageArriving[] = []
    store.addMessageArrivingListener((event) => events.push(event))
    await putBatchOf(2)
    await putBatchOf(2)
    expect(events.map(({ logicOffset }) => logicOffset)).to.deep.equal([1, 3])
  })

  it('a topic whose queues are of another type keeps the store from opening', async () => {
    await putBatchOf(2)
    await store.stop()
    try {
      await open({ batchTopics: [] })
      expect.fail('it opened')
    } catch (error) {
      expect(error).to.be.instanceOf(StoreError)
      expect((error as Error).message).to.contain('batchconsumequeue/BatchTopic holds queues')
    }
  })

  it('go with their topic', async () => {
    await putBatchOf(2)
    await restart()
    store.deleteTopics(new Set([BATCH_TOPIC]))
    expect(disk.list('/s/batchconsumequeue')).to.deep.equal([])
    expect((await putBatchOf(2)).appended?.queueOffset).to.equal(0)
  })

  it('have an empty queue without a minimum', async () => {
    expect(await get(0)).to.deep.include({ status: 'NO_MESSAGE_IN_QUEUE', minOffset: -1 })
  })
})
