import { expect } from 'chai'
import {
  SubscriptionGroupConfig,
  SubscriptionGroupList,
  SubscriptionGroupWrapper,
} from '../../../../../codec/body/subscription-group-config.ts'
import { type ExtFields, RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import { PopInflightMessageCounter } from '../../../../../lib/broker/pop/pop-inflight-message-counter.ts'
import { SubscriptionGroupAdminProcessor } from '../../../../../lib/broker/processor/admin/subscription-group-admin-processor.ts'
import { newSubscriptionGroupConfig } from '../../../../../lib/broker/subscription/subscription-group-config.ts'
import { RemotingError } from '../../../../../lib/remoting/index.ts'
import { type BrokerParts, makeBrokerParts } from '../../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../../helpers/fake-channel.ts'

describe('SubscriptionGroupAdminProcessor', () => {
  let parts: BrokerParts
  let removedOffsets: string[]
  let processor: SubscriptionGroupAdminProcessor

  beforeEach(() => {
    parts = makeBrokerParts()
    removedOffsets = []
    processor = new SubscriptionGroupAdminProcessor({
      popInflightMessageCounter: new PopInflightMessageCounter({
        ...parts,
        startTimeMs: 0,
        onBelowThreshold: () => undefined,
      }),
      ...parts,
      consumerOffsetManager: { removeOffset: (group) => removedOffsets.push(group) },
    })
  })
  afterEach(() => parts.remove())

  function ask(code: number, fields?: ExtFields, body?: Buffer): RemotingCommand {
    return processor.process(RemotingCommand.request(code, fields, body), new FakeChannel())
  }

  function update(config: SubscriptionGroupConfig): RemotingCommand {
    const body = SubscriptionGroupConfig.encode(config)
    return ask(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, undefined, body)
  }

  it('creates groups, one or a list', () => {
    const response = update(newSubscriptionGroupConfig('a', { retryMaxTimes: 2 }))
    expect(response.code).to.equal(ResponseCode.SUCCESS)
    const groupConfigList = ['b', 'c'].map((name) => newSubscriptionGroupConfig(name))
    const body = SubscriptionGroupList.encode({ groupConfigList })
    ask(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST, undefined, body)
    const { subscriptionGroupTable } = parts.subscriptionGroupManager
    expect(subscriptionGroupTable.get('a')?.retryMaxTimes).to.equal(2)
    expect([...subscriptionGroupTable.keys()]).to.include.members(['b', 'c'])
  })

  it('refuses names that could become paths, and attributes that are not known', () => {
    for (const name of ['../x', 'a/b', '', 'g'.repeat(256)]) {
      expect(() => update(newSubscriptionGroupConfig(name)), name).to.throw(
        RemotingError,
        'the specified group',
      )
    }
    const attributes = new Map([['+foo', 'x']])
    expect(() => update(newSubscriptionGroupConfig('g', { attributes }))).to.throw(
      RemotingError,
      'unsupported key: foo',
    )
  })

  it('tells one group, made when it may be, and all', () => {
    const one = ask(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, { group: 'g' })
    expect(SubscriptionGroupConfig.decode(one.body)).to.deep.equal(newSubscriptionGroupConfig('g'))
    const all = ask(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG)
    const { subscriptionGroupTable } = SubscriptionGroupWrapper.decode(all.body)
    expect([...subscriptionGroupTable.keys()]).to.include.members(['g', 'TOOLS_CONSUMER'])
    parts.brokerConfig.autoCreateSubscriptionGroup = false
    expect(() => ask(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, { group: 'h' })).to.throw(
      'No group in this broker',
    )
  })

  it('deletes a group, with its offsets only when asked to', () => {
    for (const name of ['a', 'b']) update(newSubscriptionGroupConfig(name))
    ask(RequestCode.DELETE_SUBSCRIPTIONGROUP, { groupName: 'a' })
    ask(RequestCode.DELETE_SUBSCRIPTIONGROUP, { groupName: 'b', cleanOffset: 'true' })
    expect(parts.subscriptionGroupManager.containsSubscriptionGroup('a')).to.equal(false)
    expect(removedOffsets).to.deep.equal(['b'])
  })
})
