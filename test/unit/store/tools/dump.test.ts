import { expect } from 'chai'
import type { MessageExt } from '../../../../codec/message/message.ts'
import { dumpStore, type DumpFilter } from '../../../../lib/store/tools/index.ts'
import { StoreOnDisk } from '../../../helpers/store-on-disk.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('dumpStore', () => {
  const temp = makeTempDirectory()
  const store = new StoreOnDisk(temp.path)

  before(() => store.write(200))
  after(() => temp.remove())

  async function dump(filter: Partial<DumpFilter>): Promise<MessageExt[]> {
    const messages: MessageExt[] = []
    const all = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER }
    await dumpStore(store.open(), { ...all, ...filter }, (message) => messages.push(message) > 0)
    return messages
  }

  const numbers = (messages: readonly MessageExt[]) =>
    messages.map(({ properties }) => Number(/KEYS\x01k(\d+)/.exec(properties)?.[1]))

  it('gives all messages in the order of the log', async () => {
    expect(numbers(await dump({}))).to.deep.equal(Array.from({ length: 200 }, (_, i) => i))
  })

  it('gives messages between offsets of the log, from any byte on', async () => {
    const [, second, third, , fifth] = await dump({ limit: 5 })
    const from = (second?.commitLogOffset ?? 0) + 1
    const found = await dump({ from, to: fifth?.commitLogOffset ?? 0 })
    expect(found[0]?.commitLogOffset).to.equal(third?.commitLogOffset)
    expect(numbers(found)).to.deep.equal([2, 3])
  })

  it('gives messages of a queue between its offsets', async () => {
    const found = await dump({ topic: 'TopicA', queueId: 1, from: 10, to: 13 })
    expect(found.map(({ queueOffset }) => queueOffset)).to.deep.equal([10, 11, 12])
    expect(numbers(found)).to.deep.equal([21, 23, 25])
  })

  it('gives none of other topics and queues', async () => {
    expect(await dump({ topic: 'TopicB' })).to.deep.equal([])
    expect(await dump({ topic: 'TopicA', queueId: 7 })).to.deep.equal([])
  })

  it('stops at the limit, and when no more are wanted', async () => {
    expect(numbers(await dump({ limit: 2 }))).to.deep.equal([0, 1])
    expect(numbers(await dump({ limit: 2, topic: 'TopicA', queueId: 0 }))).to.deep.equal([0, 2])
    let count = 0
    const filter = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 }
    expect(await dumpStore(store.open(), filter, () => ++count < 3)).to.equal(3)
  })
})
