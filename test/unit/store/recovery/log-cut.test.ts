import { join } from 'node:path'
import { expect } from 'chai'
import { orderLogCut, type DefaultMessageStore } from '../../../../lib/store/message-store.ts'
import { Random } from '../../../helpers/random.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'
import { makeStore, put } from '../../../helpers/store.ts'
import { until } from '../../../helpers/until.ts'

const COUNT = 60
const KEPT = 25

describe('a log that is cut at the start', () => {
  let fileSystem: SimFileSystem
  let offsets: number[]

  beforeEach(async () => {
    fileSystem = new SimFileSystem()
    offsets = []
    const store = open()
    await store.start()
    for (let n = 0; n < COUNT; n++) {
      const properties = `KEYS\x01k${n}\x02`
      const { appended } = await put(store, { body: Buffer.alloc(1_000, `${n} `), properties })
      offsets.push(appended?.commitLogOffset ?? -1)
    }
    await store.stop()
  })

  function open(brokerRole: 'SLAVE' | 'ASYNC_MASTER' = 'ASYNC_MASTER'): DefaultMessageStore {
    const config = { brokerRole }
    return makeStore({ directory: '/store', fileSystem, clock: new SimClock(), config })
  }

  function order(): void {
    orderLogCut(fileSystem, '/store', { offset: offsets[KEPT] as number, timeMs: 77 })
  }

  /** The log's bytes from `offset` on, out of files that are named by where they begin. */
  function bytesOf(directory: string, offset: number): Buffer {
    const pieces = fileSystem.list(directory).flatMap((name) => {
      const bytes = fileSystem.readFile(join(directory, name))
      const skip = Math.max(offset - Number(name), 0)
      return skip < bytes.length ? [bytes.subarray(skip)] : []
    })
    const all = Buffer.concat(pieces)
    let end = all.length
    while (end > 0 && all[end - 1] === 0) end--
    return all.subarray(0, end)
  }

  async function expectCut(store: DefaultMessageStore): Promise<void> {
    expect(store.maxPhysicalOffset).to.equal(offsets[KEPT])
    expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(KEPT)
    const found = async (n: number) =>
      (await store.queryMessage('TopicA', `k${n}`, 32, 0, Number.MAX_SAFE_INTEGER)).records.length
    expect([await found(KEPT - 1), await found(KEPT), await found(COUNT - 1)]).to.deep.equal([
      1, 0, 0,
    ])
    await store.stop()
    const master = open()
    await master.start()
    const { appended } = await put(master)
    expect(appended).to.include({ commitLogOffset: offsets[KEPT], queueOffset: KEPT })
    await master.stop()
  }

  it('ends there with all that is derived from it, and what was cut is kept', async () => {
    const offset = offsets[KEPT] as number
    const before = bytesOf('/store/commitlog', offset)
    order()
    const store = open('SLAVE')
    await store.start()
    await expectCut(store)
    expect(bytesOf(`/store/cut-77-${offset}`, offset).equals(before)).to.equal(true)
    expect(fileSystem.list('/store')).to.not.include('haCut.json')
  })

  it('is cut once, and whatever crashes come between', async () => {
    const offset = offsets[KEPT] as number
    const before = bytesOf('/store/commitlog', offset)
    order()
    const random = new Random(1)
    for (let operations = 1; fileSystem.exists('/store/haCut.json'); operations += 3) {
      const store = open('SLAVE')
      fileSystem.dieAfter(operations)
      let hasStarted = false
      void store.start().then(
        () => (hasStarted = true),
        () => undefined,
      )
      await until(() => hasStarted || fileSystem.isDead)
      fileSystem = fileSystem.restart(random.chance(0.5) ? 'kill' : 'power loss', random)
      expect(operations).to.be.below(1_000)
    }
    const store = open('SLAVE')
    await store.start()
    await expectCut(store)
    expect(bytesOf(`/store/cut-77-${offset}`, offset).equals(before)).to.equal(true)
    const again = open()
    await again.start()
    expect(again.getMaxOffsetInQueue('TopicA', 0)).to.equal(KEPT + 1)
    await again.stop()
  })

  it('keeps all of it when the broker was made a master before it was cut, and for good', async () => {
    order()
    for (const brokerRole of ['ASYNC_MASTER', 'SLAVE'] as const) {
      const store = open(brokerRole)
      await store.start()
      expect(store.getMaxOffsetInQueue('TopicA', 0)).to.equal(COUNT)
      await store.stop()
    }
    expect(fileSystem.list('/store').filter((name) => /cut/i.test(name))).to.deep.equal([])
  })
})
