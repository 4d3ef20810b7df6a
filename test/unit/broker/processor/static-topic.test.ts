import { expect } from 'chai'
import type { LogicQueueMappingItem } from '../../../../codec/body/topic-queue-mapping.ts'
import type { ExtFields } from '../../../../codec/remoting-command.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { ConsumptionFixture, pullFields } from '../../../helpers/consumption-fixture.ts'
import { mappingDetail, part } from '../../../helpers/static-topic.ts'

const { PULL_MESSAGE, QUERY_CONSUMER_OFFSET, UPDATE_CONSUMER_OFFSET } = RequestCode
const { GET_MAX_OFFSET, GET_MIN_OFFSET, SEARCH_OFFSET_BY_TIMESTAMP } = RequestCode
const { GET_EARLIEST_MSG_STORETIME } = RequestCode

const FIRST = part()
const ON_B = part({ gen: 1, bname: 'broker-b', queueId: 2, logicOffset: 10_000 })
const LEADER = part({ gen: 2, queueId: 3, logicOffset: 20_000 })
const MOVING = part({ gen: 2, queueId: 3, logicOffset: -1 })
const FLAG_COMMIT = 1
const FLAG_SUSPEND = 2
const FLAG_SUBSCRIPTION = 4

describe('static topics', () => {
  let fixture: ConsumptionFixture
  /** What has been asked of other brokers: name, code, fields. */
  let asked: [string, number, ExtFields][]

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 4)
    fixture.groups.updateSubscriptionGroupConfig(newSubscriptionGroupConfig('G'))
    asked = []
  })
  afterEach(() => fixture.remove())

  function map(...items: LogicQueueMappingItem[]): void {
    fixture.staticTopics.updateTopicQueueMapping(mappingDetail([items]), true)
  }

  /** Other brokers answer with these. */
  function remote(answers: Record<number, ExtFields>, code = 0, body?: Buffer): void {
    fixture.remoteBrokers = async (name, requestCode, fields) => {
      asked.push([name, requestCode, fields])
      return RemotingCommand.response(code, 'REMARK', answers[requestCode], body)
    }
  }

  function putAll(queueId: number, count: number): void {
    for (let i = 0; i < count; i++) fixture.put('T', queueId, `${queueId}-${i}`)
  }

  const call = (code: number, fields: Record<string, string | number> = {}) => {
    const all = { topic: 'T', queueId: 0, consumerGroup: 'G', ...fields }
    const texts = Object.entries(all).map(([name, value]) => [name, String(value)])
    return fixture.call(code, Object.fromEntries(texts) as ExtFields)
  }

  describe('pulls', () => {
    /** Code, then next, least and greatest offset and the difference to the queue's offsets. */
    async function pull(queueOffset: number, fields: Record<string, number> = {}) {
      const response = await fixture.call(
        PULL_MESSAGE,
        pullFields({ queueOffset, sysFlag: FLAG_SUBSCRIPTION, ...fields }),
      )
      const { nextBeginOffset, minOffset, maxOffset, offsetDelta } = response.extFields ?? {}
      const offsets = [nextBeginOffset, minOffset, maxOffset, offsetDelta].map(Number)
      const bodies = (response.bodySlices ?? []).map((slice) => slice.toString())
      return { code: response.code, offsets, bodies }
    }

    async function expectPull(
      queueOffset: number,
      code: keyof typeof ResponseCode,
      offsets: number[],
      bodies: string[],
    ) {
      const expected = { code: ResponseCode[code], offsets, bodies }
      expect(await pull(queueOffset)).to.deep.equal(expected)
    }

    it('reads the part that holds the offset and answers in logical offsets', async () => {
      map(FIRST, LEADER)
      putAll(0, 2)
      putAll(3, 5)
      await expectPull(1, 'SUCCESS', [2, 0, 20_000, 0], ['0-1'])
      await expectPull(20_003, 'SUCCESS', [20_005, 20_000, 20_005, 20_000], ['3-3', '3-4'])
    })

    it('sends readers from the end of a part to the beginning of the next one', async () => {
      map(FIRST, LEADER)
      putAll(0, 2)
      for (const offset of [2, 7, 19_999]) {
        await expectPull(offset, 'PULL_RETRY_IMMEDIATELY', [20_000, 20_000, 20_000, 20_000], [])
      }
    })

    it('has nothing new behind the last part of which the place is known', async () => {
      map(FIRST, MOVING)
      putAll(0, 2)
      await expectPull(2, 'PULL_NOT_FOUND', [2, 0, 2, 0], [])
    })

    it('corrects a reader behind the end of the last part', async () => {
      map(FIRST, LEADER)
      putAll(3, 5)
      expect(await pull(20_009)).to.deep.include({
        code: ResponseCode.PULL_OFFSET_MOVED,
        offsets: [20_005, 20_000, 20_005, 20_000],
      })
    })

    it('gives no more of a part than belongs to it', async () => {
      map({ ...FIRST, endOffset: 3 }, LEADER)
      putAll(0, 5)
      expect((await pull(1)).bodies).to.deep.equal(['0-1', '0-2'])
    })

    it('reads once what came late into a part that had ended, then the next part', async () => {
      map({ ...FIRST, endOffset: 3 }, LEADER)
      putAll(0, 5)
      await expectPull(3, 'SUCCESS', [5, 0, 20_000, 0], ['0-3', '0-4'])
      expect((await pull(5)).offsets[0]).to.equal(20_000)
    })

    it('goes on behind late messages that a filter lets pass from before the end', async () => {
      map({ ...FIRST, endOffset: 1 }, LEADER)
      fixture.put('T', 0, 'left out', 'x')
      fixture.put('T', 0, 'late', 'a')
      const response = await fixture.call(
        PULL_MESSAGE,
        pullFields({ queueOffset: 0, sysFlag: FLAG_SUBSCRIPTION, subscription: 'a' }),
      )
      expect(response.bodySlices?.map(String)).to.deep.equal(['late'])
      expect(response.extFields?.['nextBeginOffset']).to.equal('2')
    })

    it('goes on at the first message that is left, though its part had ended before', async () => {
      map(FIRST, { ...ON_B, endOffset: 8 }, LEADER)
      const fields = { nextBeginOffset: '12', minOffset: '12', maxOffset: '20' }
      remote(
        { [PULL_MESSAGE]: { ...fields, suggestWhichBrokerId: '0' } },
        ResponseCode.PULL_OFFSET_MOVED,
      )
      expect((await pull(10_003)).offsets[0]).to.equal(10_012)
    })

    it('reads a part of another broker there, without waiting and without storing an offset', async () => {
      map(ON_B, LEADER)
      const fields = { nextBeginOffset: '8', minOffset: '0', maxOffset: '9', topicSysFlag: '0' }
      remote({ [PULL_MESSAGE]: { ...fields, suggestWhichBrokerId: '0' } }, 0, Buffer.from('body'))
      const response = await fixture.call(
        PULL_MESSAGE,
        pullFields({
          queueOffset: 10_005,
          sysFlag: FLAG_COMMIT | FLAG_SUSPEND | FLAG_SUBSCRIPTION,
        }),
      )
      expect(response.code).to.equal(ResponseCode.SUCCESS)
      expect(response.body?.toString()).to.equal('body')
      expect(response.extFields).to.deep.equal({
        suggestWhichBrokerId: '0',
        nextBeginOffset: '10008',
        minOffset: '10000',
        maxOffset: '20000',
        offsetDelta: '10000',
        topicSysFlag: '0',
      })
      const [[name, code, sent] = []] = asked
      expect([name, code]).to.deep.equal(['broker-b', PULL_MESSAGE])
      expect(sent).to.include({ lo: 'false', bname: 'broker-b', queueId: '2', queueOffset: '5' })
      expect(sent).to.include({ sysFlag: String(FLAG_SUBSCRIPTION) })
    })

    it('goes on from the end of a part of another broker', async () => {
      map(ON_B, LEADER)
      const fields = { nextBeginOffset: '9', minOffset: '0', maxOffset: '9' }
      remote(
        { [PULL_MESSAGE]: { ...fields, suggestWhichBrokerId: '0' } },
        ResponseCode.PULL_NOT_FOUND,
      )
      await expectPull(10_009, 'PULL_RETRY_IMMEDIATELY', [20_000, 20_000, 20_000, 20_000], [])
    })

    it('wakes a held pull, which then reads by its logical offset', async () => {
      map(FIRST, LEADER)
      putAll(3, 1)
      const channel = fixture.newChannel()
      const sysFlag = FLAG_SUSPEND | FLAG_SUBSCRIPTION
      fixture.send(channel, PULL_MESSAGE, pullFields({ queueOffset: 20_001, sysFlag }))
      await fixture.settle()
      expect(channel.responses).to.deep.equal([])
      fixture.put('T', 3, 'new')
      await fixture.settle()
      const [response] = channel.responses
      expect(response?.bodySlices?.map(String)).to.deep.equal(['new'])
      expect(response?.extFields).to.include({ nextBeginOffset: '20002', offsetDelta: '20000' })
    })

    it('stores an offset that comes along in the queue that it lies in, and no other', async () => {
      map(FIRST, LEADER)
      putAll(3, 5)
      const sysFlag = FLAG_COMMIT | FLAG_SUBSCRIPTION
      const offsets = fixture.consumption.consumerOffsetManager
      await pull(20_004, { sysFlag, commitOffset: 7 })
      expect(offsets.queryOffset('G', 'T', 3)).to.equal(-1)
      expect(offsets.queryOffset('G', 'T', 0)).to.equal(-1)
      await pull(20_004, { sysFlag, commitOffset: 20_003 })
      expect(offsets.queryOffset('G', 'T', 3)).to.equal(3)
    })

    it('tells a reader at the end of its queue that its offset was reset', async () => {
      map(LEADER)
      putAll(3, 5)
      fixture.config.useServerSideResetOffset = true
      fixture.consumption.consumerOffsetManager.assignResetOffset('T', 'G', 3, 2)
      expect(await pull(20_005)).to.deep.include({
        code: ResponseCode.PULL_OFFSET_MOVED,
        offsets: [20_002, 20_000, 20_005, 20_000],
      })
    })

    it('means the queue itself when another broker asks', async () => {
      map(FIRST, LEADER)
      putAll(1, 2)
      const response = await fixture.call(PULL_MESSAGE, {
        ...pullFields({ queueId: 1, sysFlag: FLAG_SUBSCRIPTION }),
        lo: 'false',
      })
      expect(response.bodySlices?.map(String)).to.deep.equal(['1-0', '1-1'])
    })
  })

  describe('offsets of groups', () => {
    const update = (commitOffset: number) => call(UPDATE_CONSUMER_OFFSET, { commitOffset })
    const query = () => call(QUERY_CONSUMER_OFFSET)

    it('are stored in the part that they lie in, and read from the newest part that has one', async () => {
      map(FIRST, LEADER)
      expect((await query()).code).to.equal(ResponseCode.QUERY_NOT_FOUND)
      expect((await update(7)).code).to.equal(ResponseCode.SUCCESS)
      expect((await query()).extFields).to.deep.equal({ offset: '7' })
      await update(20_003)
      expect((await query()).extFields).to.deep.equal({ offset: '20003' })
      const offsets = fixture.consumption.consumerOffsetManager
      expect([0, 3].map((id) => offsets.queryOffset('G', 'T', id))).to.deep.equal([7, 3])
    })

    it('are stored at and read from another broker when that has the part', async () => {
      map(ON_B, LEADER)
      remote({ [QUERY_CONSUMER_OFFSET]: { offset: '5' } })
      expect((await update(10_005)).code).to.equal(ResponseCode.SUCCESS)
      expect((await query()).extFields).to.deep.equal({ offset: '10005' })
      const common = {
        topic: 'T',
        queueId: '2',
        consumerGroup: 'G',
        bname: 'broker-b',
        lo: 'false',
      }
      expect(asked).to.deep.equal([
        ['broker-b', UPDATE_CONSUMER_OFFSET, { ...common, commitOffset: '5' }],
        ['broker-b', QUERY_CONSUMER_OFFSET, { ...common, setZeroIfNotFound: 'false' }],
      ])
    })

    it('are those of an ordinary queue while a queue has never moved', async () => {
      map(part({ queueId: 3 }))
      putAll(3, 2)
      expect((await query()).extFields).to.deep.equal({ offset: '0' })
    })

    it('are refused where another broker leads', async () => {
      map(FIRST, ON_B)
      for (const response of [await update(3), await query()]) {
        expect(response.code).to.equal(ResponseCode.NOT_LEADER_FOR_QUEUE)
        expect(response.remark).to.equal(
          'T-0 does not exit in request process of current broker broker-a',
        )
      }
    })
  })

  describe('ends of queues', () => {
    const fieldOf = async (code: number, name: string, fields = {}) =>
      Number((await call(code, fields)).extFields?.[name])

    it('are the beginning of the first part and the end of the last one', async () => {
      map(FIRST, LEADER)
      putAll(3, 5)
      expect(await fieldOf(GET_MIN_OFFSET, 'offset')).to.equal(0)
      expect(await fieldOf(GET_MAX_OFFSET, 'offset')).to.equal(20_005)
    })

    it('are asked of other brokers for their parts', async () => {
      map(ON_B, MOVING)
      remote({
        [GET_MIN_OFFSET]: { offset: '4' },
        [GET_MAX_OFFSET]: { offset: '9' },
        [GET_EARLIEST_MSG_STORETIME]: { timestamp: '1234' },
      })
      expect(await fieldOf(GET_MIN_OFFSET, 'offset')).to.equal(10_004)
      expect(await fieldOf(GET_MAX_OFFSET, 'offset')).to.equal(10_009)
      expect(await fieldOf(GET_EARLIEST_MSG_STORETIME, 'timestamp')).to.equal(1234)
      for (const [name, , fields] of asked) {
        expect(name).to.equal('broker-b')
        expect(fields).to.deep.equal({ topic: 'T', queueId: '2', bname: 'broker-b', lo: 'false' })
      }
    })

    it('and times lead to the last part that begins no later', async () => {
      map(FIRST, LEADER)
      putAll(0, 2)
      const betweenMs = fixture.clock.now() + 50
      fixture.clock.advance(100)
      putAll(3, 2)
      const search = (timestamp: number) =>
        fieldOf(SEARCH_OFFSET_BY_TIMESTAMP, 'offset', { timestamp })
      expect(await search(0)).to.equal(0)
      expect(await search(betweenMs)).to.equal(2)
      expect(await search(fixture.clock.now())).to.equal(20_000)
    })
  })
})
