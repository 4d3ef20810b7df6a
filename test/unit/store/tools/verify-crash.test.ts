import { expect } from 'chai'
import type { FileSystem } from '../../../../lib/common/file-system.ts'
import type { DefaultMessageStore } from '../../../../lib/store/message-store.ts'
import {
  DEFAULT_STORE_SETTINGS,
  StoreDirectory,
  verifyStore,
  type Finding,
} from '../../../../lib/store/tools/index.ts'
import { Random } from '../../../helpers/random.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'
import { makeMessage, makeStore, SMALL_FILES } from '../../../helpers/store.ts'

const SEEDS = Number(process.env.STORE_SEEDS ?? 20)
const FIRST_SEED = Number(process.env.STORE_FIRST_SEED ?? 1)
const DIRECTORY = '/store'
const STEPS = 25

/** Puts messages into a store on a simulated disk, with turns and flushes in between, until the process dies. */
async function runUntilKilled(
  fileSystem: SimFileSystem,
  clock: SimClock,
  random: Random,
): Promise<void> {
  const store = newStore(fileSystem, clock)
  await store.start()
  fileSystem.dieAfter(1 + random.below(300))
  for (let step = 0; step < STEPS && !fileSystem.isDead; step++) {
    for (let puts = random.below(20); puts > 0; puts--) {
      const key = random.below(50)
      const properties = `UNIQ_KEY\x01u${key}\x02KEYS\x01k${key} l${key}\x02TAGS\x01t${key}\x02`
      const body = Buffer.alloc(random.below(600), 'x')
      const topic = random.pick(['A', 'B'])
      store.putMessage(
        makeMessage({ topic, queueId: random.below(2), body, properties }),
        () => undefined,
      )
    }
    for (let turns = random.below(5); turns > 0; turns--) await nextTurn()
    clock.advance(random.pick([1, 1_000, 61_000]))
    await nextTurn()
  }
  fileSystem.die()
}

function newStore(fileSystem: FileSystem, clock: SimClock): DefaultMessageStore {
  return makeStore({
    directory: DIRECTORY,
    fileSystem,
    clock,
    limits: { consumeQueueTailBytes: 1 },
  })
}

async function findingsOf(fileSystem: FileSystem): Promise<Finding[]> {
  const findings: Finding[] = []
  const settings = { ...DEFAULT_STORE_SETTINGS, ...SMALL_FILES }
  await verifyStore(new StoreDirectory(fileSystem, DIRECTORY, settings), {
    onFinding: (finding) => void findings.push(finding),
  })
  return findings
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('verifyStore after crashes', function () {
  this.timeout(120_000)

  it(`finds no damage after ${SEEDS} kills, and nothing after the next stop`, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const random = new Random(seed)
      const clock = new SimClock()
      let disk = new SimFileSystem()
      for (let crash = 0; crash < 3; crash++) {
        await runUntilKilled(disk, clock, random)
        disk = disk.restart('kill', random)
        const damage = (await findingsOf(disk)).filter(({ severity }) => severity === 'damage')
        expect(damage, `seed ${seed}, killed`).to.deep.equal([])
      }
      await expectCleanAfterStop(disk, clock, seed)
    }
  })

  it(`finds nothing after ${SEEDS} power losses and a stop`, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const random = new Random(seed)
      const clock = new SimClock()
      let disk = new SimFileSystem()
      await runUntilKilled(disk, clock, random)
      disk = disk.restart('power loss', random)
      await expectCleanAfterStop(disk, clock, seed)
    }
  })

  async function expectCleanAfterStop(disk: SimFileSystem, clock: SimClock, seed: number) {
    const store = newStore(disk, clock)
    await store.start()
    await store.stop()
    expect(await findingsOf(disk), `seed ${seed}, stopped`).to.deep.equal([])
  }
})
