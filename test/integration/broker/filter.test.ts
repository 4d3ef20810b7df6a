import { expect } from 'chai'
import fs from 'node:fs'
import path from 'node:path'
import { ConsumerFilterWrapper } from '../../../codec/body/consumer-filter.ts'
import { QueryConsumeQueueResponseBody } from '../../../codec/body/query-consumer.ts'
import { encodeProperties } from '../../../codec/message/properties.ts'
import { decodeRecord } from '../../../codec/message/record-reader.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import {
  consumerData,
  heartbeat,
  pullFields,
  subscription,
} from '../../helpers/consumption-fixture.ts'
import { until } from '../../helpers/until.ts'

/** Subscription of the group's heartbeat, not held. */
const NO_FLAGS = 0

describe('a broker with bit maps in consume queue ext', () => {
  let fixture: BrokerFixture

  beforeEach(async () => {
    fixture = new BrokerFixture({
      enablePropertyFilter: 'true',
      enableConsumeQueueExt: 'true',
      enableCalcFilterBitMap: 'true',
      mappedFileSizeConsumeQueueExt: '1000',
    })
    await fixture.start()
  })
  afterEach(() => fixture.close())

  /** A consumer for all numbers above `limit`. */
  async function beat(group: string, limit: number): Promise<void> {
    const data = { ...subscription('T', `n > ${limit}`), expressionType: 'SQL92' }
    const body = heartbeat({ clientID: group, consumerDataSet: [consumerData(group, [data])] })
    expect((await fixture.invoke(RequestCode.HEART_BEAT, {}, body)).code).to.equal(0)
  }

  async function send(...numbers: number[]): Promise<void> {
    // A message of the same millisecond as an expression counts as one from before it.
    const nowMs = Date.now()
    await until(() => Date.now() > nowMs)
    for (const n of numbers) {
      const fields = {
        producerGroup: 'PG',
        topic: 'T',
        defaultTopic: 'TBW102',
        defaultTopicQueueNums: '4',
        queueId: '0',
        sysFlag: '0',
        bornTimestamp: '0',
        flag: '0',
        properties: encodeProperties([['n', String(n)]]),
      }
      await fixture.invoke(RequestCode.SEND_MESSAGE, fields, Buffer.from(String(n)))
    }
  }

  async function pull(group: string): Promise<number[]> {
    const fields = pullFields({ consumerGroup: group, sysFlag: NO_FLAGS, subVersion: 1 })
    const { body = Buffer.alloc(0) } = await fixture.invoke(RequestCode.PULL_MESSAGE, fields)
    const numbers: number[] = []
    for (let at = 0; at < body.length; at += body.readInt32BE(at)) {
      const record = body.subarray(at, at + body.readInt32BE(at))
      numbers.push(Number(decodeRecord(record).body.toString()))
    }
    return numbers
  }

  it('gives each group what it wants, from before and after a restart', async () => {
    await send(1, 6)
    await beat('G_LOW', 0)
    await beat('G_HIGH', 5)
    await send(2, 7)
    await fixture.restart()
    const file = path.join(fixture.storePath, 'config', 'consumerFilter.json')
    const kept = ConsumerFilterWrapper.decode(fs.readFileSync(file)).filterDataByTopic.get('T')
    expect([...(kept?.groupFilterData.keys() ?? [])]).to.deep.equal(['G_LOW', 'G_HIGH'])
    await send(3, 8)
    await beat('G_LOW', 0)
    await beat('G_HIGH', 5)
    await send(4, 9)
    expect(await pull('G_HIGH')).to.deep.equal([6, 7, 8, 9])
    expect(await pull('G_LOW')).to.deep.equal([1, 6, 2, 7, 3, 8, 4, 9])
  })

  it('tells of a queue what a group wants of it by the bit maps', async () => {
    await beat('G_HIGH', 5)
    await send(2, 7)
    const fields = { topic: 'T', queueId: '0', index: '0', count: '2', consumerGroup: 'G_HIGH' }
    const { body } = await fixture.invoke(RequestCode.QUERY_CONSUME_QUEUE, fields)
    const { filterData = '', queueData } = QueryConsumeQueueResponseBody.decode(body)
    expect(filterData).to.match(
      /^\{\n\t"bloomFilterData":\{\n\t\t"bitNum":\d+,\n\t\t"bitPos":\[\d+,\d+,\d+]\n/,
    )
    expect(JSON.parse(filterData)).to.include({ consumerGroup: 'G_HIGH', expression: 'n > 5' })
    expect(queueData.map((unit) => unit.eval)).to.deep.equal([false, true])
    const [none, some] = queueData.map(({ bitMap = '' }) => bitMap.replaceAll(/[0\n]/g, ''))
    expect([none, some?.length]).to.deep.equal(['', 3])
    expect(JSON.parse(queueData[0]?.extendDataJson ?? '')).to.have.keys(
      ...['filterBitMap', 'msgStoreTime', 'size', 'tagsCode'],
    )
  })
})
