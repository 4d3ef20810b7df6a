import { expect } from 'chai'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { toError } from '../../../lib/common/errors.ts'
import type { DefaultMessageStore, MessageStoreConfig } from '../../../lib/store/message-store.ts'
import { Random } from '../../helpers/random.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { SimFileSystem, simError, type Fault } from '../../helpers/sim-file-system.ts'
import { makeStore, put } from '../../helpers/store.ts'

const FIRST_FILE = '00000000000000000000'
const LOG_FILE = `/store/commitlog/${FIRST_FILE}`

describe('a store whose directory is not as it should be', () => {
  let disk: SimFileSystem
  let logger: RecordingLogger
  let store: DefaultMessageStore

  beforeEach(() => {
    disk = new SimFileSystem()
    logger = new RecordingLogger()
    store = newStore()
  })

  afterEach(async () => {
    disk.fault = () => undefined
    await store.stop()
  })

  function newStore(config: Partial<MessageStoreConfig> = {}): DefaultMessageStore {
    const limits = { consumeQueueTailBytes: 1, tailBytes: 1, coldCacheBytes: 1 }
    const clock = new SimClock()
    return makeStore({ directory: '/store', fileSystem: disk, clock, logger, config, limits })
  }

  const place = (path: string) => disk.open(path, 'w').close()

  const failing =
    (operation: Parameters<Fault>[0], prefix: string): Fault =>
    (done, path) =>
      done === operation && path.startsWith(prefix) ? simError('EIO') : undefined

  async function refusal(): Promise<string> {
    const error = await store.start().then(
      () => undefined,
      (thrown: unknown) => toError(thrown),
    )
    return error?.message ?? 'started'
  }

  /** One message of 10 kB in each of two files of the log, then the next process. */
  async function writeTwoFiles(how: 'kill' | 'stop' = 'stop'): Promise<void> {
    await store.start()
    for (const letter of ['a', 'b']) await put(store, { body: Buffer.alloc(10_000, letter) })
    if (how === 'stop') await store.stop()
    disk = disk.restart('kill', new Random(1))
    store = newStore()
  }

  async function letterAt(offset: number): Promise<string | undefined> {
    const request = { group: 'G', topic: 'TopicA', queueId: 0, offset, maxMsgNums: 1 }
    const { records } = await store.getMessage(request)
    return records.map((record) => decodeRecord(record).body.toString('utf8', 0, 1))[0]
  }

  for (const path of [
    '/store/consumequeue/stray',
    '/store/consumequeue/TopicA/7',
    '/store/batchconsumequeue/stray',
  ]) {
    it(`skips the file ${path} with one line`, async () => {
      await writeTwoFiles()
      place(path)
      await store.start()
      const event = 'a file among consume queues is skipped'
      expect(logger.atLeast('warn')).to.deep.equal([{ level: 'warn', event, fields: { path } }])
      expect(await letterAt(0)).to.equal('a')
      expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(2)
    })
  }

  it('starts with a file in consumequeue_ext that belongs to no queue', async () => {
    place('/store/consumequeue_ext/stray')
    store = newStore({ enableConsumeQueueExt: true })
    expect(await refusal()).to.equal('started')
  })

  for (const path of ['/store/commitlog', '/store/consumequeue', '/store/batchconsumequeue']) {
    it(`says in one line that the file ${path} is no directory`, async () => {
      place(path)
      expect(await refusal()).to.equal(`${path} is not a directory: move it away`)
    })
  }

  for (const [operation, how] of [
    ['open', 'stop'],
    ['read', 'stop'],
    ['open', 'kill'],
    ['read', 'kill'],
  ] as const) {
    it(`says which file of the log it was after a ${how} when the ${operation} fails`, async () => {
      await writeTwoFiles(how)
      disk.fault = failing(operation, '/store/commitlog/')
      expect(await refusal()).to.match(
        /^\/store\/commitlog\/0{15}(16384|00000) cannot be read: EIO: simulated$/,
      )
    })
  }

  it('says which file of a consume queue it was', async () => {
    await writeTwoFiles()
    disk.fault = failing('read', '/store/consumequeue/')
    const path = `/store/consumequeue/TopicA/0/${FIRST_FILE}`
    expect(await refusal()).to.equal(`${path} cannot be read: EIO: simulated`)
  })

  for (const operation of ['open', 'read'] as const) {
    it(`refuses what it cannot ${operation}, says so once, reads other files, and takes messages`, async () => {
      await writeTwoFiles()
      await store.start()
      disk.fault = failing(operation, LOG_FILE)
      for (let time = 0; time < 3; time++) {
        const error = await letterAt(0).then(String, toError)
        expect(error).to.include({
          name: 'UnreadableError',
          message: `the store cannot be read: ${LOG_FILE} cannot be read: EIO: simulated`,
        })
      }
      expect(logger.atLeast('error').map(({ event }) => event)).to.deep.equal([
        'the store cannot be read',
      ])
      expect(await letterAt(1)).to.equal('b')
      expect((await put(store)).status).to.equal('PUT_OK')
      disk.fault = () => undefined
      expect(await letterAt(0)).to.equal('a')
    })
  }
})
