import { expect } from 'chai'
import type { RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import type { GetMessageResult } from '../../../../../lib/store/types.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  pullFields,
  subscription,
} from '../../../../helpers/consumption-fixture.ts'

const { PULL_MESSAGE, HEART_BEAT } = RequestCode

describe('Pulls of cold data', () => {
  let fixture: ConsumptionFixture

  afterEach(() => fixture.remove())

  function pull(fields: Record<string, string | number> = {}): Promise<RemotingCommand> {
    return fixture.call(PULL_MESSAGE, pullFields(fields))
  }

  function textOf(response: RemotingCommand): string[] {
    return (response.bodySlices ?? []).map((slice) => slice.toString())
  }

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 4)
    fixture.storeConfig.coldDataFlowControlEnable = true
    fixture.config.cgColdReadThreshold = 10
    for (const body of ['a', 'b', 'c']) fixture.put('T', 0, body)
    const getMessage = fixture.store.getMessage.bind(fixture.store)
    Object.assign(fixture.store, {
      isMsgInColdArea: (_topic: string, _queueId: number, offset: number) => offset < 2,
      getMessage: (request: Parameters<typeof getMessage>[0]) => ({
        ...(getMessage(request) as GetMessageResult),
        coldDataSum: 10,
      }),
    })
  })

  function goOnline(consumeType: string): void {
    const consumerDataSet = [consumerData('G', [subscription('T')], { consumeType })]
    fixture.send(fixture.newChannel(), HEART_BEAT, {}, heartbeat({ consumerDataSet }))
  }

  it('are refused to push consumers that have read too much', async () => {
    goOnline('CONSUME_PASSIVELY')
    expect(textOf(await pull())).to.deep.equal(['a', 'b', 'c'])
    const remark = 'This consumer group is reading cold data. It has been flow control'
    const { code, remark: told } = await pull()
    expect([code, told]).to.deep.equal([ResponseCode.SYSTEM_BUSY, remark])
    expect(textOf(await pull({ queueOffset: 2 }))).to.deep.equal(['c'])
  })

  it('are held once and give one message to other consumers', async () => {
    goOnline('CONSUME_ACTIVELY')
    await pull()
    const channel = fixture.newChannel()
    fixture.send(channel, PULL_MESSAGE, pullFields({ sysFlag: 1 | 2 | 4, commitOffset: 1 }))
    fixture.clock.advance(2_900)
    await fixture.settle()
    expect(channel.responses).to.deep.equal([])
    fixture.clock.advance(200)
    await fixture.settle()
    expect(channel.responses.map(textOf)).to.deep.equal([['a']])
    // As in Apache: only a first pass commits.
    expect(fixture.consumption.consumerOffsetManager.queryOffset('G', 'T', 0)).to.equal(-1)
  })

  it('are held when they come from the end of the queue', async () => {
    goOnline('CONSUME_ACTIVELY')
    await pull()
    Object.assign(fixture.store, { isMsgInColdArea: () => true })
    const channel = fixture.newChannel()
    fixture.config.cgColdReadThreshold = 1_000
    fixture.send(channel, PULL_MESSAGE, pullFields({ queueOffset: 3 }))
    fixture.config.cgColdReadThreshold = 10
    fixture.put('T', 0, 'd')
    await fixture.settle()
    expect(channel.responses).to.deep.equal([])
    fixture.clock.advance(3_100)
    await fixture.settle()
    expect(channel.responses.map(textOf)).to.deep.equal([['d']])
  })

  it('are given to consumers of pop, and refused to groups without members', async () => {
    await pull()
    expect((await pull()).code).to.equal(ResponseCode.SYSTEM_BUSY)
    goOnline('CONSUME_POP')
    expect(textOf(await pull())).to.deep.equal(['a', 'b', 'c'])
  })

  it('are given freely while they are not controlled', async () => {
    fixture.storeConfig.coldDataFlowControlEnable = false
    goOnline('CONSUME_PASSIVELY')
    await pull()
    expect(textOf(await pull())).to.deep.equal(['a', 'b', 'c'])
  })
})
