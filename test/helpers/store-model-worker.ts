import { parentPort, workerData } from 'node:worker_threads'
import { toError } from '../../lib/common/errors.ts'
import { StoreModelRun } from './store-model.ts'

/** The seeds that a worker goes through. */
export interface SeedRange {
  readonly first: number
  /** The first one that is not run. */
  readonly end: number
  readonly step: number
}

/** Runs that go on at the same time, so that the turns of the event loop are full. */
const AT_A_TIME = 4

const { first, end, step } = workerData as SeedRange
const seeds = seedsOf()
await Promise.all(Array.from({ length: AT_A_TIME }, line))

function* seedsOf(): Generator<number> {
  for (let seed = first; seed < end; seed += step) yield seed
}

async function line(): Promise<void> {
  for (const seed of seeds) {
    try {
      await new StoreModelRun(seed).execute()
    } catch (error) {
      parentPort?.postMessage({ seed, message: toError(error).stack })
      return
    }
  }
}
