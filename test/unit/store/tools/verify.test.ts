import fs from 'node:fs'
import { expect } from 'chai'
import { readInt64, writeInt64 } from '../../../../codec/java.ts'
import { BLANK_MAGIC } from '../../../../codec/message/record.ts'
import type { Finding } from '../../../../lib/store/tools/index.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeStore, put, SMALL_FILES } from '../../../helpers/store.ts'
import { StoreOnDisk } from '../../../helpers/store-on-disk.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const FIRST_LOG_FILE = 'commitlog/00000000000000000000'
const SECOND_LOG_FILE = 'commitlog/00000000000000016384'
const QUEUE_0 = 'consumequeue/TopicA/0/00000000000000000000'
const UNIT = 20
const ENTRIES_START = 40 + SMALL_FILES.maxHashSlotNum * 4

function flip(bytes: Buffer, position: number): void {
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position)
}

describe('verifyStore', () => {
  let temp: ReturnType<typeof makeTempDirectory>
  let store: StoreOnDisk

  beforeEach(async () => {
    temp = makeTempDirectory()
    store = new StoreOnDisk(temp.path)
    await store.write(200)
  })
  afterEach(() => temp.remove())

  /** Findings as `severity kind` and where, without the temporary directory. */
  async function verified(): Promise<string[]> {
    const { findings } = await store.verify()
    return findings.map(({ severity, kind, file, position }: Finding) => {
      return `${severity} ${kind} ${file.slice(temp.path.length + 1)} ${position}`
    })
  }

  /** Where in its file the n-th record of the log's first file begins. */
  function recordAt(n: number): number {
    const bytes = fs.readFileSync(store.path(FIRST_LOG_FILE))
    let at = 0
    for (let i = 0; i < n; i++) at += bytes.readInt32BE(at)
    return at
  }

  function fillerOf(file: string): number {
    const bytes = fs.readFileSync(store.path(file))
    let at = 0
    while (bytes.readInt32BE(at + 4) !== BLANK_MAGIC) at += bytes.readInt32BE(at)
    return at
  }

  /** Makes the last 100 bytes of the log zero. */
  async function tearTail(): Promise<void> {
    const { result } = await store.verify()
    const start = Math.floor(result.logEnd / 16_384) * 16_384
    const file = `commitlog/${String(start).padStart(20, '0')}`
    store.edit(file, (bytes) => bytes.fill(0, result.logEnd - start - 100))
  }

  const indexFile = (n: number) => `index/${fs.readdirSync(store.path('index'))[n]}`

  it('has nothing to say about a store that was stopped', async () => {
    const { findings, result } = await store.verify()
    expect(findings).to.deep.equal([])
    expect(result).to.deep.include({
      messages: 200,
      logStart: 0,
      queues: 2,
      units: 200,
      indexFiles: 3,
      indexEntries: 400,
      wasKilled: false,
      findings: { damage: 0, repair: 0, note: 0 },
    })
  })

  it('has nothing to say about log files that retention has removed', async () => {
    fs.rmSync(store.path(FIRST_LOG_FILE))
    const { findings, result } = await store.verify()
    expect(findings).to.deep.equal([])
    expect(result.logStart).to.equal(16_384)
  })

  it('tells messages of a topic that was deleted and made again from missing ones', async () => {
    const directory = store.path('again')
    const again = makeStore({ directory, fileSystem: new NodeFileSystem(), clock: new SimClock() })
    await again.start()
    for (let i = 0; i < 10; i++) await put(again)
    again.deleteTopics(new Set(['TopicA']))
    for (let i = 0; i < 5; i++) await put(again)
    await again.stop()
    const { findings, result } = await new StoreOnDisk(directory).verify()
    expect(findings).to.deep.equal([])
    expect(result).to.deep.include({ messages: 15, units: 5 })
  })

  it('leaves the store as it is', async () => {
    const listing = () =>
      fs.readdirSync(temp.path, { recursive: true, encoding: 'utf8' }).map((name) => {
        const { mtimeMs, size } = fs.statSync(store.path(name))
        return `${name} ${mtimeMs} ${size}`
      })
    const before = listing()
    await store.verify()
    expect(listing()).to.deep.equal(before)
  })

  it('reports progress up to the size of the log', async () => {
    let last = [0, 0]
    const { verifyStore } = await import('../../../../lib/store/tools/index.ts')
    await verifyStore(store.open(), {
      onFinding: () => undefined,
      onProgress: (done, total) => (last = [done, total]),
    })
    const files = fs.readdirSync(store.path('commitlog')).length
    expect(last).to.deep.equal([16_384 * files, 16_384 * files])
  })

  describe('finds in the log', () => {
    it('a flipped byte of a body', async () => {
      const at = recordAt(7)
      store.edit(FIRST_LOG_FILE, (bytes) => flip(bytes, at + 100))
      expect(await verified()).to.deep.equal([`damage log-crc ${FIRST_LOG_FILE} ${at}`])
    })

    it('a wrong size, and goes on with the next record', async () => {
      const at = recordAt(7)
      store.edit(FIRST_LOG_FILE, (bytes) => bytes.writeInt32BE(1_000, at))
      const findings = await verified()
      expect(findings).to.include(`damage log-record ${FIRST_LOG_FILE} ${at}`)
      expect(findings.filter((text) => text.includes('log-'))).to.have.length(1)
    })

    it('a wrong magic', async () => {
      const at = recordAt(7)
      store.edit(FIRST_LOG_FILE, (bytes) => flip(bytes, at + 5))
      expect(await verified()).to.include(`damage log-record ${FIRST_LOG_FILE} ${at}`)
    })

    it('a record that stands elsewhere', async () => {
      const at = recordAt(7)
      store.edit(FIRST_LOG_FILE, (bytes) => writeInt64(bytes, 12, at + 28))
      expect(await verified()).to.include(`damage log-record ${FIRST_LOG_FILE} ${at}`)
    })

    it('a hole of zeroes', async () => {
      const at = recordAt(7)
      store.edit(FIRST_LOG_FILE, (bytes) => bytes.fill(0, at, recordAt(9)))
      const { findings } = await store.verify()
      expect(findings[0]).to.deep.include({ kind: 'log-record', position: at })
      expect(findings[0]?.text).to.match(/^nothing but zeroes/)
    })

    it('a damaged filler at the end of a file', async () => {
      const last = fillerOf(FIRST_LOG_FILE)
      store.edit(FIRST_LOG_FILE, (bytes) => bytes.writeInt32BE(9, last))
      expect(await verified()).to.deep.equal([`damage log-record ${FIRST_LOG_FILE} ${last}`])
    })

    it('a torn tail, when queues tell of what was there', async () => {
      await tearTail()
      const findings = await verified()
      expect(findings.map((text) => text.split(' ').slice(0, 2).join(' '))).to.deep.equal([
        'damage queue-beyond-log',
        'damage index-entry',
        'damage index-entry',
        'damage log-tail',
        'damage checkpoint',
        'damage checkpoint',
      ])
    })

    it('a file that is missing in the middle', async () => {
      fs.rmSync(store.path(SECOND_LOG_FILE))
      const [first] = await verified()
      expect(first).to.equal(`damage log-file commitlog/${String(16_384 * 2).padStart(20, '0')} 0`)
    })

    it('a file of another size', async () => {
      fs.truncateSync(store.path(SECOND_LOG_FILE), 10_000)
      expect((await verified())[0]).to.equal(`damage log-file ${SECOND_LOG_FILE} 0`)
    })

    it('a wrong queue offset', async () => {
      const at = recordAt(8)
      store.edit(FIRST_LOG_FILE, (bytes) => writeInt64(bytes, 77, at + 20))
      expect(await verified()).to.deep.equal([`damage queue-offset ${FIRST_LOG_FILE} ${at}`])
    })

    it('a store time before that of an earlier message, as a note', async () => {
      const at = recordAt(8)
      store.edit(FIRST_LOG_FILE, (bytes) =>
        writeInt64(bytes, readInt64(bytes, at + 56) - 50, at + 56),
      )
      expect(await verified()).to.deep.equal([`note store-time ${FIRST_LOG_FILE} ${at}`])
    })
  })

  describe('finds in consume queues', () => {
    it('a unit that points to nowhere', async () => {
      store.edit(QUEUE_0, (bytes) => writeInt64(bytes, 123, 5 * UNIT))
      expect(await verified()).to.deep.equal([`damage queue-unit ${QUEUE_0} ${5 * UNIT}`])
    })

    it('a wrong size', async () => {
      store.edit(QUEUE_0, (bytes) => bytes.writeInt32BE(1, 5 * UNIT + 8))
      expect(await verified()).to.deep.equal([`damage queue-unit ${QUEUE_0} ${5 * UNIT}`])
    })

    it('a wrong tags code', async () => {
      store.edit(QUEUE_0, (bytes) => writeInt64(bytes, 1, 5 * UNIT + 12))
      expect(await verified()).to.deep.equal([`damage queue-tags-code ${QUEUE_0} ${5 * UNIT}`])
    })

    for (const [name, first, count] of [
      ['in the middle', 5, 3],
      ['at the start', 0, 2],
      ['at the end', 90, 10],
    ] as const) {
      it(`units that are missing ${name}, in one finding`, async () => {
        store.edit(QUEUE_0, (bytes) => bytes.fill(0, first * UNIT, (first + count) * UNIT))
        expect(await verified()).to.deep.equal([`damage queue-missing ${QUEUE_0} ${first * UNIT}`])
      })
    }

    it('that a queue has no files', async () => {
      fs.rmSync(store.path('consumequeue/TopicA/0'), { recursive: true })
      expect(await verified()).to.deep.equal(['damage queue-missing consumequeue/TopicA/0 0'])
    })

    it('a unit that is one too many', async () => {
      const file = 'consumequeue/TopicA/0/00000000000000002000'
      fs.writeFileSync(store.path(file), Buffer.alloc(2_000))
      store.edit(file, (bytes) => {
        writeInt64(bytes, 4_711, 0)
        bytes.writeInt32BE(100, 8)
      })
      expect(await verified()).to.deep.equal([`damage queue-beyond-log ${file} 0`])
    })

    it('nothing wrong with topics that were deleted', async () => {
      fs.rmSync(store.path('consumequeue/TopicA'), { recursive: true })
      fs.writeFileSync(store.path('config/topics.json'), '{"topicConfigTable":{"Other":{}}}')
      expect(await verified()).to.deep.equal(['note not-checked consumequeue/TopicA 0'])
    })
  })

  describe('finds in the index', () => {
    const entry = (n: number) => ENTRIES_START + n * 20

    it('a wrong hash', async () => {
      store.edit(indexFile(0), (bytes) => bytes.writeInt32BE(4_711, entry(9)))
      const findings = await verified()
      expect(findings).to.include(`damage index-entry ${indexFile(0)} ${entry(9)}`)
      expect(findings.join()).to.match(/index-chain/)
    })

    it('an entry that points to no message', async () => {
      store.edit(indexFile(0), (bytes) =>
        writeInt64(bytes, readInt64(bytes, entry(9) + 4) - 1, entry(9) + 4),
      )
      expect(await verified()).to.deep.equal([
        `damage index-entry ${indexFile(0)} ${entry(9)}`,
        `damage index-missing ${indexFile(0)} ${entry(11)}`,
      ])
    })

    it('an entry that points behind the log', async () => {
      store.edit(indexFile(0), (bytes) => writeInt64(bytes, 10_000_000, entry(9) + 4))
      expect(await verified()).to.include(`damage index-entry ${indexFile(0)} ${entry(9)}`)
    })

    it('a wrong time', async () => {
      store.edit(indexFile(0), (bytes) => bytes.writeInt32BE(99, entry(9) + 12))
      expect(await verified()).to.deep.equal([`damage index-entry ${indexFile(0)} ${entry(9)}`])
    })

    it('a broken chain', async () => {
      store.edit(indexFile(0), (bytes) => bytes.writeInt32BE(3, entry(180) + 16))
      expect(await verified()).to.deep.equal([
        `damage index-chain ${indexFile(0)} ${entry(180) + 0}`,
      ])
    })

    it('a slot that does not hold the newest entry', async () => {
      store.edit(indexFile(0), (bytes) => bytes.writeInt32BE(0, 40 + 4 * 7))
      expect(await verified()).to.deep.equal([`damage index-chain ${indexFile(0)} ${40 + 4 * 7}`])
    })

    it('wrong counts in the header', async () => {
      store.edit(indexFile(0), (bytes) => bytes.writeInt32BE(9, 32))
      store.edit(indexFile(1), (bytes) => writeInt64(bytes, readInt64(bytes, 24) + 1, 24))
      const findings = await verified()
      expect(findings).to.include(`damage index-header ${indexFile(0)} 32`)
      expect(findings).to.include(`damage index-header ${indexFile(1)} 24`)
    })

    it('files that it cannot read without the settings of the broker', async () => {
      fs.truncateSync(store.path(indexFile(1)), 8_000)
      expect(await verified()).to.include(`note not-checked ${indexFile(1)} 0`)
    })
  })

  describe('finds in the state', () => {
    it('a checkpoint that is ahead of the log', async () => {
      store.edit('checkpoint', (bytes) => writeInt64(bytes, readInt64(bytes, 8) + 1, 8))
      expect(await verified()).to.deep.equal(['damage checkpoint checkpoint 8'])
    })

    it('a checkpoint that is too short, or missing', async () => {
      fs.truncateSync(store.path('checkpoint'), 10)
      expect(await verified()).to.deep.equal(['damage checkpoint checkpoint 0'])
      fs.rmSync(store.path('checkpoint'))
      expect(await verified()).to.deep.equal(['repair checkpoint checkpoint 0'])
    })

    it('configuration files that do not parse, and whether there is a good copy', async () => {
      fs.copyFileSync(store.path('config/topics.json'), store.path('config/topics.json.bak'))
      fs.writeFileSync(store.path('config/topics.json'), '{"topicConf')
      fs.writeFileSync(store.path('config/delayOffset.json'), '')
      const { findings } = await store.verify()
      expect(findings.map(({ kind, severity }) => `${severity} ${kind}`)).to.deep.equal([
        'damage config',
        'damage config',
      ])
      expect(findings[0]?.text).to.equal('empty; there is no .bak')
      expect(findings[1]?.text).to.match(/topics\.json\.bak is good and will be used$/)
    })

    it('takes lists of users and rights, and nothing else there', async () => {
      for (const name of ['users.json', 'acls.json', 'users.json.bak', 'acls.json.bak']) {
        fs.writeFileSync(store.path(`config/${name}`), '[{"username":"alice"}]')
      }
      expect(await verified()).to.deep.equal([])
      fs.writeFileSync(store.path('config/users.json'), '{}')
      expect((await store.verify()).findings[0]?.text).to.equal(
        'not a list; users.json.bak is good and will be used',
      )
    })
  })

  describe('in a store that was killed', () => {
    beforeEach(() => store.leaveAbortFile())

    it('tells what the next start repairs from damage', async () => {
      fs.rmSync(store.path('checkpoint'))
      await tearTail()
      store.edit(QUEUE_0, (bytes) => bytes.fill(0, 60 * UNIT))
      const { findings } = await store.verify()
      expect(new Set(findings.map(({ severity }) => severity))).to.deep.equal(new Set(['repair']))
      expect(new Set(findings.map(({ kind }) => kind))).to.deep.equal(
        new Set(['queue-missing', 'queue-beyond-log', 'index-entry', 'log-tail', 'checkpoint']),
      )
    })

    it('does not count a damaged record in the middle as repairable', async () => {
      const at = recordAt(7)
      store.edit(FIRST_LOG_FILE, (bytes) => flip(bytes, at + 5))
      expect((await store.verify()).result.findings.damage).to.be.greaterThan(0)
    })
  })
})
