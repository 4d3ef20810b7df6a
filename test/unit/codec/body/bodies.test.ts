import { expect } from 'chai'
import { BrokerStatsData } from '../../../../codec/body/broker-stats-data.ts'
import { ClusterInfo } from '../../../../codec/body/cluster-info.ts'
import { ConsumerOffsetSerializeWrapper } from '../../../../codec/body/consumer-offset.ts'
import { ConsumeStats } from '../../../../codec/body/consume-stats.ts'
import { QueryAssignmentResponseBody } from '../../../../codec/body/query-assignment.ts'
import { ResetOffsetBody } from '../../../../codec/body/reset-offset.ts'
import { SubscriptionGroupConfig } from '../../../../codec/body/subscription-group-config.ts'
import { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'

const route =
  '{"brokerDatas":[{"brokerAddrs":{"0":"127.0.0.1:10911"},"brokerName":"broker-a","cluster":"DefaultCluster",' +
  '"enableActingMaster":false}],"filterServerTable":{},"queueDatas":[{"brokerName":"broker-a","perm":6,' +
  '"readQueueNums":4,"topicSysFlag":0,"writeQueueNums":4}]}'

describe('JSON bodies', () => {
  it('writes a route with quoted ids, and with bare ones on request', () => {
    const bare = route.replace('"0":', '0:')
    for (const text of [route, bare]) {
      const data = TopicRouteData.decode(text)
      expect(data.brokerDatas[0]?.brokerAddrs).to.deep.equal(new Map([[0, '127.0.0.1:10911']]))
      expect(TopicRouteData.encode(data).toString()).to.equal(route)
      expect(TopicRouteData.encode(data, { keys: 'bare' }).toString()).to.equal(bare)
    }
  })

  it('has the mapping of static topics by broker name', () => {
    const mapping = `{"bname":"b","currIdMap":{"0":1},"dirty":false,"epoch":1,"scope":"__global__","topic":"T","totalQueues":2}`
    const text = `{"brokerDatas":[],"filterServerTable":{},"queueDatas":[],"topicQueueMappingByBroker":{"b":${mapping}}}`
    expect(TopicRouteData.encode(TopicRouteData.decode(text)).toString()).to.equal(text)
  })

  it('reads maps by queue in all three forms and writes the bare one', () => {
    const bare = '{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"T"}:5}}'
    const forms = [
      bare,
      '{"offsetTable":{{brokerName:"b",queueId:0,topic:"T"}:5}}',
      '{"offsetTable":{"{\\"brokerName\\":\\"b\\",\\"queueId\\":0,\\"topic\\":\\"T\\"}":5}}',
    ]
    for (const form of forms) {
      const body = ResetOffsetBody.decode(form)
      expect(body.offsetTable).to.deep.equal([[{ brokerName: 'b', queueId: 0, topic: 'T' }, 5]])
      expect(ResetOffsetBody.encode(body).toString()).to.equal(bare)
    }
  })

  it('writes maps by queue as valid JSON on request', () => {
    const stats = ConsumeStats.decode(
      '{"consumeTps":1.5,"offsetTable":{{"brokerName":"b","queueId":0,"topic":"T"}:{"brokerOffset":9}}}',
    )
    const text = ConsumeStats.encode(stats, { keys: 'quoted' }).toString()
    expect(() => JSON.parse(text) as unknown).not.to.throw()
    expect(ConsumeStats.decode(text)).to.deep.equal(stats)
  })

  it('reads numbers beyond 2^53 as the largest safe one', () => {
    const body = ResetOffsetBody.decode(
      '{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"T"}:9223372036854775807}}',
    )
    expect(body.offsetTable[0]?.[1]).to.equal(Number.MAX_SAFE_INTEGER)
  })

  it('reads the pretty-printed consumerOffset.json of Apache', () => {
    const wrapper = ConsumerOffsetSerializeWrapper.decode(
      '{\n\t"dataVersion":{\n\t\t"counter":1,\n\t\t"stateVersion":0,\n\t\t"timestamp":5\n\t},\n\t"offsetTable":{\n' +
        '\t\t"T@g":{0:7,1:6\n\t\t}\n\t}\n}',
    )
    expect(wrapper.offsetTable.get('T@g')).to.deep.equal(new Map([[0, 7], [1, 6]])) // prettier-ignore
    expect(wrapper.dataVersion.counter).to.equal(1)
  })

  it('keeps a topic that is named __proto__', () => {
    const text = '{"brokerAddrTable":{},"clusterAddrTable":{"__proto__":["a"]}}'
    const info = ClusterInfo.decode(text)
    expect(info.clusterAddrTable.get('__proto__')).to.deep.equal(['a'])
    expect(ClusterInfo.encode(info).toString()).to.equal(text)
  })

  it('fills in a consumer group', () => {
    const config = SubscriptionGroupConfig.decode('{"groupName":"g"}')
    expect(SubscriptionGroupConfig.encode(config).toString()).to.equal(
      '{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,"consumeFromMinEnable":true,' +
        '"consumeMessageOrderly":false,"consumeTimeoutMinute":15,"groupName":"g","groupRetryPolicy":{"type":"CUSTOMIZED"},' +
        '"groupSysFlag":0,"notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,"retryQueueNums":1,' +
        '"whichBrokerWhenConsumeSlowly":1}',
    )
  })

  it('leaves out what is optional', () => {
    expect(QueryAssignmentResponseBody.encode({}).toString()).to.equal('{}')
    expect(BrokerStatsData.decode('{"statsDay":null}')).to.deep.equal({})
  })

  it('says which key of a map is wrong', () => {
    expect(() => ConsumerOffsetSerializeWrapper.decode('{"offsetTable":{"T@g":{"x":1}}}')).to.throw(
      'ConsumerOffsetSerializeWrapper.offsetTable.T@g.x: the key is not a number',
    )
    expect(() => ResetOffsetBody.decode('{"offsetTable":{{"topic":"T"}:1}}')).to.throw(
      'ResetOffsetBody.offsetTable.{"topic":"T"}.brokerName: a string is missing',
    )
  })

  it('takes numbers and booleans that stand as strings', () => {
    const config = SubscriptionGroupConfig.decode(
      '{"groupName":7,"retryMaxTimes":"3","brokerId":"1","consumeEnable":"false"}',
    )
    expect(config).to.include({
      groupName: '7',
      retryMaxTimes: 3,
      brokerId: 1,
      consumeEnable: false,
    })
  })
})
