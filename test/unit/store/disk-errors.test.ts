import { expect } from 'chai'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import type { DefaultMessageStore, MessageStoreConfig } from '../../../lib/store/message-store.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { settle } from '../../helpers/settle.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { SimFileSystem, simError, type Fault } from '../../helpers/sim-file-system.ts'
import { makeStore, put } from '../../helpers/store.ts'

describe('a store on a disk that fails', () => {
  let clock: SimClock
  let disk: SimFileSystem
  let logger: RecordingLogger
  let store: DefaultMessageStore

  beforeEach(() => {
    clock = new SimClock()
    disk = new SimFileSystem()
    logger = new RecordingLogger()
  })

  afterEach(async () => {
    disk.fault = () => undefined
    await store.stop()
  })

  async function open(config: Partial<MessageStoreConfig> = {}): Promise<void> {
    const limits = { consumeQueueTailBytes: 1 }
    store = makeStore({ directory: '/store', fileSystem: disk, clock, logger, config, limits })
    await store.start()
    expect(await put(store, { body: Buffer.from('first') })).to.include({ status: 'PUT_OK' })
  }

  const failing =
    (operation: Parameters<Fault>[0], folder: string, code: string): Fault =>
    (done, path) =>
      done === operation && path.startsWith(`/store/${folder}/`) ? simError(code) : undefined

  async function bodies(): Promise<string[]> {
    const request = { group: 'G', topic: 'TopicA', queueId: 0, offset: 0, maxMsgNums: 32 }
    const { records } = await store.getMessage(request)
    return records.map((record) => decodeRecord(record).body.toString())
  }

  const events = () => logger.atLeast('error').map(({ event }) => event)

  for (const [code, status] of [
    ['ENOSPC', 'SERVICE_NOT_AVAILABLE'],
    ['EIO', 'UNKNOWN_ERROR'],
  ] as const) {
    it(`answers ${status} for ${code}, says so once, serves reads, and goes on when it is over`, async () => {
      await open()
      disk.fault = failing('write', 'commitlog', code)
      expect((await put(store)).status).to.equal(status)
      for (let i = 0; i < 5; i++) expect((await put(store)).status).not.to.equal('PUT_OK')
      expect(events()).to.deep.equal(['the commit log cannot be written'])
      expect(await bodies()).to.deep.equal(['first'])
      disk.fault = () => undefined
      const second = await put(store, { body: Buffer.from('second') })
      expect(second.status).to.equal('PUT_OK')
      expect(second.appended?.queueOffset).to.equal(1)
      expect(await bodies()).to.deep.equal(['first', 'second'])
      expect(logger.lines.at(-1)).to.deep.equal({
        level: 'info',
        event: 'works again: the commit log cannot be written',
        fields: { failures: 6 },
      })
    })
  }

  it('answers CREATE_MAPPED_FILE_FAILED where a file cannot be made, and goes on when it can', async () => {
    await open()
    const body = Buffer.alloc(9_000)
    await put(store, { body })
    disk.fault = failing('create', 'commitlog', 'ENOSPC')
    for (let i = 0; i < 3; i++) {
      expect(await put(store, { body })).to.include({ status: 'CREATE_MAPPED_FILE_FAILED' })
    }
    expect(events()).to.deep.equal(['the commit log cannot be written'])
    expect((await put(store)).status).to.equal('PUT_OK')
    disk.fault = () => undefined
    const large = await put(store, { body })
    expect(large.appended).to.include({ commitLogOffset: 16_384, queueOffset: 3 })
  })

  it('takes no more messages after a failed flush, which nobody can repeat, and serves reads', async () => {
    await open({ flushDiskType: 'SYNC_FLUSH' })
    disk.fault = failing('datasync', 'commitlog', 'EIO')
    expect((await put(store)).status).to.equal('FLUSH_DISK_TIMEOUT')
    disk.fault = () => undefined
    expect((await put(store)).status).to.equal('SERVICE_NOT_AVAILABLE')
    expect(events()).to.deep.equal(['commit log flush failed, no more puts are taken'])
    expect(await bodies()).to.deep.equal(['first'])
  })

  it('keeps messages whose consume queue cannot be written, and dispatches them when it can', async () => {
    await open()
    disk.fault = failing('create', 'consumequeue', 'ENOSPC')
    for (let i = 1; i < 200; i++) expect((await put(store)).status).to.equal('PUT_OK')
    const dispatched = store.getMaxOffsetInQueue('TopicA', 0)
    expect(dispatched).to.be.lessThan(200)
    for (let second = 0; second < 5; second++) {
      clock.advance(1_000)
      await settle()
    }
    expect(events().filter((event) => event === 'messages cannot be dispatched')).to.have.length(1)
    disk.fault = () => undefined
    clock.advance(1_000)
    await settle()
    expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(200)
  })
})
