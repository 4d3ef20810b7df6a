import { expect } from 'chai'
import { StoreOnDisk } from '../../../helpers/store-on-disk.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const EXT_UNIT = 20
const EXT_FILE = 'consumequeue_ext/TopicA/0/00000000000000000000'
const QUEUE = 'consumequeue/TopicA/0/00000000000000000000'
const CONFIG = { enableConsumeQueueExt: true, mappedFileSizeConsumeQueueExt: 30 * EXT_UNIT + 4 }

describe('verifyStore, consume queue ext', () => {
  let temp: ReturnType<typeof makeTempDirectory>
  let store: StoreOnDisk

  beforeEach(async () => {
    temp = makeTempDirectory()
    store = new StoreOnDisk(temp.path)
    await store.write(200, CONFIG)
  })
  afterEach(() => temp.remove())

  async function verified(): Promise<string[]> {
    const { findings } = await store.verify()
    return findings.map(({ severity, kind, file, position }) => {
      return `${severity} ${kind} ${file.slice(temp.path.length + 1)} ${position}`
    })
  }

  it('has nothing to say about one that is whole, over several files', async () => {
    expect(await verified()).to.deep.equal([])
  })

  it('finds a wrong tags code and a wrong store time', async () => {
    store.edit(EXT_FILE, (bytes) => bytes.writeInt8(1, 3 * EXT_UNIT + 9))
    store.edit(EXT_FILE, (bytes) => bytes.writeInt8(1, 7 * EXT_UNIT + 17))
    expect(await verified()).to.deep.equal([
      `damage queue-ext ${QUEUE} ${3 * 20}`,
      `damage queue-ext ${QUEUE} ${7 * 20}`,
    ])
  })

  it('finds a unit that is not there', async () => {
    store.edit(EXT_FILE, (bytes) => bytes.fill(0, 5 * EXT_UNIT, 6 * EXT_UNIT))
    const { findings } = await store.verify()
    expect(findings.map(({ text }) => text)).to.deep.equal([
      'TopicA, queue 0: message 5: its unit points to offset 100 of consumequeue_ext, where there is none',
    ])
  })
})
