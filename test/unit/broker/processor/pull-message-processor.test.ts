import { expect } from 'chai'
import type { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { BusyError } from '../../../../lib/common/errors.ts'
import type { GetMessageResult, GetMessageStatus } from '../../../../lib/store/types.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  pullFields,
  subscription,
} from '../../../helpers/consumption-fixture.ts'
import type { FakeRequestChannel } from '../../../helpers/remoting.ts'

const { PULL_MESSAGE, LITE_PULL_MESSAGE, HEART_BEAT } = RequestCode

describe('PullMessageProcessor', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 4)
  })
  afterEach(() => fixture.remove())

  function pull(fields: Record<string, string | number> = {}): Promise<RemotingCommand> {
    return fixture.call(PULL_MESSAGE, pullFields(fields))
  }

  function textOf(response: RemotingCommand): string[] {
    return (response.bodySlices ?? []).map((slice) => slice.toString())
  }

  async function expectRefusal(
    response: Promise<RemotingCommand>,
    code: number,
    remark: string,
    forbiddenType?: string,
  ): Promise<void> {
    const { code: actual, remark: text, extFields } = await response
    expect({ code: actual, remark: text }).to.deep.equal({ code, remark })
    expect(extFields).to.deep.equal(forbiddenType && { forbiddenType })
  }

  describe('reading', () => {
    it('answers with records as they stand in the store and a complete header', async () => {
      for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
      const response = await pull({ queueOffset: 1 })
      expect(response.code).to.equal(ResponseCode.SUCCESS)
      expect(response.remark).to.equal('FOUND')
      expect(textOf(response)).to.deep.equal(['b', 'c'])
      expect(response.extFields).to.deep.equal({
        suggestWhichBrokerId: '0',
        nextBeginOffset: '3',
        minOffset: '0',
        maxOffset: '3',
        topicSysFlag: '0',
        groupSysFlag: '0',
      })
    })

    it('answers without a promise while the store does', () => {
      fixture.put('T', 0, 'a')
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields())
      expect(channel.responses[0]?.remark).to.equal('FOUND')
    })

    it('waits for a store that reads from the disk', async () => {
      fixture.put('T', 0, 'a')
      const getMessage = fixture.store.getMessage.bind(fixture.store)
      Object.assign(fixture.store, {
        getMessage: (request: Parameters<typeof getMessage>[0]) =>
          Promise.resolve().then(() => getMessage(request)),
      })
      expect(textOf(await pull())).to.deep.equal(['a'])
    })

    it('answers busy when too many reads wait for the disk', async () => {
      const busy = new BusyError('too many reads wait for the disk')
      Object.assign(fixture.store, { getMessage: () => Promise.reject(busy) })
      const { code, remark } = await pull()
      expect([code, remark]).to.deep.equal([
        ResponseCode.SYSTEM_BUSY,
        '[OVERLOAD]system busy, start flow control for a while: too many reads wait for the disk',
      ])
    })

    it('filters by the tags of the request and advances past what it leaves out', async () => {
      for (const tag of ['a', 'b', 'c', 'a']) fixture.put('T', 0, tag, tag)
      expect(textOf(await pull({ subscription: 'a || c' }))).to.deep.equal(['a', 'c', 'a'])
      const none = await pull({ subscription: 'x' })
      expect([none.code, none.remark, none.extFields?.nextBeginOffset]).to.deep.equal([
        ResponseCode.PULL_RETRY_IMMEDIATELY,
        'NO_MATCHED_MESSAGE',
        '4',
      ])
    })

    const statuses: [GetMessageStatus, number, number][] = [
      ['FOUND', 5, ResponseCode.SUCCESS],
      ['NO_MATCHED_MESSAGE', 5, ResponseCode.PULL_RETRY_IMMEDIATELY],
      ['MESSAGE_WAS_REMOVING', 5, ResponseCode.PULL_RETRY_IMMEDIATELY],
      ['NO_MESSAGE_IN_QUEUE', 0, ResponseCode.PULL_NOT_FOUND],
      ['NO_MESSAGE_IN_QUEUE', 5, ResponseCode.PULL_OFFSET_MOVED],
      ['NO_MATCHED_LOGIC_QUEUE', 0, ResponseCode.PULL_NOT_FOUND],
      ['NO_MATCHED_LOGIC_QUEUE', 5, ResponseCode.PULL_OFFSET_MOVED],
      ['OFFSET_FOUND_NULL', 5, ResponseCode.PULL_NOT_FOUND],
      ['OFFSET_OVERFLOW_ONE', 5, ResponseCode.PULL_NOT_FOUND],
      ['OFFSET_OVERFLOW_BADLY', 5, ResponseCode.PULL_OFFSET_MOVED],
      ['OFFSET_TOO_SMALL', 5, ResponseCode.PULL_OFFSET_MOVED],
      ['OFFSET_RESET', 5, ResponseCode.PULL_OFFSET_MOVED],
    ]
    for (const [status, queueOffset, code] of statuses) {
      it(`answers ${status} at offset ${queueOffset} with ${code}`, async () => {
        const result: GetMessageResult = {
          status,
          nextBeginOffset: 9,
          minOffset: 2,
          maxOffset: 8,
          records: [],
          messageCount: 0,
          suggestPullingFromSlave: false,
          coldDataSum: 0,
        }
        Object.assign(fixture.store, { getMessage: () => result })
        const response = await pull({ queueOffset, sysFlag: 4 })
        expect(response.code).to.equal(code)
        expect(response.remark).to.equal(status)
        expect(response.extFields).to.include({
          nextBeginOffset: '9',
          minOffset: '2',
          maxOffset: '8',
        })
      })
    }

    it('corrects an offset outside of the queue', async () => {
      for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
      fixture.store.expire('T', 0, 2)
      const small = await pull({ queueOffset: 0 })
      expect([small.code, small.extFields?.nextBeginOffset]).to.deep.equal([21, '2'])
      const large = await pull({ queueOffset: 99 })
      expect([large.code, large.extFields?.nextBeginOffset]).to.deep.equal([21, '3'])
    })

    it('counts what it gives, under the topic and the group', async () => {
      for (const body of ['a', 'bb', 'c']) fixture.put('T', 0, body)
      const { length } =
        (await pull()).bodySlices?.reduce((all, slice) => Buffer.concat([all, slice])) ?? []
      await pull({ queueOffset: 99 })
      const item = (name: string, key: string) => {
        const { value, times } = fixture.stats.getStatsItem(name, key) ?? {}
        return [value, times]
      }
      expect(item('GROUP_GET_NUMS', 'T@G')).to.deep.equal([3, 1])
      expect(item('GROUP_GET_SIZE', 'T@G')).to.deep.equal([length, 1])
      expect(item('GROUP_GET_LATENCY', '0@T@G')).to.deep.equal([0, 1])
      expect(fixture.stats.gets.brokerGetNumsWithoutSystemTopic).to.equal(3)
    })

    it('suggests a slave to a slow group where slaves may be read', async () => {
      fixture.config.slaveReadEnable = true
      const result: GetMessageResult = {
        status: 'FOUND',
        nextBeginOffset: 1,
        minOffset: 0,
        maxOffset: 1,
        records: [],
        messageCount: 0,
        suggestPullingFromSlave: true,
        coldDataSum: 0,
      }
      Object.assign(fixture.store, { getMessage: () => result })
      expect((await pull()).extFields?.suggestWhichBrokerId).to.equal('1')
      fixture.config.slaveReadEnable = false
      expect((await pull()).extFields?.suggestWhichBrokerId).to.equal('0')
    })

    it('does not correct offsets on a slave', async () => {
      fixture.storeConfig.brokerRole = 'SLAVE'
      fixture.config.slaveReadEnable = true
      const response = await pull({ queueOffset: 99 })
      expect(response.code).to.equal(ResponseCode.PULL_RETRY_IMMEDIATELY)
      fixture.storeConfig.offsetCheckInSlave = true
      expect((await pull({ queueOffset: 99 })).code).to.equal(ResponseCode.PULL_OFFSET_MOVED)
    })

    it('is refused as busy on a slave that may not be read', async () => {
      fixture.storeConfig.brokerRole = 'SLAVE'
      expect((await pull()).code).to.equal(ResponseCode.SYSTEM_BUSY)
    })
  })

  describe('refusals', () => {
    it('names a broker that may not be read', async () => {
      fixture.config.brokerPermission = 2
      await expectRefusal(pull(), 16, 'the broker[10.0.0.1] pulling message is forbidden', '1')
    })

    it('names a broker that serves no lite pulls', async () => {
      fixture.config.litePullMessageEnable = false
      await expectRefusal(
        fixture.call(LITE_PULL_MESSAGE, pullFields()),
        16,
        'the broker[10.0.0.1] for lite pull consumer is forbidden',
        '1',
      )
      fixture.put('T', 0, 'a')
      expect((await pull()).code).to.equal(0)
    })

    it('names a group that does not exist', async () => {
      fixture.config.autoCreateSubscriptionGroup = false
      await expectRefusal(
        pull(),
        26,
        'subscription group [G] does not exist, \nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.',
      )
    })

    it('names a group that may not consume', async () => {
      fixture.groups.updateSubscriptionGroupConfig(
        newSubscriptionGroupConfig('G', { consumeEnable: false }),
      )
      await expectRefusal(pull(), 16, 'subscription group no permission, G', '2')
    })

    it('names a topic that does not exist', async () => {
      await expectRefusal(
        pull({ topic: 'U' }),
        17,
        'topic[U] not exist, apply first please! \nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.',
      )
    })

    it('names a topic that may not be read', async () => {
      const topicConfig = fixture.topics.selectTopicConfig('T')
      Object.assign(topicConfig ?? {}, { perm: 2 })
      await expectRefusal(pull(), 16, 'the topic[T] pulling message is forbidden', '3')
    })

    it('names a queue that the topic does not have', async () => {
      const channel = fixture.newChannel()
      for (const queueId of [4, -1]) fixture.send(channel, PULL_MESSAGE, pullFields({ queueId }))
      const remotePort = channel.remoteHost.port
      expect(channel.responses.map(({ code, remark }) => [code, remark])).to.deep.equal(
        [4, -1].map((queueId) => [
          29,
          `queueId[${queueId}] is illegal, topic:[T] topicConfig.readQueueNums:[4] consumer:[/127.0.0.1:${remotePort}]`,
        ]),
      )
    })

    it('names tags that say nothing, and languages that are not supported', async () => {
      const parse = "parse the consumer's subscription failed"
      await expectRefusal(pull({ subscription: '||' }), 23, parse)
      await expectRefusal(
        pull({ expressionType: 'SQL92', subscription: 'a > 1' }),
        1,
        'The broker does not support consumer to filter message by SQL92',
      )
    })

    it('names a field that is missing', async () => {
      const fields = pullFields()
      delete fields.topic
      await expectRefusal(fixture.call(PULL_MESSAGE, fields), 1, 'the custom field <topic> is null')
    })

    it('rejects pull consumers that are no members where the broker wants that', async () => {
      fixture.config.rejectPullConsumerEnable = true
      await expectRefusal(
        pull(),
        24,
        "the consumer's group info not exist, or the pull consumer is rejected by server.\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.",
      )
    })
  })

  describe("the group's subscription", () => {
    const SUSPEND = 2

    function beat(subscriptions: object[], fields = {}): void {
      const consumerDataSet = [consumerData('G', subscriptions, fields)]
      fixture.send(fixture.newChannel(), HEART_BEAT, {}, heartbeat({ consumerDataSet }))
    }

    it('is used when the pull names none', async () => {
      for (const tag of ['a', 'b']) fixture.put('T', 0, tag, tag)
      beat([subscription('T', 'b', 1, [98])])
      expect(textOf(await pull({ sysFlag: SUSPEND }))).to.deep.equal(['b'])
      beat([subscription('T', 'a', 2, [97])])
      expect(textOf(await pull({ sysFlag: SUSPEND }))).to.deep.equal(['a'])
      beat([subscription('T', '*', 3)])
      expect(textOf(await pull({ sysFlag: SUSPEND }))).to.deep.equal(['a', 'b'])
    })

    it('must be there', async () => {
      const faq = '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.'
      const noGroup = `the consumer's group info not exist${faq}`
      await expectRefusal(pull({ sysFlag: SUSPEND }), 24, noGroup)
      beat([subscription('U')])
      const noTopic = `the consumer's subscription not exist${faq}`
      await expectRefusal(pull({ sysFlag: SUSPEND }), 24, noTopic)
    })

    it('must be as new as the one of the client', async () => {
      beat([subscription('T', '*', 10)])
      const remark = "the consumer's subscription not latest"
      await expectRefusal(pull({ sysFlag: SUSPEND, subVersion: 11 }), 25, remark)
      fixture.put('T', 0, 'a')
      expect((await pull({ sysFlag: SUSPEND, subVersion: 10 })).code).to.equal(0)
    })

    it('is refused to a broadcasting group that may not broadcast', async () => {
      fixture.groups.updateSubscriptionGroupConfig(
        newSubscriptionGroupConfig('G', { consumeBroadcastEnable: false }),
      )
      beat([subscription('T')], { messageModel: 'BROADCASTING' })
      const remark = 'the consumer group[G] can not consume by broadcast way'
      await expectRefusal(pull({ sysFlag: SUSPEND }), 16, remark, '4')
    })

    it('is refused to a group that may not read the topic', async () => {
      beat([subscription('T')])
      fixture.groups.updateForbidden('G', 'T', 2, true)
      const remark = 'the consumer group[G] is forbidden for topic[T]'
      await expectRefusal(pull({ sysFlag: SUSPEND }), 16, remark, '5')
    })
  })

  describe('long polling', () => {
    it('holds a pull at the end of its queue until a message for it comes', async () => {
      const channel = fixture.newChannel()
      const request = fixture.send(channel, PULL_MESSAGE, pullFields({ subscription: 'a' }))
      request.opaque = 77
      fixture.put('T', 1, 'other queue', 'a')
      fixture.put('T', 0, 'other tag', 'b')
      await fixture.settle()
      expect(channel.responses).to.deep.equal([])
      fixture.put('T', 0, 'x', 'a')
      fixture.put('T', 0, 'y', 'a')
      await fixture.settle()
      expect(channel.responses).to.have.length(1)
      const [response] = channel.responses as [RemotingCommand]
      expect(textOf(response)).to.deep.equal(['x', 'y'])
      expect(response.opaque).to.equal(77)
      expect(response.extFields?.nextBeginOffset).to.equal('3')
    })

    it('answers 19 with the whole header after the time-out', async () => {
      fixture.put('T', 0, 'a')
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields({ queueOffset: 1 }))
      fixture.clock.advance(14_999)
      await fixture.settle()
      expect(channel.responses).to.deep.equal([])
      fixture.clock.advance(101)
      await fixture.settle()
      const [response] = channel.responses
      expect([response?.code, response?.remark]).to.deep.equal([19, 'OFFSET_OVERFLOW_ONE'])
      expect(response?.extFields).to.deep.equal({
        suggestWhichBrokerId: '0',
        nextBeginOffset: '1',
        minOffset: '0',
        maxOffset: '1',
        topicSysFlag: '0',
        groupSysFlag: '0',
      })
    })

    it('does not hold a pull without the suspend flag', async () => {
      expect((await pull({ sysFlag: 4 })).code).to.equal(ResponseCode.PULL_NOT_FOUND)
    })

    it('holds a pull for a second only where long polling is off', async () => {
      fixture.config.longPollingEnable = false
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields())
      fixture.clock.advance(1100)
      await fixture.settle()
      expect(channel.responses[0]?.code).to.equal(19)
    })

    it('checks a pull again when it is woken', async () => {
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields())
      fixture.topics.deleteTopicConfig('T')
      fixture.put('T', 0, 'a')
      await fixture.settle()
      expect(channel.responses[0]?.code).to.equal(ResponseCode.TOPIC_NOT_EXIST)
    })

    it('answers a woken pull whose reading fails', async () => {
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields())
      fixture.send(channel, PULL_MESSAGE, pullFields({ queueId: 1 }))
      Object.assign(fixture.store, {
        getMessage: ({ queueId }: { queueId: number }) => {
          if (queueId === 0) throw new Error('disk gone')
          return Promise.reject(new Error('disk gone'))
        },
      })
      fixture.put('T', 0, 'a')
      fixture.put('T', 1, 'a')
      await fixture.settle()
      const answers = channel.responses.map(({ code, remark }) => [code, remark])
      expect(answers).to.deep.equal([
        [1, 'disk gone'],
        [1, 'disk gone'],
      ])
    })

    it('forgets the pulls of a connection that closes', async () => {
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields())
      channel.close('gone')
      fixture.consumption.onChannelClose(channel)
      await fixture.settle()
      expect(fixture.consumption.holdService.heldCount).to.equal(0)
    })
  })

  describe('offsets', () => {
    it('stores what the pull commits, at its first pass only', async () => {
      const { consumerOffsetManager } = fixture.consumption
      const channel = fixture.newChannel()
      fixture.send(channel, PULL_MESSAGE, pullFields({ sysFlag: 1 | 2 | 4, commitOffset: 5 }))
      expect(consumerOffsetManager.queryOffset('G', 'T', 0)).to.equal(5)
      consumerOffsetManager.commitOffset('G', 'T', 0, 6)
      fixture.put('T', 0, 'a')
      await fixture.settle()
      expect(channel.responses[0]?.code).to.equal(0)
      expect(consumerOffsetManager.queryOffset('G', 'T', 0)).to.equal(6)
      expect(consumerOffsetManager.queryPullOffset('G', 'T', 0)).to.equal(1)
    })

    it('does not store an offset without the flag', async () => {
      await pull({ sysFlag: 4, commitOffset: 5 })
      expect(fixture.consumption.consumerOffsetManager.queryOffset('G', 'T', 0)).to.equal(-1)
    })

    it('tells the group of a reset, once', async () => {
      for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
      fixture.consumption.consumerOffsetManager.assignResetOffset('T', 'G', 0, 1)
      const response = await pull({ queueOffset: 3 })
      expect([response.code, response.remark]).to.deep.equal([21, 'OFFSET_RESET'])
      expect(response.extFields).to.include({
        nextBeginOffset: '1',
        minOffset: '0',
        maxOffset: '3',
      })
      expect(textOf(await pull({ queueOffset: 1 }))).to.deep.equal(['b', 'c'])
    })

    describe('of broadcasting clients', () => {
      const byProxy = { requestSource: 1, proxyFrowardClientId: 'c1' }
      const mode = { messageModel: 'BROADCASTING' }

      beforeEach(() => {
        for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
      })

      function goOnline(): FakeRequestChannel {
        const channel = fixture.newChannel()
        const consumerDataSet = [consumerData('G', [subscription('T')], mode)]
        fixture.send(channel, HEART_BEAT, {}, heartbeat({ consumerDataSet }))
        channel.responses.length = 0
        return channel
      }

      it('are known when they change to a proxy, which knows none', async () => {
        fixture.send(goOnline(), PULL_MESSAGE, pullFields({ queueOffset: 2 }))
        const response = await pull({ ...byProxy, queueOffset: -1 })
        expect([response.code, response.remark]).to.deep.equal([21, 'OFFSET_RESET'])
        expect(response.extFields).to.include({
          ...{ nextBeginOffset: '2', minOffset: '0', maxOffset: '0' },
        })
      })

      it('are not kept without enableBroadcastOffsetStore', async () => {
        fixture.config.enableBroadcastOffsetStore = false
        fixture.send(goOnline(), PULL_MESSAGE, pullFields({ queueOffset: 2 }))
        const response = await pull({ ...byProxy, queueOffset: -1 })
        expect([response.code, response.remark]).to.deep.equal([21, 'OFFSET_TOO_SMALL'])
      })

      it('are as their clients say while these stay where they are', async () => {
        const channel = goOnline()
        fixture.send(channel, PULL_MESSAGE, pullFields({ queueOffset: 2 }))
        fixture.send(channel, PULL_MESSAGE, pullFields({ queueOffset: 1 }))
        await fixture.settle()
        expect(channel.responses.map(textOf)).to.deep.equal([['c'], ['b', 'c']])
      })
    })
  })
})
