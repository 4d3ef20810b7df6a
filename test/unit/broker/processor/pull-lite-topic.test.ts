import { expect } from 'chai'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ConsumptionFixture, pullFields } from '../../../helpers/consumption-fixture.ts'

describe('PullMessageProcessor, of a lite topic', () => {
  const LMQ = '%LMQ%$T$lite'
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 4)
  })
  afterEach(() => fixture.remove())

  it('holds a pull until a message for the lite topic comes', async () => {
    for (const body of ['1', '2', '3']) fixture.put('T', 0, body)
    fixture.put(LMQ, 0, 'a')
    const channel = fixture.newChannel()
    const fields = pullFields({ queueOffset: 1, liteTopic: 'lite' })
    fixture.send(channel, RequestCode.PULL_MESSAGE, fields)
    await fixture.settle()
    fixture.put('T', 0, '4')
    await fixture.settle()
    expect(channel.responses).to.deep.equal([])
    fixture.put(LMQ, 0, 'b')
    await fixture.settle()
    const bodies = channel.responses.map(({ bodySlices }) => bodySlices?.map(String))
    expect(bodies).to.deep.equal([['b']])
  })
})
