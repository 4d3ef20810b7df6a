import { expect } from 'chai'
import { localHour } from '../../../../lib/common/clock.ts'
import type {
  DefaultMessageStore,
  MessageStoreConfig,
} from '../../../../lib/store/message-store.ts'
import type { GetMessageResult } from '../../../../lib/store/types.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem, simError, simUsage } from '../../../helpers/sim-file-system.ts'
import { makeStore, put } from '../../../helpers/store.ts'

const ROOT = '/store'
const HOUR_MS = 3_600_000
const FILE_BYTES = 16 * 1024

describe('retention', () => {
  let clock: SimClock
  let disk: SimFileSystem
  let logger: RecordingLogger
  let store: DefaultMessageStore

  beforeEach(() => {
    clock = new SimClock()
    disk = new SimFileSystem()
    logger = new RecordingLogger()
  })

  afterEach(() => store.stop())

  const thisHour = () => String(localHour(clock.now())).padStart(2, '0')
  const otherHour = () => String((localHour(clock.now()) + 12) % 24).padStart(2, '0')

  async function open(config: Partial<MessageStoreConfig> = {}): Promise<void> {
    const settings = { deleteWhen: otherHour(), ...config }
    const limits = { tailBytes: 1 }
    store = makeStore({
      directory: ROOT,
      fileSystem: disk,
      clock,
      logger,
      limits,
      config: settings,
    })
    await store.start()
  }

  /** Lets time pass so slowly that all that is begun comes to its end. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      for (let turn = 0; turn < 4; turn++) await settle()
    }
  }

  /** Five files, and a beginning of the sixth, all written now. */
  async function fill(topic = 'TopicA'): Promise<void> {
    const body = Buffer.alloc(1_900)
    for (let i = 0; i < 41; i++) await put(store, { topic, body, properties: `KEYS\x01k${i}\x02` })
    for (const name of logFiles()) disk.touch(`${ROOT}/commitlog/${name}`, clock.now())
  }

  const logFiles = () => disk.list(`${ROOT}/commitlog`)

  function get(offset: number): GetMessageResult | Promise<GetMessageResult> {
    return store.getMessage({ group: 'G', topic: 'TopicA', queueId: 0, offset, maxMsgNums: 32 })
  }

  it('removes files that have expired, in the hour of deleteWhen, but never the last', async () => {
    await open({ deleteWhen: `xx;${thisHour()}`, fileReservedTime: 0 })
    await fill()
    expect(logFiles()).to.have.length(6)
    await pass(75_000)
    expect(logFiles()).to.have.length(1)
    expect(store.minPhysicalOffset).to.equal(5 * FILE_BYTES)
  })

  it('keeps files that have not expired', async () => {
    await open({ deleteWhen: thisHour(), fileReservedTime: 1 })
    await fill()
    disk.touch(`${ROOT}/commitlog/${logFiles()[0]}`, clock.now() - HOUR_MS)
    disk.touch(`${ROOT}/commitlog/${logFiles()[2]}`, clock.now() - HOUR_MS)
    await pass(75_000)
    expect(logFiles()[0]).to.equal('00000000000000016384')
  })

  it('keeps files at another hour while the disk has space', async () => {
    await open({ fileReservedTime: 0 })
    await fill()
    await pass(75_000)
    expect(logFiles()).to.have.length(6)
  })

  it('removes at most deleteFileBatchMax files each cleanResourceInterval', async () => {
    await open({ deleteWhen: thisHour(), fileReservedTime: 0, deleteFileBatchMax: 2 })
    await fill()
    await pass(75_000)
    expect(logFiles()).to.have.length(4)
    await pass(10_000)
    expect(logFiles()).to.have.length(2)
  })

  it('removes files that have expired on request, in the next twenty rounds', async () => {
    await open({ fileReservedTime: 1 })
    await fill()
    store.executeDeleteFilesManually()
    await pass(75_000)
    expect(logFiles()).to.have.length(6)
    for (const name of logFiles()) disk.touch(`${ROOT}/commitlog/${name}`, 0)
    await pass(10_000)
    expect(logFiles()).to.have.length(1)
  })

  it('keeps what is not yet on the disk with all that is derived from it', async () => {
    await open({
      deleteWhen: thisHour(),
      fileReservedTime: 0,
      flushConsumeQueueThoroughInterval: 100_000,
    })
    await fill()
    await pass(95_000)
    expect(logFiles()).to.have.length(6)
    await pass(20_000)
    expect(logFiles()).to.have.length(1)
  })

  describe('by the space on the disk', () => {
    const cases = [
      { used: 75, removed: 0, expired: 0 },
      { used: 76, removed: 0, expired: 5 },
      { used: 85, removed: 0, expired: 5 },
      { used: 86, removed: 5, expired: 5 },
      { used: 91, removed: 5, expired: 5 },
    ]
    for (const { used, removed, expired } of cases) {
      it(`${used}% used: removes ${removed} files that have not expired, ${expired} that have`, async () => {
        await open({ diskSpaceCleanForciblyRatio: 99, diskSpaceWarningLevelRatio: 99 })
        await fill()
        disk.usageOf = () => simUsage(used)
        await pass(75_000)
        expect(logFiles()).to.have.length(6 - removed)
        for (const name of logFiles()) disk.touch(`${ROOT}/commitlog/${name}`, 0)
        await pass(10_000)
        expect(logFiles()).to.have.length(6 - expired)
      })
    }

    it('keeps files that have not expired when cleanFileForciblyEnable is false', async () => {
      await open({ cleanFileForciblyEnable: false })
      await fill()
      disk.usageOf = () => simUsage(95)
      await pass(75_000)
      expect(logFiles()).to.have.length(6)
    })

    it('refuses messages while the disk is full, says so once, and takes them again', async () => {
      await open()
      await fill()
      expect(store.isDiskFull).to.equal(false)
      disk.usageOf = (path) => simUsage(path.endsWith('consumequeue') ? 91 : 10)
      await pass(75_000)
      expect(store.isDiskFull).to.equal(true)
      expect(await put(store)).to.include({ status: 'SERVICE_NOT_AVAILABLE' })
      expect(logger.atLeast('error').map(({ event }) => event)).to.deep.equal([
        'the disk is nearly full, messages are refused',
      ])
      expect((await get(40)).status).to.equal('FOUND')
      disk.usageOf = () => simUsage(90)
      await pass(10_000)
      expect(await put(store)).to.include({ status: 'PUT_OK' })
    })

    it('makes new files in directories that have space, and counts the emptiest', async () => {
      const directories = ['/b/log', '/a/log']
      await open({ storePathCommitLog: directories.join(','), fileReservedTime: 1 })
      await fill()
      expect(disk.list('/a/log')).to.have.length(3)
      expect(disk.list('/b/log')).to.have.length(3)
      disk.usageOf = (path) => simUsage(path === '/a/log' ? 95 : 10)
      for (const directory of directories) {
        for (const name of disk.list(directory)) disk.touch(`${directory}/${name}`, clock.now())
      }
      await pass(75_000)
      expect(store.isDiskFull).to.equal(false)
      await fill()
      expect(disk.list('/a/log')).to.have.length(3)
      expect(disk.list('/b/log')).to.have.length(8)
    })
  })

  describe('what is derived from the log', () => {
    const sizes = { mappedFileSizeConsumeQueue: 20 * 10, maxIndexNum: 9 }

    beforeEach(async () => {
      await open({ deleteWhen: thisHour(), ...sizes })
      await fill()
    })

    async function expire(files: number): Promise<void> {
      for (const name of logFiles().slice(0, files)) disk.touch(`${ROOT}/commitlog/${name}`, 0)
      await pass(75_000)
    }

    it('follows: consume queue files, index files, minimum offsets', async () => {
      await expire(3)
      expect(store.getMinOffsetInQueue('TopicA', 0)).to.equal(24)
      expect(disk.list(`${ROOT}/consumequeue/TopicA/0`)[0]).to.equal('00000000000000000400')
      expect(disk.list(`${ROOT}/index`)).to.have.length(3)
      expect(await get(23)).to.include({ status: 'OFFSET_TOO_SMALL', nextBeginOffset: 24 })
      expect(await get(24)).to.include({ status: 'FOUND', nextBeginOffset: 30 })
      expect(await store.lookMessageByOffset(0)).to.equal(undefined)
      const found = async (key: string) =>
        (await store.queryMessage('TopicA', key, 9, 0, clock.now())).records.length
      expect(await found('k3')).to.equal(0)
      expect(await found('k24')).to.equal(1)
    })

    it('is found the same after a restart', async () => {
      await expire(3)
      await store.stop()
      await open(sizes)
      expect(store.minPhysicalOffset).to.equal(3 * FILE_BYTES)
      expect(store.getMinOffsetInQueue('TopicA', 0)).to.equal(24)
      expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(41)
    })

    it('removes queues whose messages are all gone on request, which then begin at 0', async () => {
      await put(store, { topic: 'Late' })
      await expire(5)
      await put(store, { topic: 'TopicB' })
      for (let i = 0; i < 9; i++) await put(store, { topic: 'TopicB', body: Buffer.alloc(1_900) })
      for (const name of logFiles()) disk.touch(`${ROOT}/commitlog/${name}`, 0)
      await pass(75_000)
      expect(store.getMinOffsetInQueue('TopicA', 0)).to.equal(41)
      store.cleanExpiredConsumerQueue((topic) => topic === 'Late')
      expect(store.topics).to.deep.equal(['Late', 'TopicB'])
      expect(disk.exists(`${ROOT}/consumequeue/TopicA`)).to.equal(false)
      expect((await put(store)).appended?.queueOffset).to.equal(0)
    })

    it('gets whose file goes away while they read end without it', async () => {
      await store.stop()
      await open({ deleteWhen: thisHour(), fileReservedTime: 0, ...sizes })
      await put(store)
      let reading: GetMessageResult | Promise<GetMessageResult> | undefined
      while (logFiles().length === 6) {
        await reading
        reading = get(0)
        clock.advance(100)
        for (let turn = 0; turn < 4; turn++) await settle()
      }
      expect(await reading).to.include({ status: 'FOUND', nextBeginOffset: 10 })
      await pass(1_000)
      expect(await get(0)).to.include({ status: 'OFFSET_TOO_SMALL' })
      expect(await get(40)).to.include({ status: 'FOUND' })
    })
  })

  it('goes on with what is left when a file cannot be removed', async () => {
    await open({ deleteWhen: thisHour(), fileReservedTime: 0 })
    await fill()
    disk.fault = (operation) => (operation === 'remove' ? simError('EACCES') : undefined)
    await pass(75_000)
    expect(logFiles()).to.have.length(6)
    expect(store.minPhysicalOffset).to.equal(0)
    expect(logger.atLeast('error')[0]?.event).to.equal('commit log files cannot be removed')
    disk.fault = () => undefined
    await pass(10_000)
    expect(logFiles()).to.have.length(1)
  })
})
