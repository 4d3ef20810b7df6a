import { expect } from 'chai'
import { CompensationTable } from '../../../../lib/broker/client/compensation-table.ts'
import {
  LagSubscriptions,
  type LagSubscriptionsDeps,
} from '../../../../lib/broker/metrics/lag-subscriptions.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const TAG_A = 65
const TAG_B = 66
const SQL_FILTER = {}

function make(settings: object = {}) {
  const compensation = new CompensationTable(new SimClock(), { subscriptionExpiredTimeout: 1000 })
  const tags = { expressionType: 'TAG', subString: 'A', codeSet: [TAG_A] }
  const table = new Map([
    ['T', { topic: 'T', ...tags }],
    ['Sql', { topic: 'Sql', expressionType: 'SQL92', subString: 'n > 3', codeSet: [] }],
  ])
  const online = {
    consumeType: 'CONSUME_PASSIVELY',
    subscriptionTable: table,
    findSubscriptionData: (topic: string) => table.get(topic),
  }
  const configured = [{ topic: 'T', expression: 'B', expressionType: 'TAG' }]
  const fakes = {
    brokerConfig: { estimateAccumulation: true, useStaticSubscription: false, ...settings },
    subscriptionGroupManager: {
      subscriptionGroupTable: new Map([['G', { subscriptionDataSet: configured }]]),
    },
    consumerManager: {
      compensation,
      getConsumerGroupInfo: (group: string) => (group === 'G' ? online : undefined),
    },
    consumerFilterManager: { get: () => ({ filter: SQL_FILTER }) },
  }
  const subscriptions = new LagSubscriptions(fakes as unknown as LagSubscriptionsDeps)
  const passes = (group: string, tagsCode: number) =>
    subscriptions.filterOf(group, 'T')?.isMatchedByConsumeQueue(tagsCode)
  return { compensation, subscriptions, passes }
}

describe('LagSubscriptions', () => {
  it('goes by the heartbeats of a group', () => {
    const { subscriptions, passes } = make()
    expect(subscriptions.topicsOf('G')).to.deep.equal(['T', 'Sql'])
    expect(subscriptions.isPop('G')).to.equal(false)
    expect([passes('G', TAG_A), passes('G', TAG_B)]).to.deep.equal([true, false])
    expect(subscriptions.filterOf('G', 'Sql')).to.equal(SQL_FILTER)
    expect(subscriptions.filterOf('G', 'Other')).to.equal(undefined)
  })

  it('goes by what requests have named, without heartbeats', () => {
    const { compensation, subscriptions, passes } = make()
    expect(subscriptions.topicsOf('H')).to.deep.equal([])
    compensation.compensateSubscribeData('H', 'CONSUME_POP', 'T', 'B', 'TAG')
    expect(subscriptions.topicsOf('H')).to.deep.equal(['T'])
    expect(subscriptions.isPop('H')).to.equal(true)
    expect([passes('H', TAG_A), passes('H', TAG_B)]).to.deep.equal([false, true])
  })

  it('goes by the configuration of a group with useStaticSubscription', () => {
    const { subscriptions, passes } = make({ useStaticSubscription: true })
    expect(subscriptions.topicsOf('G')).to.deep.equal(['T'])
    expect([passes('G', TAG_A), passes('G', TAG_B)]).to.deep.equal([false, true])
    expect(subscriptions.topicsOf('H')).to.deep.equal([])
  })

  it('counts all messages without estimateAccumulation', () => {
    const { subscriptions } = make({ estimateAccumulation: false })
    expect(subscriptions.filterOf('G', 'T')).to.equal(undefined)
  })
})
