import { expect } from 'chai'
import { ConsumeStatsList } from '../../../../../codec/body/consume-stats.ts'
import {
  GroupForbidden,
  QueryConsumeQueueResponseBody,
  QueryConsumeTimeSpanBody,
  QuerySubscriptionResponseBody,
} from '../../../../../codec/body/query-consumer.ts'
import {
  ConsumerOffsetSerializeWrapper,
  DelayOffsetSerializeWrapper,
} from '../../../../../codec/body/consumer-offset.ts'
import { QueryCorrectionOffsetBody } from '../../../../../codec/body/reset-offset.ts'
import { TopicList } from '../../../../../codec/body/topic-list.ts'
import { NOT_SET_REMARK } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  subscription,
  pullFields,
} from '../../../../helpers/consumption-fixture.ts'

describe('administration of groups', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 2)
    fixture.addTopic('U', 1)
  })
  afterEach(() => fixture.remove())

  const offsets = () => fixture.consumption.consumerOffsetManager
  const queue = (topic: string, queueId: number) => ({ brokerName: 'broker-a', queueId, topic })

  /** The group comes online, subscribed to one topic. */
  function subscribe(group: string, topic: string): void {
    const consumerDataSet = [consumerData(group, [subscription(topic, 'a||b')])]
    fixture.send(
      fixture.newChannel(),
      RequestCode.HEART_BEAT,
      {},
      heartbeat({ clientID: `c-${group}`, consumerDataSet }),
    )
  }

  async function body(code: number, fields: Record<string, string> = {}): Promise<Buffer> {
    const response = await fixture.call(code, fields)
    const remark = code === RequestCode.QUERY_CONSUME_QUEUE ? NOT_SET_REMARK : undefined
    expect([response.code, response.remark || undefined]).to.deep.equal([0, remark])
    return response.body ?? Buffer.alloc(0)
  }

  async function refusal(code: number, fields: Record<string, string> = {}): Promise<unknown[]> {
    const response = await fixture.call(code, fields)
    return [response.code, response.remark, response.body]
  }

  describe('QUERY_CONSUME_TIME_SPAN', () => {
    const ask = async () => {
      const fields = { topic: 'T', group: 'G' }
      const answer = await body(RequestCode.QUERY_CONSUME_TIME_SPAN, fields)
      return QueryConsumeTimeSpanBody.decode(answer).consumeTimeSpanSet
    }

    it('tells when the oldest, the newest and the last consumed message were stored', async () => {
      const startMs = fixture.clock.now()
      for (const text of ['a', 'b', 'c']) {
        fixture.put('T', 1, text)
        fixture.clock.advance(1000)
      }
      offsets().commitOffset('G', 'T', 1, 2)
      const times = { minTimeStamp: startMs, maxTimeStamp: startMs + 2000 }
      expect((await ask())[1]).to.deep.include({
        ...{ messageQueue: queue('T', 1), ...times },
        ...{ consumeTimeStamp: startMs + 1000, delayTime: 1000 },
      })
      offsets().commitOffset('G', 'T', 1, 3)
      expect((await ask())[1]).to.include({ consumeTimeStamp: startMs + 2000, delayTime: 0 })
    })

    it('counts from the oldest message for a group that has consumed nothing', async () => {
      const minTimeStamp = fixture.clock.now()
      fixture.put('T', 1, 'a')
      fixture.clock.advance(1000)
      expect((await ask())[1]).to.include({ consumeTimeStamp: minTimeStamp, delayTime: 1000 })
    })

    it('tells the times as text too', async () => {
      fixture.put('T', 1, 'a')
      const { minTimeStampStr, maxTimeStampStr, consumeTimeStampStr } = (await ask())[1] ?? {}
      expect(minTimeStampStr).to.match(/^2023-11-1\d#\d\d:\d\d:20:000$/)
      expect([maxTimeStampStr, consumeTimeStampStr]).to.deep.equal([
        ...[minTimeStampStr, minTimeStampStr],
      ])
    })

    it('has no times for an empty queue', async () => {
      expect((await ask())[0]).to.deep.include({
        ...{ messageQueue: queue('T', 0), minTimeStamp: -1, maxTimeStamp: -1 },
        ...{ consumeTimeStamp: -1, delayTime: 0 },
      })
    })

    it('refuses an unknown topic', async () => {
      const fields = { topic: 'X', group: 'G' }
      expect(await refusal(RequestCode.QUERY_CONSUME_TIME_SPAN, fields)).to.deep.equal([
        ...[17, 'topic[X] not exist', undefined],
      ])
    })
  })

  describe('GET_BROKER_CONSUME_STATS', () => {
    const ask = async (isOrder: boolean) => {
      const fields = { isOrder: String(isOrder) }
      const answer = await body(RequestCode.GET_BROKER_CONSUME_STATS, fields)
      return ConsumeStatsList.decode(answer)
    }
    /** `topic: consumed/stored` of each queue of a group. */
    const progressOf = ({ consumeStatsList }: ConsumeStatsList, group: string) =>
      consumeStatsList
        .flatMap((groups) => groups.get(group) ?? [])
        .flatMap(({ offsetTable }) => offsetTable)
        .map(([{ topic }, each]) => `${topic}: ${each.consumerOffset}/${each.brokerOffset}`)

    beforeEach(() => {
      for (const text of ['a', 'b', 'c']) fixture.put('T', 0, text)
      fixture.groups.findSubscriptionGroupConfig('G')
      offsets().commitOffset('G', 'T', 0, 1)
      offsets().commitOffset('G', 'U', 0, 0)
      offsets().commitOffset('G', 'gone', 0, 5)
      offsets().commitPullOffset('G', 'T', 0, 3)
    })

    it('tells how far all groups are with the topics that there are', async () => {
      const stats = await ask(false)
      expect(progressOf(stats, 'G')).to.deep.equal(['T: 1/3', 'T: 0/0', 'U: 0/0'])
      expect(stats).to.include({
        ...{ brokerAddr: '10.0.0.1:10911', totalDiff: 2, totalInflightDiff: 2 },
      })
      expect(progressOf(stats, 'TOOLS_CONSUMER')).to.deep.equal([])
      expect(stats.consumeStatsList).to.have.lengthOf(fixture.groups.subscriptionGroupTable.size)
    })

    it('leaves out what a group that is online does not subscribe to, and unordered topics', async () => {
      expect(progressOf(await ask(true), 'G')).to.deep.equal([])
      subscribe('G', 'U')
      expect(progressOf(await ask(false), 'G')).to.deep.equal(['U: 0/0'])
    })
  })

  describe('CLONE_GROUP_OFFSET', () => {
    const clone = (fields: Record<string, string>) =>
      body(RequestCode.CLONE_GROUP_OFFSET, { srcGroup: 'G', destGroup: 'H', ...fields })

    beforeEach(() => {
      offsets().commitOffset('G', 'T', 0, 4)
      offsets().commitOffset('G', 'T', 1, 5)
      offsets().commitOffset('G', 'U', 0, 6)
    })

    it('copies the offsets of a topic, which then go their own way', async () => {
      await clone({ topic: 'T' })
      offsets().commitOffset('G', 'T', 1, 9)
      expect([...offsets().queryOffsets('H', 'T')]).to.deep.equal([
        [0, 4],
        [1, 5],
      ])
      expect([...offsets().queryOffsets('H', 'U')]).to.deep.equal([])
    })

    it('copies those of all topics when none is named', async () => {
      await clone({ topic: ' ' })
      expect([...offsets().whichTopicByConsumer('H')]).to.have.members(['T', 'U'])
    })

    it('leaves out what the source group no longer subscribes to, unless it shall not matter', async () => {
      subscribe('G', 'U')
      await clone({ topic: 'T' })
      expect(offsets().whichTopicByConsumer('H')).to.deep.equal([])
      await clone({ topic: 'T', offline: 'true' })
      expect(offsets().whichTopicByConsumer('H')).to.deep.equal(['T'])
    })

    it('leaves out topics that are not there', async () => {
      offsets().commitOffset('G', 'gone', 0, 5)
      await clone({ topic: 'gone' })
      expect(offsets().whichTopicByConsumer('H')).to.deep.equal([])
    })
  })

  describe('QUERY_CORRECTION_OFFSET', () => {
    const ask = async (fields: Record<string, string> = {}) => {
      const all = { topic: 'T', compareGroup: 'G', ...fields }
      const answer = await body(RequestCode.QUERY_CORRECTION_OFFSET, all)
      return [...QueryCorrectionOffsetBody.decode(answer).correctionOffsets]
    }

    beforeEach(() => {
      offsets().commitOffset('G', 'T', 0, 6)
      offsets().commitOffset('H', 'T', 0, 4)
      offsets().commitOffset('I', 'T', 0, 8)
    })

    it('tells the lowest offset of all groups', async () => {
      expect(await ask()).to.deep.equal([[0, 4]])
    })

    it('is beyond all offsets where the group is behind the others', async () => {
      expect(await ask({ filterGroups: 'H,G' })).to.deep.equal([[0, Number.MAX_SAFE_INTEGER]])
      expect(offsets().queryOffset('H', 'T', 0)).to.equal(4)
    })

    it('does not count offsets of messages that have gone', async () => {
      for (const text of 'abcdefgh') fixture.put('T', 0, text)
      fixture.store.expire('T', 0, 5)
      expect(await ask()).to.deep.equal([[0, 6]])
    })
  })

  describe('QUERY_CONSUME_QUEUE', () => {
    const { QUERY_CONSUME_QUEUE } = RequestCode
    const at = (fields: Record<string, string> = {}) => ({
      ...{ topic: 'T', queueId: '0', index: '1', count: '2', ...fields },
    })
    const ask = async (fields?: Record<string, string>) =>
      QueryConsumeQueueResponseBody.decode(await body(QUERY_CONSUME_QUEUE, at(fields)))

    beforeEach(() => {
      for (const text of ['a', 'b', 'c', 'd']) fixture.put('T', 0, text, 'x')
    })

    it('tells the units from an index on', async () => {
      const answer = await ask()
      expect(answer).to.include({ minQueueIndex: 0, maxQueueIndex: 4 })
      const [, second, third] = fixture.store.log
      expect(answer.queueData.map(({ physicOffset }) => physicOffset)).to.deep.equal([
        ...[second?.commitLogOffset, third?.commitLogOffset],
      ])
      expect(answer.queueData[0]).to.include({ tagsCode: 120, physicSize: second?.storeSize })
    })

    it('tells what a group wants of the queue', async () => {
      const offline = await ask({ consumerGroup: 'G' })
      expect(offline.filterData).to.equal('G@T is not online!')
      subscribe('G', 'T')
      const online = await ask({ consumerGroup: 'G' })
      expect(online.subscriptionData?.subString).to.equal('a||b')
      expect(online.filterData).to.equal('null')
    })

    it('refuses a queue that is not there, and answers nothing for an index that is not', async () => {
      expect(await refusal(QUERY_CONSUME_QUEUE, at({ queueId: '7' }))).to.deep.equal([
        ...[1, '7@T is not exist!', undefined],
      ])
      expect(await refusal(QUERY_CONSUME_QUEUE, at({ index: '4' }))).to.deep.equal([
        ...[0, 'Index 4 of 0@T is not exist!', undefined],
      ])
    })

    it('takes absurd counts', async () => {
      expect((await ask({ count: '-1' })).queueData).to.deep.equal([])
      expect((await ask({ count: '2147483647' })).queueData).to.have.lengthOf(3)
    })
  })

  it('tells the topics of a group', async () => {
    offsets().commitOffset('G', 'T', 0, 1)
    const answer = await body(RequestCode.QUERY_TOPICS_BY_CONSUMER, { group: 'G' })
    expect(TopicList.decode(answer)).to.deep.equal({
      ...{ brokerAddr: '10.0.0.1:10911', topicList: ['T'] },
    })
  })

  it('tells what a group subscribes to, as far as it is online', async () => {
    const ask = async () => {
      const fields = { group: 'G', topic: 'T' }
      const answer = await body(RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, fields)
      return QuerySubscriptionResponseBody.decode(answer)
    }
    expect(await ask()).to.deep.equal({ group: 'G', topic: 'T' })
    subscribe('G', 'T')
    expect((await ask()).subscriptionData?.subString).to.equal('a||b')
  })

  it('tells what a group that sends no heartbeats has pulled with', async () => {
    await fixture.call(RequestCode.PULL_MESSAGE, pullFields({ subscription: 'c', sysFlag: 4 }))
    const fields = { group: 'G', topic: 'T' }
    const answer = await body(RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, fields)
    const { subscriptionData } = QuerySubscriptionResponseBody.decode(answer)
    expect(subscriptionData).to.include({ subString: 'c', subVersion: fixture.clock.now() })
  })

  it('forbids a group to read a topic, and tells whether it may', async () => {
    const ask = async (fields: Record<string, string> = {}) => {
      const all = { group: 'G', topic: 'T', ...fields }
      const answer = await body(RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN, all)
      return GroupForbidden.decode(answer)
    }
    expect(await ask()).to.deep.equal({ group: 'G', topic: 'T', readable: true })
    expect((await ask({ readable: 'false' })).readable).to.equal(false)
    expect((await ask()).readable).to.equal(false)
    expect((await ask({ readable: 'true' })).readable).to.equal(true)
  })

  it('removes the queues of topics that are not known', async () => {
    for (const topic of ['T', 'left', '%LMQ%light', 'SCHEDULE_TOPIC_XXXX'])
      fixture.put(topic, 0, 'a')
    await body(RequestCode.CLEAN_UNUSED_TOPIC)
    expect(fixture.store.deletedTopics).to.deep.equal(['left'])
  })

  it('gives slaves the offsets of consumers and of delay levels', async () => {
    offsets().commitOffset('G', 'T', 1, 3)
    const consumed = await body(RequestCode.GET_ALL_CONSUMER_OFFSET)
    const { offsetTable } = ConsumerOffsetSerializeWrapper.decode(consumed)
    expect([...(offsetTable.get('T@G') ?? [])]).to.deep.equal([[1, 3]])
    const delayed = await body(RequestCode.GET_ALL_DELAY_OFFSET)
    expect(DelayOffsetSerializeWrapper.decode(delayed).offsetTable.size).to.equal(0)
  })
})
