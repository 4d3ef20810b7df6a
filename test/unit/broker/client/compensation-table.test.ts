import { expect } from 'chai'
import { CompensationTable } from '../../../../lib/broker/client/compensation-table.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('CompensationTable', () => {
  let clock: SimClock
  let table: CompensationTable

  beforeEach(() => {
    clock = new SimClock()
    table = new CompensationTable(clock, { subscriptionExpiredTimeout: 1000 })
  })

  it('tells the subscription that was named last, as of the last request', () => {
    table.compensateSubscribeData('G', 'CONSUME_PASSIVELY', 'T', 'A || B', 'TAG')
    clock.advance(10)
    table.compensateSubscribeData('G', 'CONSUME_PASSIVELY', 'T', 'A || B', 'TAG')
    expect(table.findSubscriptionData('G', 'T')).to.deep.equal({
      classFilterMode: false,
      codeSet: [65, 66],
      expressionType: 'TAG',
      subString: 'A || B',
      subVersion: clock.now(),
      tagsSet: ['A', 'B'],
      topic: 'T',
    })
    table.compensateSubscribeData('G', 'CONSUME_POP', 'T', 'n > 3', 'SQL92')
    expect(table.findSubscriptionData('G', 'T')).to.include({ subString: 'n > 3' })
    expect(table.getConsumeType('G')).to.equal('CONSUME_POP')
  })

  it('knows nothing of other topics and groups', () => {
    table.compensateSubscribeData('G', 'CONSUME_PASSIVELY', 'T', '*', undefined)
    expect(table.findSubscriptionData('G', 'U')).to.equal(undefined)
    expect(table.findSubscriptionData('H', 'T')).to.equal(undefined)
    expect(table.getSubscribeTopics('G')).to.deep.equal(['T'])
    expect(table.getSubscribeTopics('H')).to.deep.equal([])
    expect(table.getConsumeType('H')).to.equal(undefined)
  })

  it('forgets what has not been named for a while, and groups of which nothing is left', () => {
    table.compensateSubscribeData('G', 'CONSUME_PASSIVELY', 'T', '*', 'TAG')
    clock.advance(600)
    table.compensateSubscribeData('G', 'CONSUME_PASSIVELY', 'U', '*', 'TAG')
    clock.advance(600)
    table.removeExpired()
    expect(table.getSubscribeTopics('G')).to.deep.equal(['U'])
    clock.advance(600)
    table.removeExpired()
    expect(table.getConsumeType('G')).to.equal(undefined)
  })
})
