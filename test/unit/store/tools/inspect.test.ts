import fs from 'node:fs'
import { expect } from 'chai'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { inspectStore, StoreDirectory } from '../../../../lib/store/tools/index.ts'
import { StoreOnDisk } from '../../../helpers/store-on-disk.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

describe('inspectStore', () => {
  let temp: ReturnType<typeof makeTempDirectory>
  let store: StoreOnDisk

  beforeEach(async () => {
    temp = makeTempDirectory()
    store = new StoreOnDisk(temp.path)
    await store.write(201)
  })
  afterEach(() => temp.remove())

  it('tells what is in the log, the queues and the index', async () => {
    const { result } = await store.verify()
    const summary = await inspectStore(store.open())
    const { newestStoreTimestamp, oldestStoreTimestamp, ...log } = summary.log
    expect(log).to.deep.equal({
      files: fs.readdirSync(store.path('commitlog')).length,
      fileSize: 16_384,
      startOffset: 0,
      endOffset: result.logEnd,
    })
    expect(newestStoreTimestamp - oldestStoreTimestamp).to.equal(200 * 10)
    expect(summary.topics).to.have.length(1)
    expect(summary.topics[0]).to.deep.include({ topic: 'TopicA', kind: 'normal', messages: 201 })
    expect(
      summary.topics[0]?.queues.map((queue) => [queue.minOffset, queue.maxOffset]),
    ).to.deep.equal([
      [0, 101],
      [0, 100],
    ])
    expect(summary.index.reduce((sum, { entries }) => sum + entries, 0)).to.equal(402)
    expect(summary.checkpoint?.physicMsgTimestamp).to.equal(newestStoreTimestamp)
    expect(summary.configFiles.map(({ name }) => name)).to.deep.equal(['topics.json'])
    expect(summary.wasKilled).to.equal(false)
  })

  it('begins queues where the log begins, whose first files have been deleted', async () => {
    fs.rmSync(store.path('commitlog/00000000000000000000'))
    const { log, topics } = await inspectStore(store.open())
    expect(log.startOffset).to.equal(16_384)
    expect(topics[0]?.queues.map(({ minOffset }) => minOffset)).to.deep.equal([25, 24])
  })

  it('passes by files that lie among the directories of queues', async () => {
    fs.writeFileSync(store.path('consumequeue/.DS_Store'), 'x')
    fs.writeFileSync(store.path('consumequeue/TopicA/7'), 'x')
    const { topics } = await inspectStore(store.open())
    expect(topics.map(({ topic, queues }) => [topic, queues.length])).to.deep.equal([['TopicA', 2]])
    expect((await store.verify()).findings).to.deep.equal([])
  })

  it('finds the end of the log without consume queues, and that nobody stopped the store', async () => {
    const { result } = await store.verify()
    fs.rmSync(store.path('consumequeue'), { recursive: true })
    store.leaveAbortFile()
    const { log, topics, wasKilled } = await inspectStore(store.open())
    expect(log.endOffset).to.equal(result.logEnd)
    expect(topics).to.deep.equal([])
    expect(wasKilled).to.equal(true)
  })

  it('refuses a directory that is no store, naming what is missing', () => {
    const open = (path: string) => () => new StoreDirectory(new NodeFileSystem(), path)
    expect(open(store.path('config'))).to.throw(/is not a store: there is neither .*commitlog/)
    expect(open(store.path('nothing'))).to.throw(/nothing is not a directory/)
  })
})
