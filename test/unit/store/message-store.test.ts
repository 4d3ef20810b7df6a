import { expect } from 'chai'
import { encodeBatch } from '../../../codec/message/batch.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { NodeFileSystem } from '../../../lib/common/file-system.ts'
import type { MessageStoreConfig as LoadedConfig } from '../../../lib/config/message-store-config.ts'
import type { DefaultMessageStore, MessageStoreConfig } from '../../../lib/store/message-store.ts'
import type { GetMessageResult, MessageArriving } from '../../../lib/store/types.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { makeStore, put, putBatch, SMALL_FILES, type StoreOptions } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'

describe('DefaultMessageStore', () => {
  let temp: ReturnType<typeof makeTempDirectory>
  let clock: SimClock
  let store: DefaultMessageStore

  beforeEach(async () => {
    temp = makeTempDirectory()
    clock = new SimClock()
    store = await open()
  })

  afterEach(async () => {
    await store.stop()
    temp.remove()
  })

  async function open(options: Partial<StoreOptions> = {}): Promise<DefaultMessageStore> {
    const fileSystem = new NodeFileSystem()
    const opened = makeStore({ directory: temp.path, fileSystem, clock, ...options })
    await opened.start()
    return opened
  }

  function get(offset: number, maxMsgNums = 32): Promise<GetMessageResult> {
    const request = { group: 'G', topic: 'TopicA', queueId: 0, offset, maxMsgNums }
    return Promise.resolve(store.getMessage(request))
  }

  const bodies = (result: GetMessageResult) =>
    result.records.map((record) => decodeRecord(record).body.toString())

  it('gives each message its offsets and returns it to a get in the same turn', async () => {
    const first = await put(store, { body: Buffer.from('one') })
    const second = await put(store, { body: Buffer.from('two') })
    expect(first.status).to.equal('PUT_OK')
    expect(first.appended).to.deep.include({ commitLogOffset: 0, queueOffset: 0, messageCount: 1 })
    expect(second.appended).to.deep.include({
      commitLogOffset: first.appended?.size,
      queueOffset: 1,
    })
    const result = store.getMessage({
      group: 'G',
      topic: 'TopicA',
      queueId: 0,
      offset: 0,
      maxMsgNums: 32,
    }) as GetMessageResult
    expect(result).to.deep.include({
      status: 'FOUND',
      nextBeginOffset: 2,
      minOffset: 0,
      maxOffset: 2,
    })
    expect(bodies(result)).to.deep.equal(['one', 'two'])
  })

  it('finds all messages again after a clean stop, over many files', async () => {
    for (let i = 0; i < 500; i++) await put(store, { body: Buffer.from(`${i}`.padEnd(200)) })
    await store.stop()
    store = await open()
    expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(500)
    let offset = 0
    const seen: string[] = []
    while (offset < 500) {
      const result = await get(offset)
      expect(result.nextBeginOffset).to.be.greaterThan(offset)
      seen.push(...bodies(result))
      offset = result.nextBeginOffset
    }
    expect(seen.map((body) => body.trim())).to.deep.equal(
      Array.from({ length: 500 }, (_, i) => `${i}`),
    )
    const next = await put(store)
    expect(next.appended?.queueOffset).to.equal(500)
  })

  it('stores a client batch as messages of their own with consecutive offsets', async () => {
    const members = ['a', 'b', 'c'].map((text) => ({
      flag: 1,
      body: Buffer.from(text),
      properties: 'TAGS\x01T',
    }))
    const result = await putBatch(store, {
      body: encodeBatch(members),
      properties: 'WAIT\x01true\x02',
    })
    expect(result.appended).to.deep.include({ queueOffset: 0, messageCount: 3 })
    expect(result.appended?.offsetMsgId.split(',')).to.have.length(3)
    const got = await get(0)
    expect(bodies(got)).to.deep.equal(['a', 'b', 'c'])
    expect(decodeRecord(got.records[2] as Buffer)).to.deep.include({
      queueOffset: 2,
      flag: 1,
      properties: 'TAGS\x01T\x02WAIT\x01true\x02',
    })
  })

  it('refuses a batch whose lengths do not add up', async () => {
    const result = await putBatch(store, { body: Buffer.from('nonsense of some length') })
    expect(result.status).to.equal('MESSAGE_ILLEGAL')
  })

  it('tells listeners of each message after it can be read', async () => {
    const events: MessageArriving[] = []
    store.addMessageArrivingListener((event) => {
      expect(store.getMaxOffsetInQueue(event.topic, event.queueId)).to.equal(event.logicOffset)
      events.push(event)
    })
    await put(store)
    await put(store, { queueId: 3, properties: '' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(
      events.map(({ queueId, logicOffset, tagsCode }) => [queueId, logicOffset, tagsCode]),
    ).to.deep.equal([
      [0, 1, 2598919],
      [3, 1, 0],
    ])
  })

  it('tells how far the index is only to those who find a message by its key', async () => {
    await put(store, { properties: 'KEYS\u0001k\u0002' })
    await get(0)
    const query = (key: string) => store.queryMessage('TopicA', key, 5, 0, Number.MAX_SAFE_INTEGER)
    expect(await query('none')).to.deep.equal({
      records: [],
      indexLastUpdateTimestamp: 0,
      indexLastUpdatePhyoffset: 0,
    })
    expect((await query('k')).indexLastUpdateTimestamp).to.be.above(0)
  })

  it('answers gets outside a queue with the status and the offset to go on from', async () => {
    const unknown = await get(5)
    expect([unknown.status, unknown.nextBeginOffset]).to.deep.equal(['NO_MESSAGE_IN_QUEUE', 0])
    await put(store)
    const one = await get(1)
    expect([one.status, one.nextBeginOffset]).to.deep.equal(['OFFSET_OVERFLOW_ONE', 1])
    const badly = await get(7)
    expect([badly.status, badly.nextBeginOffset]).to.deep.equal(['OFFSET_OVERFLOW_BADLY', 1])
  })

  it('finds offsets by store time', async () => {
    const times: number[] = []
    for (let i = 0; i < 6; i++) {
      times.push(clock.now())
      await put(store)
      await put(store)
      clock.advance(1000)
    }
    const start = times[0] ?? 0
    const search = (time: number, boundary: 'lower' | 'upper') =>
      store.getOffsetInQueueByTime('TopicA', 0, time, boundary)
    expect(await search(start + 2000, 'lower')).to.equal(4)
    expect(await search(start + 2000, 'upper')).to.equal(5)
    expect(await search(start + 2001, 'lower')).to.equal(6)
    expect(await search(start + 2001, 'upper')).to.equal(5)
    expect(await search(start - 1, 'lower')).to.equal(0)
    expect(await search(start - 1, 'upper')).to.equal(0)
    expect(await search(start + 99_999, 'lower')).to.equal(12)
    expect(await search(start + 99_999, 'upper')).to.equal(11)
    expect(await store.getMessageStoreTimestamp('TopicA', 0, 3)).to.equal(start + 1000)
    expect(await store.getEarliestMessageTime('TopicA', 0)).to.equal(start)
    expect(await store.getEarliestMessageTime('TopicB', 0)).to.equal(-1)
  })

  it('looks messages up by their log offset, and nothing else', async () => {
    const { appended } = await put(store, { body: Buffer.alloc(9000, 'x') })
    const message = await store.lookMessageByOffset(appended?.commitLogOffset ?? -1)
    expect(message?.body.length).to.equal(9000)
    expect(await store.lookMessageByOffset(1)).to.equal(undefined)
    expect(await store.lookMessageByOffset(-1)).to.equal(undefined)
    expect(await store.lookMessageByOffset(store.maxPhysicalOffset)).to.equal(undefined)
    await store.stop()
    store = await open()
    expect((await store.lookMessageByOffset(0))?.body.length).to.equal(9000)
  })

  it('iterates over the units of a queue, from memory and from the disk', async () => {
    for (let i = 0; i < 5; i++) await put(store)
    const units = await store.iterateFrom('TopicA', 0, 3, 10)
    expect(units.map((unit) => unit.queueOffset)).to.deep.equal([3, 4])
    expect(units[0]).to.deep.include({ tagsCode: 2598919 })
    await store.stop()
    store = await open()
    expect(await store.iterateFrom('TopicA', 0, 3, 10)).to.deep.equal(units)
    expect(await store.iterateFrom('TopicA', 0, 5, 10)).to.deep.equal([])
    expect(await store.iterateFrom('TopicB', 0, 0, 10)).to.deep.equal([])
  })

  it('guesses how many messages a filter lets pass from the first ones', async () => {
    await store.stop()
    store = await open({ config: { maxConsumeQueueScan: 8 } })
    for (let i = 0; i < 20; i++) await put(store)
    let seen = 0
    const everyOther = {
      needsRecord: false,
      isMatchedByConsumeQueue: () => ++seen % 2 === 0,
      isMatchedByCommitLog: () => true,
    }
    expect(await store.estimateMessageCount('TopicA', 0, 0, 20, everyOther)).to.equal(10)
    expect(seen).to.equal(8)
    expect(await store.estimateMessageCount('TopicB', 0, 0, 20, everyOther)).to.equal(0)
  })

  it('knows which messages are taken for cached, also after a restart', async () => {
    for (let i = 0; i < 3; i++) await put(store)
    const isInMemory = () =>
      [-1, 0, 2, 3].map((offset) => store.checkInMemByConsumeOffset('TopicA', 0, offset))
    expect(isInMemory()).to.deep.equal([false, true, true, false])
    await store.stop()
    store = await open()
    expect(isInMemory()).to.deep.equal([false, true, true, false])
    expect(store.checkInMemByConsumeOffset('TopicB', 0, 0)).to.equal(false)
    await store.stop()
    store = await open({ config: { accessMessageInMemoryMaxRatio: 0 } })
    expect(isInMemory()).to.deep.equal([false, false, false, false])
  })

  describe('with control of cold data', () => {
    const config = { coldDataFlowControlEnable: true, accessMessageInMemoryHotRatio: 0 }

    async function reopen(settings: Partial<MessageStoreConfig>, tailBytes = 1_000_000) {
      await store.stop()
      store = await open({ config: settings, limits: { tailBytes } })
    }

    it('counts the records of the cold part of the log, but not for groups of the system', async () => {
      await reopen(config)
      const sizes: number[] = []
      for (let i = 0; i < 3; i++) sizes.push((await put(store)).appended?.size ?? 0)
      const [first = 0, second = 0] = sizes
      expect((await get(0, 2)).coldDataSum).to.equal(first + second)
      const request = { topic: 'TopicA', queueId: 0, offset: 0, maxMsgNums: 2 }
      const system = await store.getMessage({ ...request, group: 'TOOLS_CONSUMER' })
      expect(system.coldDataSum).to.equal(0)
      const isCold = [-1, 0, 2, 3].map((offset) => store.isMsgInColdArea('TopicA', 0, offset))
      expect(isCold).to.deep.equal([false, true, true, false])
      expect(store.isMsgInColdArea('TopicB', 0, 0)).to.equal(false)
    })

    it('counts nothing near the end of the log, nor while it is off', async () => {
      await reopen({ ...config, accessMessageInMemoryHotRatio: 1 })
      await put(store)
      expect((await get(0)).coldDataSum).to.equal(0)
      expect(store.isMsgInColdArea('TopicA', 0, 0)).to.equal(false)
      await reopen({ ...config, coldDataFlowControlEnable: false })
      expect((await get(0)).coldDataSum).to.equal(0)
      expect(store.isMsgInColdArea('TopicA', 0, 0)).to.equal(false)
    })

    it('counts a record that a filter leaves out once it has been read', async () => {
      await reopen(config)
      const { appended } = await put(store)
      const filter = {
        needsRecord: true,
        isMatchedByConsumeQueue: () => true,
        isMatchedByCommitLog: () => false,
      }
      const request = { group: 'G', topic: 'TopicA', queueId: 0, offset: 0, maxMsgNums: 1 }
      expect((await store.getMessage({ ...request, filter })).coldDataSum).to.equal(appended?.size)
    })

    it('counts what is read from the disk when it is asked to look', async () => {
      await reopen({ ...config, coldDataScanEnable: true })
      await put(store, { body: Buffer.alloc(3_000) })
      expect((await get(0)).coldDataSum).to.equal(0)
      for (let i = 0; i < 9; i++) await put(store, { body: Buffer.alloc(3_000) })
      await reopen({ ...config, coldDataScanEnable: true }, 4_096)
      const { mappedFileSizeCommitLog } = SMALL_FILES
      expect((await get(0, 2)).coldDataSum).to.equal(mappedFileSizeCommitLog)
      expect((await get(0, 2)).coldDataSum).to.equal(0)
      await reopen({ ...config, coldDataScanEnable: true, dataReadAheadEnable: false }, 4_096)
      const [record] = (await get(0, 1)).records
      expect((await get(0, 1)).coldDataSum).to.equal(record?.length)
    })
  })

  it('takes the configuration that lib/config loads', () => {
    const loaded = {} as LoadedConfig
    const config: MessageStoreConfig = loaded
    expect(config).to.equal(loaded)
  })
})
