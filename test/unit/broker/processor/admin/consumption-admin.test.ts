import { expect } from 'chai'
import { ConsumeStats } from '../../../../../codec/body/consume-stats.ts'
import {
  ConsumerConnection,
  ProducerConnection,
  ProducerTableInfo,
} from '../../../../../codec/body/connection-list.ts'
import { ResetOffsetBody } from '../../../../../codec/body/reset-offset.ts'
import { GroupList } from '../../../../../codec/body/topic-list.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  subscription,
} from '../../../../helpers/consumption-fixture.ts'
import type { FakeRequestChannel } from '../../../../helpers/remoting.ts'

describe('administration of consumption', () => {
  let fixture: ConsumptionFixture
  let channel: FakeRequestChannel

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 2)
    channel = fixture.newChannel()
  })
  afterEach(() => fixture.remove())

  function goOnline(): void {
    fixture.send(
      channel,
      RequestCode.HEART_BEAT,
      {},
      heartbeat({
        consumerDataSet: [consumerData('G', [subscription('T')])],
        producerDataSet: [{ groupName: 'P' }],
      }),
    )
    channel.oneways.length = 0
  }

  const connection = () => ({
    clientAddr: channel.remoteHost.toString(),
    clientId: 'c1',
    language: 'JAVA',
    version: 479,
  })

  it('tells how a group is connected', async () => {
    const call = () =>
      fixture.call(RequestCode.GET_CONSUMER_CONNECTION_LIST, { consumerGroup: 'G' })
    const offline = await call()
    expect([offline.code, offline.remark]).to.deep.equal([206, 'the consumer group[G] not online'])
    goOnline()
    const body = ConsumerConnection.decode((await call()).body)
    expect(body.connectionSet).to.deep.equal([connection()])
    expect([body.consumeType, body.messageModel]).to.deep.equal(['CONSUME_PASSIVELY', 'CLUSTERING'])
    expect(body.subscriptionTable.get('T')?.subString).to.equal('*')
  })

  it('tells how producers are connected', async () => {
    const call = () =>
      fixture.call(RequestCode.GET_PRODUCER_CONNECTION_LIST, { producerGroup: 'P' })
    const offline = await call()
    expect([offline.code, offline.remark]).to.deep.equal([1, 'the producer group[P] not exist'])
    goOnline()
    const body = ProducerConnection.decode((await call()).body)
    expect(body.connectionSet).to.deep.equal([connection()])
    const all = await fixture.call(RequestCode.GET_ALL_PRODUCER_INFO)
    expect(ProducerTableInfo.decode(all.body).data.get('P')).to.deep.equal([
      {
        clientId: 'c1',
        language: 'JAVA',
        lastUpdateTimestamp: fixture.clock.now(),
        remoteIP: `/${channel.remoteHost.toString()}`,
        version: 479,
      },
    ])
  })

  it('tells which groups consume a topic', async () => {
    goOnline()
    fixture.consumption.consumerOffsetManager.commitOffset('H', 'T', 0, 1)
    fixture.consumption.consumerOffsetManager.commitOffset('I', 'U', 0, 1)
    const { body } = await fixture.call(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, { topic: 'T' })
    expect(GroupList.decode(body).groupList).to.deep.equal(['G', 'H'])
  })

  it('tells how far a group is', async () => {
    const { consumerOffsetManager } = fixture.consumption
    for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
    consumerOffsetManager.commitOffset('G', 'T', 0, 2)
    consumerOffsetManager.commitPullOffset('G', 'T', 0, 3)
    consumerOffsetManager.commitOffset('G', 'gone', 0, 2)
    const stats = async (fields = {}) => {
      const all = { consumerGroup: 'G', ...fields }
      return ConsumeStats.decode((await fixture.call(RequestCode.GET_CONSUME_STATS, all)).body)
    }
    const progress = (queueId: number, brokerOffset: number, rest: object) => [
      { brokerName: 'broker-a', queueId, topic: 'T' },
      { brokerOffset, ...rest },
    ]
    const lastTimestamp = fixture.clock.now()
    const expected = [
      progress(0, 3, { consumerOffset: 2, lastTimestamp, pullOffset: 3 }),
      progress(1, 0, { consumerOffset: 0, lastTimestamp: 0, pullOffset: 0 }),
    ]
    expect((await stats()).offsetTable).to.deep.equal(expected)
    expect((await stats({ topic: 'T' })).offsetTable).to.deep.equal(expected)
    expect((await stats({ topicList: 'T;;gone' })).offsetTable).to.deep.equal(expected)
    fixture.send(
      channel,
      RequestCode.HEART_BEAT,
      {},
      heartbeat({ consumerDataSet: [consumerData('G', [subscription('U')])] }),
    )
    expect((await stats({ topic: 'T' })).offsetTable).to.deep.equal([])
  })

  describe('INVOKE_BROKER_TO_RESET_OFFSET', () => {
    const reset = (fields = {}) =>
      fixture.call(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, {
        ...{ group: 'G', topic: 'T', timestamp: '-1', isForce: 'true' },
        ...fields,
      })
    const stored = () =>
      [0, 1].map((id) => fixture.consumption.consumerOffsetManager.queryOffset('G', 'T', id))
    let startMs: number

    beforeEach(() => {
      fixture.groups.findSubscriptionGroupConfig('G')
      startMs = fixture.clock.now()
      for (const body of ['a', 'b', 'c']) {
        fixture.put('T', 0, body)
        fixture.clock.advance(1000)
      }
    })

    async function expectRefusal(fields: object, code: number, remark: string): Promise<void> {
      const response = await reset(fields)
      expect([response.code, response.remark]).to.deep.equal([code, remark])
      expect(stored()).to.deep.equal([-1, -1])
    }

    it('sets all queues to their end, or to a time', async () => {
      const response = await reset()
      const queue = (queueId: number) => ({ brokerName: 'broker-a', queueId, topic: 'T' })
      expect(ResetOffsetBody.decode(response.body).offsetTable).to.deep.equal([
        [queue(0), 3],
        [queue(1), 0],
      ])
      expect(stored()).to.deep.equal([3, 0])
      await reset({ timestamp: String(startMs + 1) })
      expect(stored()).to.deep.equal([1, 0])
    })

    it('sets one queue to an offset or to a time', async () => {
      await reset({ queueId: '0', offset: '2' })
      expect(stored()).to.deep.equal([2, -1])
      await reset({ queueId: '0', timestamp: String(startMs) })
      expect(stored()).to.deep.equal([0, -1])
    })

    it('refuses an offset outside of the queue', async () => {
      const remark = 'Target offset 5 not in consume queue range [0-3]'
      await expectRefusal({ queueId: '0', offset: '5' }, 1, remark)
    })

    it('names a topic or a group that does not exist, and refuses on a slave', async () => {
      await expectRefusal({ topic: 'X' }, 17, 'Topic X does not exist')
      await expectRefusal({ group: 'X' }, 26, 'Group X does not exist')
      fixture.storeConfig.brokerRole = 'SLAVE'
      await expectRefusal({}, 1, 'Can not reset offset in slave broker')
    })

    describe('without useServerSideResetOffset', () => {
      beforeEach(() => {
        fixture.config.useServerSideResetOffset = false
      })

      it('tells the members', async () => {
        goOnline()
        const { consumerOffsetManager } = fixture.consumption
        consumerOffsetManager.commitOffset('G', 'T', 0, 2)
        consumerOffsetManager.commitOffset('G', 'T', 1, 0)
        const response = await reset({ timestamp: String(startMs + 1), isForce: 'false' })
        const [request] = channel.oneways
        expect([request?.code, request?.extFields]).to.deep.equal([
          220,
          {
            ...{ group: 'G', topic: 'T', queueId: '-1' },
            ...{ timestamp: String(startMs + 1), isForce: 'false' },
          },
        ])
        expect(request?.body?.toString()).to.equal(
          '{"offsetTable":{{"brokerName":"broker-a","queueId":0,"topic":"T"}:1,' +
            '{"brokerName":"broker-a","queueId":1,"topic":"T"}:0}}',
        )
        expect(response.code).to.equal(0)
        expect(response.body).to.deep.equal(request?.body)
      })

      it('needs members, offsets and a topic', async () => {
        const { consumerOffsetManager } = fixture.consumption
        await expectRefusal({}, 1, 'THe consumer group <G> not exist')
        const remark = '[reset-offset] reset offset failed, no topic in this broker. topic=X'
        await expectRefusal({ topic: 'X' }, 17, remark)
        for (const queueId of [0, 1]) consumerOffsetManager.commitOffset('G', 'T', queueId, 0)
        const offline = await reset()
        expect([offline.code, offline.remark]).to.deep.equal([
          206,
          'Consumer not online, so can not reset offset, Group: G Topic: T Timestamp: -1',
        ])
      })
    })
  })
})
