import { expect } from 'chai'
import { recordCommitLogOffset } from '../../../../codec/message/record-reader.ts'
import type { CqExtUnit } from '../../../../codec/store/consume-queue-ext-unit.ts'
import type { DefaultMessageStore } from '../../../../lib/store/message-store.ts'
import type { CommitLogDispatcher, MessageFilter } from '../../../../lib/store/types.ts'
import { Random } from '../../../helpers/random.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'
import { makeStore, put } from '../../../helpers/store.ts'

const DIRECTORY = '/store'
const EXT_FILES = `${DIRECTORY}/consumequeue_ext/TopicA/0`
const TAG_A = 2598919
/** A file has room for 9 units with maps of 2 bytes, and 4 bytes for its end. */
const EXT_FILE_BYTES = 220

/** The map of a message tells its place in the log. */
const dispatcher: CommitLogDispatcher = {
  name: 'bit map',
  dispatch: (request) => {
    const map = Buffer.alloc(2)
    map.writeUInt16BE(request.queueOffset)
    request.bitMap = map
  },
}

describe('ConsumeQueueExt', () => {
  let disk: SimFileSystem
  let clock: SimClock
  let store: DefaultMessageStore
  let enableConsumeQueueExt: boolean
  let tailBytes: number

  beforeEach(async () => {
    disk = new SimFileSystem()
    clock = new SimClock(1_700_000_000_000)
    enableConsumeQueueExt = true
    tailBytes = 64 * 1024
    await open()
  })
  afterEach(() => store.stop())

  async function open(): Promise<void> {
    store = makeStore({
      directory: DIRECTORY,
      fileSystem: disk,
      clock,
      config: { enableConsumeQueueExt, mappedFileSizeConsumeQueueExt: EXT_FILE_BYTES },
      limits: { consumeQueueTailBytes: tailBytes },
    })
    store.addFirstDispatcher(dispatcher)
    await store.start()
  }

  async function reopen(): Promise<void> {
    await store.stop()
    await open()
  }

  async function crash(): Promise<void> {
    disk = disk.restart('kill', new Random(1))
    await open()
  }

  async function putAll(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await put(store)
  }

  /** What a filter gets to see of the messages from `offset` on. */
  async function seen(offset: number, maxMsgNums = 1000) {
    const units: (CqExtUnit | undefined)[] = []
    const tagsCodes: (number | undefined)[] = []
    const filter: MessageFilter = {
      needsRecord: false,
      isMatchedByConsumeQueue: (tagsCode, ext) => {
        tagsCodes.push(tagsCode)
        units.push(
          ext && { ...ext, filterBitMap: ext.filterBitMap && Buffer.from(ext.filterBitMap) },
        )
        return true
      },
      isMatchedByCommitLog: () => true,
    }
    const request = { group: 'G', topic: 'TopicA', queueId: 0, offset, maxMsgNums, filter }
    const { records } = await store.getMessage(request)
    return { units, tagsCodes, places: records.map((record) => recordCommitLogOffset(record, 0)) }
  }

  async function expectAll(count: number): Promise<void> {
    // A message whose record has to be read first is shown twice.
    const maps = new Set<number | undefined>()
    while (maps.size < count) {
      const { units } = await seen(maps.size)
      for (const unit of units) maps.add(unit?.filterBitMap?.readUInt16BE())
    }
    expect([...maps]).to.deep.equal(Array.from({ length: count }, (_, i) => i))
  }

  it('shows filters the tags code, the store time and the bit map', async () => {
    await put(store)
    const { units, tagsCodes } = await seen(0)
    expect(tagsCodes).to.deep.equal([TAG_A])
    expect(units).to.deep.equal([
      { tagsCode: TAG_A, msgStoreTime: clock.now(), filterBitMap: Buffer.from([0, 0]) },
    ])
    const [unit] = await store.iterateFrom('TopicA', 0, 0, 1)
    expect(unit?.tagsCode).to.equal(TAG_A)
    expect(unit?.ext).to.deep.equal(units[0])
  })

  for (const inMemory of [true, false]) {
    it(`lets messages be counted by their bit maps, ${inMemory ? 'in memory' : 'on the disk'}`, async () => {
      if (!inMemory) tailBytes = 0
      await reopen()
      await putAll(60)
      const filter: MessageFilter = {
        needsRecord: true,
        isMatchedByConsumeQueue: (_, ext) => (ext?.filterBitMap?.readUInt16BE() ?? 0) % 4 === 0,
        isMatchedByCommitLog: () => true,
      }
      const count = (from: number, to: number) =>
        store.estimateMessageCount('TopicA', 0, from, to, filter)
      expect(await count(0, 60)).to.equal(15)
      expect(await count(1, 9)).to.equal(2)
      expect(await count(50, 1000)).to.equal(2)
      expect(await count(7, 7)).to.equal(0)
    })
  }

  it('fills its files up to the last whole unit, and marks their ends', async () => {
    await putAll(25)
    await reopen()
    expect(disk.list(EXT_FILES)).to.deep.equal([
      '00000000000000000000',
      '00000000000000000220',
      '00000000000000000440',
    ])
    const first = disk.readFile(`${EXT_FILES}/00000000000000000000`)
    expect(first.length).to.equal(EXT_FILE_BYTES)
    expect(first.readInt16BE(9 * 22)).to.equal(-1)
    await expectAll(25)
  })

  it('is read from the disk where it is no longer in memory', async () => {
    tailBytes = 0
    await reopen()
    await putAll(300)
    await expectAll(300)
  })

  it('goes on behind its last unit after a restart', async () => {
    await putAll(5)
    await reopen()
    await putAll(5)
    await expectAll(10)
    expect(disk.readFile(`${EXT_FILES}/00000000000000000000`).readInt16BE(5 * 22)).to.equal(22)
  })

  it('is made again from the log after a crash', async () => {
    await putAll(12)
    await reopen()
    await putAll(12)
    await crash()
    await putAll(3)
    await expectAll(27)
  })

  it('leaves units without an address alone when it is turned on, and goes on when it was off', async () => {
    await putAll(3)
    enableConsumeQueueExt = false
    await reopen()
    await putAll(2)
    expect(new Set((await seen(0)).tagsCodes)).to.deep.equal(new Set([undefined, TAG_A]))
    const units = await store.iterateFrom('TopicA', 0, 0, 5)
    const lost = [undefined, undefined, undefined]
    expect(units.map(({ tagsCode }) => tagsCode)).to.deep.equal([...lost, TAG_A, TAG_A])
    enableConsumeQueueExt = true
    await reopen()
    await putAll(2)
    const maps = (await seen(0)).units.map((unit) => unit?.filterBitMap?.readUInt16BE())
    expect([...new Set(maps)]).to.deep.equal([0, 1, 2, undefined, 5, 6])
  })

  it('goes with its topic', async () => {
    await putAll(3)
    await reopen()
    store.deleteTopics(new Set(['TopicA']))
    expect(disk.list(EXT_FILES)).to.deep.equal([])
    await put(store)
    expect((await seen(0)).tagsCodes).to.deep.equal([TAG_A])
  })
})
