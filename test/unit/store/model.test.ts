import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import type { SeedRange } from '../../helpers/store-model-worker.ts'

const SEEDS = Number(process.env.STORE_SEEDS ?? 2_000)
const FIRST_SEED = Number(process.env.STORE_FIRST_SEED ?? 1)
const WORKER = new URL('../../helpers/store-model-worker.js', import.meta.url)

describe('message store against a model', () => {
  it(`keeps its promises over ${SEEDS} runs of operations, faults and crashes`, async function () {
    this.timeout(60_000 + SEEDS * 1_000)
    const step = Math.min(availableParallelism(), SEEDS)
    const failures: string[] = []
    const workers = Array.from({ length: step }, async (_, index) => {
      const end = FIRST_SEED + SEEDS
      const workerData: SeedRange = { first: FIRST_SEED + index, end, step }
      const worker = new Worker(WORKER, { workerData })
      worker.on('message', ({ seed, message }: { seed: number; message: string }) => {
        failures.push(`again by STORE_FIRST_SEED=${seed} STORE_SEEDS=1: ${message}`)
      })
      await once(worker, 'exit')
    })
    await Promise.all(workers)
    expect(failures).to.deep.equal([])
  })
})
