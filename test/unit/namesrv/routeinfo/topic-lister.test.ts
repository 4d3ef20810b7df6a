import { expect } from 'chai'
import { TopicLister } from '../../../../lib/namesrv/routeinfo/topic-lister.ts'
import { RouteFixture, topicConfig } from '../../../helpers/namesrv.ts'

describe('TopicLister', () => {
  it('tells unit topics and topics with unit subscriptions apart', () => {
    const fixture = new RouteFixture()
    const flags = [0, 1, 2, 3].map((topicSysFlag) =>
      topicConfig(`F${topicSysFlag}`, { topicSysFlag }),
    )
    fixture.register({ topicConfigs: new Map(flags.map((config) => [config.topicName, config])) })
    const lister = new TopicLister(fixture.tables)
    expect(lister.unit()).to.deep.equal(['F1', 'F3'])
    expect(lister.unitSub()).to.deep.equal(['F2', 'F3'])
    expect(lister.unitSubButNotUnit()).to.deep.equal(['F2'])
    expect(lister.all()).to.deep.equal(['F0', 'F1', 'F2', 'F3'])
  })

  it('names nothing when nobody is there', () => {
    const lister = new TopicLister(new RouteFixture().tables)
    expect(lister.system()).to.deep.equal({ brokerAddr: undefined, topicList: [] })
  })
})
