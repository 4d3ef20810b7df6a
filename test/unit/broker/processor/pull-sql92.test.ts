import { expect } from 'chai'
import { decodeRecord } from '../../../../codec/message/record-reader.ts'
import type { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  pullFields,
  subscription,
} from '../../../helpers/consumption-fixture.ts'
import { recordWith } from '../../../helpers/record.ts'

const { PULL_MESSAGE, HEART_BEAT } = RequestCode

describe('pulls with SQL92', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 4)
  })
  afterEach(() => fixture.remove())

  function pull(fields: Record<string, string | number> = {}): Promise<RemotingCommand> {
    return fixture.call(PULL_MESSAGE, pullFields(fields))
  }

  async function expectRefusal(
    response: Promise<RemotingCommand>,
    code: number,
    remark: string,
  ): Promise<void> {
    const { code: actual, remark: text } = await response
    expect([actual, text]).to.deep.equal([code, remark])
  }

  const HEARTBEAT_SUBSCRIPTION = 2
  const sql = { expressionType: 'SQL92', subscription: 'n > 5' }

  /** The store in memory returns bodies as records; here they are records, so that a filter can read them. */
  function putNumbers(...numbers: number[]): void {
    for (const n of numbers) {
      const { buffer, start, end } = recordWith(`n\u0001${n}\u0002`)
      fixture.put('T', 0, buffer.subarray(start, end))
    }
  }

  function numbersOf(response: RemotingCommand): string[] {
    return (response.bodySlices ?? []).map((record) =>
      decodeRecord(record).properties.replace(/[^0-9]/g, ''),
    )
  }

  function beatSql(subString: string, subVersion = 1): void {
    const data = { ...subscription('T', subString, subVersion), expressionType: 'SQL92' }
    const consumerDataSet = [consumerData('G', [data])]
    fixture.send(fixture.newChannel(), HEART_BEAT, {}, heartbeat({ consumerDataSet }))
  }

  beforeEach(() => {
    fixture.config.enablePropertyFilter = true
  })

  it('filters by the properties of the records', async () => {
    putNumbers(4, 6, 5, 7)
    expect(numbersOf(await pull(sql))).to.deep.equal(['6', '7'])
    beatSql('n < 5')
    expect(numbersOf(await pull({ sysFlag: HEARTBEAT_SUBSCRIPTION }))).to.deep.equal(['4'])
  })

  it('refuses a pull that is newer than the expression of its group', async () => {
    beatSql('n > 5', 3)
    const latest = "the consumer's consumer filter data not latest"
    beatSql('n > 6', 5)
    fixture.consumption.consumerFilterManager.get('T', 'G')!.clientVersion = 4
    await expectRefusal(pull({ sysFlag: HEARTBEAT_SUBSCRIPTION, subVersion: 5 }), 28, latest)
  })

  it('judges messages of a retry topic by the topic they come from, with filterSupportRetry', async () => {
    fixture.addTopic('%RETRY%G', 1)
    for (const n of [4, 6]) {
      const { buffer, start, end } = recordWith(`n\u0001${n}\u0002RETRY_TOPIC\u0001T\u0002`)
      fixture.put('%RETRY%G', 0, buffer.subarray(start, end))
    }
    beatSql('n > 5')
    const fields = { ...sql, topic: '%RETRY%G', subscription: 'TRUE' }
    const numbers = async () => (await pull(fields)).bodySlices?.length
    expect(await numbers()).to.equal(2)
    fixture.config.filterSupportRetry = true
    expect(await numbers()).to.equal(1)
  })

  it('needs enablePropertyFilter, even for an expression that was used before', async () => {
    putNumbers(6)
    expect((await pull(sql)).code).to.equal(0)
    fixture.config.enablePropertyFilter = false
    const remark = 'The broker does not support consumer to filter message by SQL92'
    await expectRefusal(pull(sql), 1, remark)
    beatSql('n > 5')
    await expectRefusal(pull({ sysFlag: HEARTBEAT_SUBSCRIPTION }), 1, remark)
  })

  it('refuses an expression that is wrong', async () => {
    const parse = "parse the consumer's subscription failed"
    await expectRefusal(pull({ ...sql, subscription: 'n >' }), 23, parse)
    await expectRefusal(pull({ ...sql, subscription: '' }), 23, parse)
    beatSql('n >')
    const noData = "The broker's consumer filter data is not exist!Your expression may be wrong!"
    await expectRefusal(pull({ sysFlag: HEARTBEAT_SUBSCRIPTION }), 27, noData)
  })
})
