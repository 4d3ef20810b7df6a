import { expect } from 'chai'
import { decodeRecord } from '../../../../codec/message/record-reader.ts'
import type { DefaultMessageStore } from '../../../../lib/store/message-store.ts'
import { Random } from '../../../helpers/random.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'
import { makeStore, put, SMALL_FILES } from '../../../helpers/store.ts'

const ROOT = '/store'
const FIRST_FILE = `${ROOT}/commitlog/00000000000000000000`
const QUEUE_FILE = `${ROOT}/consumequeue/TopicA/0/00000000000000000000`
const FILE_SIZE = 16 * 1024
const COUNT = 150

describe('recovery', () => {
  let disk: SimFileSystem
  let clock: SimClock
  let endOffset: number

  /** A store of 150 messages in several files, cleanly stopped. */
  beforeEach(async () => {
    disk = new SimFileSystem()
    clock = new SimClock()
    const store = await open()
    for (let i = 0; i < COUNT; i++) {
      await put(store, { body: Buffer.from(`${i}`.padEnd(200)), properties: `KEYS\x01k${i}\x02` })
      clock.advance(1_000)
    }
    endOffset = store.maxPhysicalOffset
    await store.stop()
  })

  async function open(): Promise<DefaultMessageStore> {
    const store = makeStore({ directory: ROOT, fileSystem: disk, clock })
    await store.start()
    return store
  }

  function crash(): void {
    disk = disk.restart('kill', new Random(1))
  }

  /** As after a crash of a process that had written nothing since the last stop. */
  function markAborted(): void {
    disk.open(`${ROOT}/abort`, 'w')
  }

  async function expectWhole(store: DefaultMessageStore, count: number): Promise<void> {
    expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(count)
    for (let offset = 0; offset < count;) {
      const request = { group: 'G', topic: 'TopicA', queueId: 0, offset, maxMsgNums: 32 }
      const { records, status } = await store.getMessage(request)
      expect(status).to.equal('FOUND')
      for (const record of records) {
        const message = decodeRecord(record)
        expect([message.queueOffset, message.body.toString().trim()]).to.deep.equal([
          offset,
          `${offset}`,
        ])
        offset++
      }
    }
    for (let i = 0; i < count; i += 13) {
      const { records } = await store.queryMessage('TopicA', `k${i}`, 32, 0, clock.now())
      expect(records.length, `messages with key k${i}`).to.equal(1)
    }
    const next = await put(store, { body: Buffer.from(`${count}`) })
    expect(next.appended?.queueOffset).to.equal(count)
    await store.stop()
  }

  const lastFile = () => {
    const start = Math.floor(endOffset / FILE_SIZE) * FILE_SIZE
    return { path: `${ROOT}/commitlog/${String(start).padStart(20, '0')}`, end: endOffset - start }
  }

  it('finds everything after a clean stop', async () => expectWhole(await open(), COUNT))

  it('finds everything after a crash without a checkpoint', async () => {
    disk.remove(`${ROOT}/checkpoint`)
    markAborted()
    await expectWhole(await open(), COUNT)
  })

  it('makes consume queues that are gone again', async () => {
    disk.remove(`${ROOT}/consumequeue`)
    await expectWhole(await open(), COUNT)
  })

  it('makes an index that is gone again', async () => {
    disk.remove(`${ROOT}/index`)
    await expectWhole(await open(), COUNT)
  })

  it('cuts off a torn last record', async () => {
    const { path, end } = lastFile()
    disk.damage(path, (bytes) => void bytes.fill(0, end - 50))
    markAborted()
    await expectWhole(await open(), COUNT - 1)
  })

  it('cuts off a last record whose properties have not reached the disk', async () => {
    disk = new SimFileSystem()
    const store = await open()
    await put(store, { body: Buffer.from('0') })
    const bodyLength = 512 - store.maxPhysicalOffset - 101 // the properties cross the border of two sectors
    await put(store, { body: Buffer.alloc(bodyLength, '1'), properties: 'KEYS\x01k1 and more\x02' })
    crash()
    disk.damage(FIRST_FILE, (bytes) => void bytes.fill(0, 512))
    const reopened = await open()
    expect(reopened.getMaxOffsetInQueue('TopicA', 0)).to.equal(1)
    await reopened.stop()
  })

  it('cuts off garbage behind the last record', async () => {
    const { path, end } = lastFile()
    disk.damage(path, (bytes) => void bytes.fill(0xa5, end))
    markAborted()
    await expectWhole(await open(), COUNT)
    expect(
      disk
        .readFile(path)
        .subarray(end + 300)
        .every((byte) => byte === 0),
    ).to.equal(true)
  })

  it('does not take an old record behind the end for a new one', async () => {
    const { path, end } = lastFile()
    disk.damage(path, (bytes) => void bytes.copyWithin(end, end - 304, end))
    markAborted()
    await expectWhole(await open(), COUNT)
  })

  it('cuts off consume queue units that point beyond the log', async () => {
    const { path, end } = lastFile()
    disk.damage(path, (bytes) => void bytes.fill(0, end - 50))
    await expectWhole(await open(), COUNT - 1)
  })

  it('makes damaged consume queue units behind the checkpoint again', async () => {
    disk.remove(`${ROOT}/checkpoint`)
    markAborted()
    disk.damage(QUEUE_FILE, (bytes) => void bytes.fill(0x7f, 100, 400))
    await expectWhole(await open(), COUNT)
  })

  it('makes damaged index entries behind the checkpoint again', async () => {
    disk.remove(`${ROOT}/checkpoint`)
    markAborted()
    const path = `${ROOT}/index/${disk.list(`${ROOT}/index`)[0]}`
    const entries = 40 + 4 * SMALL_FILES.maxHashSlotNum
    disk.damage(path, (bytes) => {
      for (let i = 1; i <= COUNT; i++) bytes.writeInt32BE(0, entries + 20 * i + 16) // the chain's next
    })
    await expectWhole(await open(), COUNT)
  })

  it('starts from a checkpoint that is older than the log', async () => {
    const store = await open()
    await put(store, { body: Buffer.from(`${COUNT}`), properties: `KEYS\x01k${COUNT}\x02` })
    crash()
    await expectWhole(await open(), COUNT + 1)
  })

  it('removes an empty last file, left behind while it was made', async () => {
    const start = Math.ceil(endOffset / FILE_SIZE) * FILE_SIZE
    disk.open(`${ROOT}/commitlog/${String(start).padStart(20, '0')}`, 'w')
    await expectWhole(await open(), COUNT)
  })

  async function expectRefused(message: string): Promise<void> {
    let refusal = ''
    await open().catch((error: unknown) => (refusal = String(error)))
    expect(refusal).to.contain(message)
  }

  it('refuses a file of another size, naming it', async () => {
    disk.damage(FIRST_FILE, (bytes) => bytes.subarray(0, 1000))
    await expectRefused(`${FIRST_FILE} has 1000 bytes instead of the configured 16384`)
  })

  it('refuses a log with a file missing in the middle, naming it', async () => {
    disk.remove(`${ROOT}/commitlog/00000000000000016384`)
    await expectRefused('00000000000000016384 is missing between')
  })

  it('refuses to remove messages behind damage after a clean stop', async () => {
    disk.remove(`${ROOT}/consumequeue`)
    disk.damage(FIRST_FILE, (bytes) => void bytes.fill(0, 5000, 5400))
    await expectRefused('the commit log is damaged at offset')
  })

  it('begins with nothing when the log is gone', async () => {
    disk.remove(`${ROOT}/commitlog`)
    await expectWhole(await open(), 0)
  })
})
