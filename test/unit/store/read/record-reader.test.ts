import { expect } from 'chai'
import { decodeRecord } from '../../../../codec/message/record-reader.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import type { DefaultMessageStore } from '../../../../lib/store/message-store.ts'
import type { LogPlace } from '../../../../lib/store/types.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeStore, put } from '../../../helpers/store.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('MessageStore.getRecords', () => {
  const COUNT = 400
  let temp: ReturnType<typeof makeTempDirectory>
  let store: DefaultMessageStore
  let places: LogPlace[]

  beforeEach(() => {
    temp = makeTempDirectory()
  })
  afterEach(async () => {
    await store.stop()
    temp.remove()
  })

  /** Messages of about 140 bytes in files of 16 KiB; only the last few are in memory when `tailBytes` is 1. */
  async function fill(tailBytes: number): Promise<void> {
    store = makeStore({
      directory: temp.path,
      fileSystem: new NodeFileSystem(),
      clock: new SimClock(),
      limits: { tailBytes },
    })
    await store.start()
    places = []
    for (let i = 0; i < COUNT; i++) {
      const { appended } = await put(store, { body: Buffer.from(`m${i}`) })
      if (appended !== undefined) places.push(appended)
    }
  }

  const bodies = (records: readonly (Buffer | undefined)[]) =>
    records.map((record) => record && decodeRecord(record).body.toString())

  it('answers at once what is in memory', async () => {
    await fill(64 * 1024 * 1024)
    const records = store.getRecords(places.slice(0, 3)) as Buffer[]
    expect(bodies(records)).to.deep.equal(['m0', 'm1', 'm2'])
  })

  it('reads from the disk, in the order asked for, across files', async () => {
    await fill(1)
    const order = [399, 0, 1, 2, 200, 199, 3]
    const asked = order.map((index) => places[index] as LogPlace)
    expect(bodies(await store.getRecords(asked))).to.deep.equal(order.map((i) => `m${i}`))
    const all = await store.getRecords(places)
    expect(bodies(all)).to.deep.equal(places.map((_, i) => `m${i}`))
  })

  it('gives undefined where no record of that size stands', async () => {
    await fill(1)
    const [first, second] = places as [LogPlace, LogPlace]
    const wrong = [
      { ...first, size: first.size + 1 },
      { commitLogOffset: second.commitLogOffset + 4, size: second.size },
      { commitLogOffset: store.maxPhysicalOffset, size: 100 },
      { commitLogOffset: -100, size: 100 },
      { ...first, size: 0 },
    ]
    expect(await store.getRecords(wrong)).to.deep.equal(wrong.map(() => undefined))
  })
})
