import { expect } from 'chai'
import { LimitedLogger } from '../../../lib/remoting/limited-logger.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('LimitedLogger', () => {
  it('passes on twenty warnings a second, tells how many it left out, and all that is not a warning', () => {
    const logger = new RecordingLogger()
    const clock = new SimClock()
    const limited = new LimitedLogger(logger, clock)
    for (let i = 0; i < 50; i++) limited.warn({ i }, 'closed')
    for (let i = 0; i < 50; i++) limited.error({ i }, 'failed')
    expect(logger.lines.filter(({ event }) => event === 'closed')).to.have.length(20)
    expect(logger.lines.filter(({ event }) => event === 'failed')).to.have.length(50)
    clock.advance(1000)
    limited.warn({}, 'later')
    limited.warn({}, 'later')
    const last = logger.lines.slice(-3).map(({ event, fields }) => [event, fields['lines']])
    expect(last).to.deep.equal([
      ['warnings about peers were left out', 30],
      ['later', undefined],
      ['later', undefined],
    ])
  })

  it('cuts long texts in warnings', () => {
    const logger = new RecordingLogger()
    new LimitedLogger(logger, new SimClock()).warn({ username: 'x'.repeat(1_000_000), n: 1 }, 'no')
    expect(logger.lines.map(({ fields }) => fields)).to.deep.equal([
      { username: 'x'.repeat(500), n: 1 },
    ])
  })
})
