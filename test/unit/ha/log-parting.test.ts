import { expect } from 'chai'
import { type Finding, LogParting } from '../../../lib/ha/log-parting.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { settle } from '../../helpers/settle.ts'

describe('LogParting', () => {
  let logger: RecordingLogger
  let cuts: number[]
  let masterMaxOffset: number | Error
  let failure: Error | undefined
  let parting: LogParting

  beforeEach(() => {
    logger = new RecordingLogger()
    cuts = []
    failure = undefined
    parting = new LogParting(
      {
        masterMaxOffset: () =>
          masterMaxOffset instanceof Error
            ? Promise.reject(masterMaxOffset)
            : Promise.resolve(masterMaxOffset),
        cut: (commonEnd) => {
          if (failure !== undefined) throw failure
          cuts.push(commonEnd)
        },
      },
      logger,
    )
  })

  async function consider(code: string, finding: Partial<Finding>): Promise<boolean> {
    const isWorth = parting.consider({
      code,
      masterEnd: undefined,
      commonEnd: undefined,
      ...finding,
    })
    await settle()
    return isWorth
  }

  it('compares more once when it is not known where the logs part, then waits', async () => {
    expect(await consider('DIVERGED', {})).to.equal(true)
    expect(parting.comparesMore).to.equal(true)
    expect(await consider('DIVERGED', {})).to.equal(false)
    expect(parting.comparesMore).to.equal(false)
    expect(cuts).to.deep.equal([])
  })

  it('cuts where the master says that it ends, and where it has other bytes', async () => {
    expect(await consider('AHEAD', { masterEnd: 700 })).to.equal(false)
    await consider('DIVERGED', {})
    await consider('DIVERGED', { commonEnd: 500 })
    expect(cuts).to.deep.equal([700, 500])
    expect(parting.comparesMore).to.equal(false)
  })

  it('tells of a disk on which the cut cannot be ordered, and goes on', async () => {
    failure = new Error('no space left')
    expect(await consider('AHEAD', { masterEnd: 700 })).to.equal(false)
    expect(logger.lines).to.deep.equal([
      {
        level: 'error',
        event: 'the log is not cut: the order cannot be written',
        fields: { commonEnd: 700, reason: 'no space left' },
      },
    ])
  })

  it('asks a master that sends no more, and cuts where its log ends', async () => {
    masterMaxOffset = 500
    await consider('UNCONFIRMED', { commonEnd: 500 })
    expect(cuts).to.deep.equal([500])
  })

  it('cuts nothing that a master has and does not send', async () => {
    for (const answer of [501, 10_000, 400]) {
      masterMaxOffset = answer
      expect(await consider('UNCONFIRMED', { commonEnd: 500 })).to.equal(false)
    }
    expect(cuts).to.deep.equal([])
    expect(logger.atLeast('error').map(({ fields }) => fields)).to.deep.equal(
      [501, 10_000, 400].map((offset) => ({ commonEnd: 500, masterMaxOffset: offset })),
    )
  })

  it('cuts nothing when the master does not answer', async () => {
    masterMaxOffset = new Error('gone')
    await consider('UNCONFIRMED', { commonEnd: 500 })
    expect(cuts).to.deep.equal([])
    expect(logger.atLeast('error')[0]?.fields).to.deep.equal({ commonEnd: 500, reason: 'gone' })
  })

  it('leaves everything as it is without a cutter', () => {
    const without = new LogParting(undefined, logger)
    const finding = { code: 'DIVERGED', masterEnd: undefined, commonEnd: undefined }
    expect(without.consider(finding)).to.equal(false)
    expect(without.comparesMore).to.equal(false)
  })
})
