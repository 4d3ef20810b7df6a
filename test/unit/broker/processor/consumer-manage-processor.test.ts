import { expect } from 'chai'
import { LockBatchResponseBody } from '../../../../codec/body/lock-batch.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  subscription,
} from '../../../helpers/consumption-fixture.ts'

describe('requests of consumers', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T')
    fixture.groups.findSubscriptionGroupConfig('G')
  })
  afterEach(() => fixture.remove())

  async function call(
    code: number,
    fields: Record<string, string>,
  ): Promise<[number, string | undefined, object | undefined]> {
    const response = await fixture.call(code, fields)
    return [response.code, response.remark, response.extFields]
  }

  describe('QUERY_CONSUMER_OFFSET', () => {
    const query = (fields = {}) =>
      call(RequestCode.QUERY_CONSUMER_OFFSET, {
        ...{ consumerGroup: 'G', topic: 'T', queueId: '0' },
        ...fields,
      })
    const notFound = [
      22,
      'Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first',
      undefined,
    ]

    it('answers with what was committed', async () => {
      fixture.consumption.consumerOffsetManager.commitOffset('G', 'T', 0, 12)
      expect(await query()).to.deep.equal([0, undefined, { offset: '12' }])
    })

    it('answers 0 for a queue whose first message is still in memory', async () => {
      fixture.put('T', 0, 'a')
      expect(await query()).to.deep.equal([0, undefined, { offset: '0' }])
    })

    it('answers 22 for a queue without messages or no longer in memory', async () => {
      expect(await query()).to.deep.equal(notFound)
      fixture.put('T', 0, 'a')
      Object.assign(fixture.store, { checkInMemByConsumeOffset: () => false })
      expect(await query()).to.deep.equal(notFound)
    })

    it('answers 22 for a queue that was cleaned', async () => {
      for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
      fixture.store.expire('T', 0, 2)
      Object.assign(fixture.store, { checkInMemByConsumeOffset: () => true })
      expect(await query()).to.deep.equal(notFound)
    })

    it('answers 22 where the client does not want 0', async () => {
      fixture.put('T', 0, 'a')
      expect(await query({ setZeroIfNotFound: 'false' })).to.deep.equal([
        22,
        'Not found, do not set to zero, maybe this group boot first',
        undefined,
      ])
      expect((await query({ setZeroIfNotFound: 'true' }))[0]).to.equal(0)
    })

    it('answers with a reset that the group has not been told of', async () => {
      fixture.consumption.consumerOffsetManager.commitOffset('G', 'T', 0, 12)
      fixture.consumption.consumerOffsetManager.assignResetOffset('T', 'G', 0, 3)
      expect(await query()).to.deep.equal([0, undefined, { offset: '3' }])
    })
  })

  describe('UPDATE_CONSUMER_OFFSET', () => {
    const update = (fields = {}) =>
      call(RequestCode.UPDATE_CONSUMER_OFFSET, {
        ...{ consumerGroup: 'G', topic: 'T', queueId: '0', commitOffset: '5' },
        ...fields,
      })
    const stored = () => fixture.consumption.consumerOffsetManager.queryOffset('G', 'T', 0)

    it('stores the offset', async () => {
      expect(await update()).to.deep.equal([0, undefined, undefined])
      expect(stored()).to.equal(5)
    })

    it('names a group or a topic that does not exist', async () => {
      const noGroup = await update({ consumerGroup: 'X' })
      expect(noGroup).to.deep.equal([26, 'Group X not exist!', undefined])
      const noTopic = await update({ topic: 'X' })
      expect(noTopic).to.deep.equal([17, 'Topic X not exist!', undefined])
      expect(stored()).to.equal(-1)
    })

    it('ignores the offset while a reset is pending', async () => {
      fixture.consumption.consumerOffsetManager.assignResetOffset('T', 'G', 0, 3)
      const remark = 'Offset has been previously reset'
      expect(await update()).to.deep.equal([0, remark, undefined])
      expect(stored()).to.equal(3)
    })
  })

  describe('GET_CONSUMER_LIST_BY_GROUP', () => {
    const list = () => fixture.call(RequestCode.GET_CONSUMER_LIST_BY_GROUP, { consumerGroup: 'G' })

    it('names the members', async () => {
      for (const clientID of ['c1', 'c2']) {
        const consumerDataSet = [consumerData('G', [subscription('T')])]
        const body = heartbeat({ clientID, consumerDataSet })
        await fixture.call(RequestCode.HEART_BEAT, {}, body)
      }
      const response = await list()
      expect(response.code).to.equal(0)
      expect(response.body?.toString()).to.equal('{"consumerIdList":["c1","c2"]}')
    })

    it('answers 1 for a group without members', async () => {
      const { code, remark } = await list()
      expect([code, remark]).to.deep.equal([1, 'no consumer for this group, G'])
    })
  })

  describe('LOCK_BATCH_MQ and UNLOCK_BATCH_MQ', () => {
    const queue = (queueId: number) => ({ brokerName: 'broker-a', queueId, topic: 'T' })

    async function send(code: number, clientId: string, ...queueIds: number[]): Promise<number[]> {
      const fields = { clientId, consumerGroup: 'G', onlyThisBroker: false }
      const body = Buffer.from(JSON.stringify({ ...fields, mqSet: queueIds.map(queue) }))
      const response = await fixture.call(code, {}, body)
      expect(response.code).to.equal(0)
      if (response.body === undefined) return []
      return LockBatchResponseBody.decode(response.body).lockOKMQSet.map(({ queueId }) => queueId)
    }

    it('lock for one client at a time', async () => {
      const { LOCK_BATCH_MQ, UNLOCK_BATCH_MQ } = RequestCode
      expect(await send(LOCK_BATCH_MQ, 'c1', 0, 1)).to.deep.equal([0, 1])
      expect(await send(LOCK_BATCH_MQ, 'c2', 0, 1, 2)).to.deep.equal([2])
      expect(await send(UNLOCK_BATCH_MQ, 'c2', 0)).to.deep.equal([])
      expect(await send(UNLOCK_BATCH_MQ, 'c1', 0)).to.deep.equal([])
      expect(await send(LOCK_BATCH_MQ, 'c2', 0, 1)).to.deep.equal([0])
    })

    describe('with lockInStrictMode and three replicas', () => {
      const { LOCK_BATCH_MQ, UNLOCK_BATCH_MQ } = RequestCode

      beforeEach(() => {
        fixture.config.lockInStrictMode = true
        fixture.storeConfig.totalReplicas = 3
      })

      it('lock what a majority locks', async () => {
        fixture.replicas.set('one', [0])
        fixture.replicas.set('two', [1, 9])
        expect(await send(LOCK_BATCH_MQ, 'c1', 0, 1, 2)).to.deep.equal([0, 1])
        fixture.replicas.set('two', undefined)
        expect(await send(LOCK_BATCH_MQ, 'c1', 0, 1)).to.deep.equal([0])
        fixture.replicas.clear()
        expect(await send(LOCK_BATCH_MQ, 'c1', 0)).to.deep.equal([])
      })

      it('free queues here although nobody answers', async () => {
        fixture.replicas.set('one', undefined)
        await send(LOCK_BATCH_MQ, 'c1', 0)
        await send(UNLOCK_BATCH_MQ, 'c1', 0)
        fixture.config.lockInStrictMode = false
        expect(await send(LOCK_BATCH_MQ, 'c2', 0)).to.deep.equal([0])
      })

      it('do not ask others when another broker asks', async () => {
        const body = { clientId: 'c1', consumerGroup: 'G', onlyThisBroker: true, mqSet: [queue(0)] }
        const response = await fixture.call(LOCK_BATCH_MQ, {}, Buffer.from(JSON.stringify(body)))
        expect(LockBatchResponseBody.decode(response.body).lockOKMQSet).to.deep.equal([queue(0)])
      })
    })

    it('answer 1 to a body that is not JSON', async () => {
      const response = await fixture.call(RequestCode.LOCK_BATCH_MQ, {}, Buffer.from('nonsense'))
      expect(response.code).to.equal(1)
    })
  })

  describe('offsets of queues', () => {
    const queue = { topic: 'T', queueId: '0' }

    it('begin and end where the store says, at 0 for a queue without messages', async () => {
      const ends = async () => [
        (await call(RequestCode.GET_MIN_OFFSET, queue))[2],
        (await call(RequestCode.GET_MAX_OFFSET, queue))[2],
      ]
      expect(await ends()).to.deep.equal([{ offset: '0' }, { offset: '0' }])
      for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
      fixture.store.expire('T', 0, 2)
      expect(await ends()).to.deep.equal([{ offset: '2' }, { offset: '3' }])
    })

    it('begin with an empty remark, as Apache tells it', async () => {
      expect((await call(RequestCode.GET_MIN_OFFSET, queue))[1]).to.equal('')
    })

    it('are found by time, by the lower or the upper end', async () => {
      const start = fixture.clock.now()
      for (const body of ['a', 'b', 'c']) {
        fixture.put('T', 0, body)
        fixture.clock.advance(1000)
      }
      const search = async (fields: Record<string, string>) => {
        const timestamp = String(start + 500)
        const all = { ...queue, timestamp, ...fields }
        return (await call(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, all))[2]
      }
      expect(await search({})).to.deep.equal({ offset: '1' })
      expect(await search({ boundaryType: 'LOWER' })).to.deep.equal({ offset: '1' })
      expect(await search({ boundaryType: 'UPPER' })).to.deep.equal({ offset: '0' })
      const earliest = await call(RequestCode.GET_EARLIEST_MSG_STORETIME, queue)
      expect(earliest).to.deep.equal([0, undefined, { timestamp: String(start) }])
    })

    it('have no earliest time without messages', async () => {
      const earliest = await call(RequestCode.GET_EARLIEST_MSG_STORETIME, queue)
      expect(earliest[2]).to.deep.equal({ timestamp: '-1' })
    })
  })

  describe('QUERY_MESSAGE', () => {
    const asked: unknown[][] = []
    const query = (extFields = {}) =>
      fixture.call(RequestCode.QUERY_MESSAGE, {
        ...{ topic: 'T', key: 'k', maxNum: '5', beginTimestamp: '1', endTimestamp: '2' },
        ...extFields,
      })

    function storeHas(...records: Buffer[]): void {
      const result = { records, indexLastUpdateTimestamp: 7, indexLastUpdatePhyoffset: 8 }
      Object.assign(fixture.store, {
        queryMessage: (...args: unknown[]) => {
          asked.push(args)
          return Promise.resolve(result)
        },
      })
    }
    const header = { indexLastUpdateTimestamp: '7', indexLastUpdatePhyoffset: '8' }

    beforeEach(() => {
      asked.length = 0
    })

    it('answers with the records of a key', async () => {
      storeHas(Buffer.from('a'), Buffer.from('b'))
      const response = await query()
      expect([response.code, response.extFields]).to.deep.equal([0, header])
      expect(response.bodySlices?.map(String)).to.deep.equal(['a', 'b'])
      await query({ _UNIQUE_KEY_QUERY: 'true' })
      expect(asked).to.deep.equal([
        ['T', 'k', 5, 1, 2],
        ['T', 'k', 32, 1, 2],
      ])
    })

    it('refuses a negative number of messages', async () => {
      const { code, remark } = await query({ maxNum: '-1' })
      expect([code, remark]).to.deep.equal([1, 'Illegal Capacity: -1'])
    })

    it('says that there are none', async () => {
      storeHas()
      const { code, remark, extFields } = await query()
      expect([code, remark, extFields]).to.deep.equal([
        22,
        'can not find message, maybe time range not correct',
        header,
      ])
    })
  })

  describe('VIEW_MESSAGE_BY_ID', () => {
    it('answers with the record, or says that there is none', async () => {
      fixture.put('T', 0, 'first')
      const found = await fixture.call(RequestCode.VIEW_MESSAGE_BY_ID, { offset: '0' })
      expect([found.code, found.body?.toString()]).to.deep.equal([0, 'first'])
      const missing = await fixture.call(RequestCode.VIEW_MESSAGE_BY_ID, { offset: '99' })
      expect([missing.code, missing.remark]).to.deep.equal([
        1,
        'can not find message by the offset, 99',
      ])
    })
  })
})
