import fc from 'fast-check'
import { bodyTargets } from './body-targets.ts'
import { fileTargets } from './file-targets.ts'
import { meaningTargets } from './meaning-targets.ts'
import { Ports } from './port-targets.ts'
import { Processors } from './processor-targets.ts'
import { check } from './target.ts'
import { wireTargets } from './wire-targets.ts'

/*
 * FUZZ_SECONDS says how long all targets are fed together, FUZZ_SEED with what: a failure names its seed and path. CI takes a
 * minute, beside its other stages; `npm run test:nightly` ten minutes and another seed each time.
 */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 6)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121)
/** More than a target ever gets in its time. */
const MAX_RUNS = 100_000_000

const ports = new Ports()
const processors = new Processors()
const targets = [
  ...[...(await wireTargets()), ...(await bodyTargets()), ...fileTargets()],
  ...[...(await meaningTargets()), ...(await ports.targets()), ...(await processors.targets())],
]
const shareMs = (SECONDS * 1000) / targets.length

describe(`what others have written, damaged (seed ${SEED})`, function () {
  this.timeout(60_000 + 3 * shareMs)
  before(async () => {
    await ports.start()
    await processors.start()
  })
  after(async () => {
    await processors.stop()
    await ports.stop()
  })

  for (const target of targets) {
    it(`is read or refused: ${target.name}`, () =>
      fc.assert(
        fc.asyncProperty(target.inputs, (input) => check(target, input)),
        {
          seed: SEED,
          numRuns: MAX_RUNS,
          interruptAfterTimeLimit: shareMs,
          markInterruptAsFailure: false,
        },
      ))
  }
})
