import { expect } from 'chai'
import {
  TIMER_WHEEL_SLOTS,
  writeSlot,
  TIMER_SLOT_SIZE,
} from '../../../../codec/store/timer-slot.ts'
import { writeTimerLogUnit } from '../../../../codec/store/timer-log-unit.ts'
import fs from 'node:fs'
import { StoreOnDisk } from '../../../helpers/store-on-disk.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const DUE_MS = 1_800_000_000_000
const FILE = '00000000000000000000'

describe('store verify, timers', () => {
  let directory: ReturnType<typeof makeTempDirectory>
  let store: StoreOnDisk

  beforeEach(async () => {
    directory = makeTempDirectory()
    store = new StoreOnDisk(directory.path)
    await store.write(4)
    fs.mkdirSync(store.path('timerlog'))
    const log = Buffer.alloc(5_200)
    const unit = { magic: 1, writeTimeMs: DUE_MS - 5_000, delayMs: 5_000, size: 100, topicHash: 0 }
    writeTimerLogUnit(log, 0, { ...unit, prevPos: -1, commitLogOffset: 0 })
    writeTimerLogUnit(log, 52, { ...unit, prevPos: 0, commitLogOffset: 0 })
    fs.writeFileSync(store.path('timerlog', FILE), log)
    writeWheel(52)
  })

  afterEach(() => directory.remove())

  function writeWheel(lastPos: number): void {
    const wheel = Buffer.alloc(TIMER_WHEEL_SLOTS * TIMER_SLOT_SIZE)
    const time = DUE_MS / 1000
    const at = (time % TIMER_WHEEL_SLOTS) * TIMER_SLOT_SIZE
    writeSlot(wheel, at, time, { firstPos: 0, lastPos, num: 2 })
    fs.writeFileSync(store.path('timerwheel'), wheel)
  }

  function writeCheckpoint(readTimeMs: number, flushedPosition: number): void {
    const checkpoint = Buffer.alloc(4096)
    checkpoint.writeBigInt64BE(BigInt(readTimeMs), 0)
    checkpoint.writeBigInt64BE(BigInt(flushedPosition), 8)
    fs.writeFileSync(store.path('config', 'timercheck'), checkpoint)
  }

  async function kinds(): Promise<string[]> {
    const { findings } = await store.verify()
    return findings.map(({ severity, kind, position }) => `${severity} ${kind} ${position}`)
  }

  it('finds nothing where messages, log and wheel agree', async () => {
    expect(await kinds()).to.deep.equal([])
  })

  it('finds timers without their message, and chains that do not lead back', async () => {
    store.edit(`timerlog/${FILE}`, (bytes) => {
      bytes.writeInt32BE(0x7fffffff, 28 + 4)
      bytes.writeInt32BE(52, 52 + 8)
    })
    expect(await kinds()).to.deep.equal(['damage timer-unit 0', 'damage timer-unit 52'])
  })

  it('finds slots that do not know the last timer', async () => {
    writeWheel(0)
    writeCheckpoint(0, 104)
    expect(await kinds()).to.deep.equal(['damage timer-wheel 0'])
    store.leaveAbortFile()
    expect(await kinds()).to.include('repair timer-wheel 0')
  })

  it('knows that each start enters what is behind the check point', async () => {
    writeWheel(0)
    writeCheckpoint(0, 52)
    expect(await kinds()).to.deep.equal(['repair timer-wheel 0'])
  })

  it('finds a wheel that is lost, and one that is cut off', async () => {
    fs.rmSync(store.path('timerwheel'))
    expect(await kinds()).to.deep.equal(['repair timer-wheel 0'])
    fs.writeFileSync(store.path('timerwheel'), Buffer.alloc(4096))
    expect(await kinds()).to.deep.equal(['damage timer-wheel 0'])
  })

  it('passes over what has been delivered', async () => {
    writeWheel(0)
    writeCheckpoint(DUE_MS + 1_000, 0)
    expect(await kinds()).to.deep.equal([])
  })
})
