import { expect } from 'chai'
import type { ExtFields } from '../../../../codec/remoting-command.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { PopInflightMessageCounter } from '../../../../lib/broker/pop/pop-inflight-message-counter.ts'
import { SubscriptionGroupAdminProcessor } from '../../../../lib/broker/processor/admin/subscription-group-admin-processor.ts'
import { TopicAdminProcessor } from '../../../../lib/broker/processor/admin/topic-admin-processor.ts'
import {
  fetchAllSubscriptionGroups,
  fetchAllTopicConfig,
} from '../../../../lib/broker/slave/master-metadata.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'

const COUNT = 4_321

describe("a slave that fetches its master's metadata in parts", () => {
  let parts: BrokerParts
  let requests: ExtFields[]

  beforeEach(() => {
    parts = makeBrokerParts()
    requests = []
  })
  afterEach(() => parts.remove())

  it('has all topics', async () => {
    const { topicConfigManager } = parts
    const topics = Array.from({ length: COUNT }, (_, n) => newTopicConfig(`t${n}`, {}))
    topicConfigManager.updateTopicConfigList(topics)
    const popInflightMessageCounter = new PopInflightMessageCounter({
      ...{ ...parts, startTimeMs: 0, onBelowThreshold: () => undefined },
    })
    const consumerOffsetManager = { whichGroupByTopic: () => [], cleanOffsetByTopic: () => 0 }
    const processor = new TopicAdminProcessor({
      ...{ ...parts, popInflightMessageCounter, consumerOffsetManager },
      liteTopics: { cleanByParentTopic: () => undefined },
      topicsRegistered: () => Promise.resolve(),
    })
    const { topicConfigTable, dataVersion } = await fetchAllTopicConfig((code, fields = {}) => {
      requests.push(fields)
      const request = RemotingCommand.request(code, fields)
      return Promise.resolve(processor.process(request, new FakeChannel()))
    })
    expect(topicConfigTable).to.deep.equal(topicConfigManager.topicConfigTable)
    expect(dataVersion).to.deep.equal(topicConfigManager.dataVersion.toJSON())
    expect(requests.map(({ topicSeq }) => topicSeq)).to.deep.equal(['0', '2000', '4000'])
  })

  it('has all groups, and what is forbidden to them', async () => {
    const { subscriptionGroupManager } = parts
    const groups = Array.from({ length: COUNT }, (_, n) => newSubscriptionGroupConfig(`g${n}`))
    subscriptionGroupManager.updateSubscriptionGroupConfigList(groups)
    subscriptionGroupManager.updateForbidden('g1', 't', 1, true)
    subscriptionGroupManager.updateForbidden('g4000', 't', 2, true)
    const processor = new SubscriptionGroupAdminProcessor({
      ...parts,
      consumerOffsetManager: { removeOffset: () => undefined },
      popInflightMessageCounter: { clearInFlightMessageNumByGroupName: () => undefined },
    })
    const fetched = await fetchAllSubscriptionGroups((code, fields = {}) => {
      requests.push(fields)
      const request = RemotingCommand.request(code, fields)
      return Promise.resolve(processor.process(request, new FakeChannel()))
    })
    expect(fetched).to.deep.equal(subscriptionGroupManager.encode())
    expect(requests.map(({ groupSeq }) => groupSeq)).to.deep.equal(['0', '2000', '4000'])
  })
})
