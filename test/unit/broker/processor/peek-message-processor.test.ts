import { expect } from 'chai'
import { decodeRecord, recordTotalSize } from '../../../../codec/message/record-reader.ts'
import type { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { PopFixture } from '../../../helpers/pop-fixture.ts'

describe('PeekMessageProcessor', () => {
  let fixture: PopFixture

  beforeEach(async () => {
    fixture = new PopFixture()
    fixture.addTopic('T')
    await fixture.start()
  })
  afterEach(() => fixture.remove())

  function peek(fields: object = {}): Promise<RemotingCommand> {
    const all = { consumerGroup: 'G', topic: 'T', queueId: 0, maxMsgNums: 32, ...fields }
    const texts = Object.entries(all).map(([name, value]) => [name, String(value)])
    return fixture.call(RequestCode.PEEK_MESSAGE, Object.fromEntries(texts) as object)
  }

  function bodiesOf({ bodySlices = [] }: RemotingCommand): string[] {
    const bytes = Buffer.concat([...bodySlices])
    const bodies: string[] = []
    for (let at = 0; at < bytes.length; at += recordTotalSize(bytes, at)) {
      const record = bytes.subarray(at, at + recordTotalSize(bytes, at))
      bodies.push(decodeRecord(record).body.toString())
    }
    return bodies
  }

  it('shows what a pop would give, again and again', async () => {
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
    const first = await peek({ maxMsgNums: 2 })
    expect([first.code, first.remark]).to.deep.equal([ResponseCode.SUCCESS, 'FOUND'])
    const nothingSet = { popTime: '0', invisibleTime: '0', reviveQid: '0' }
    expect(first.extFields).to.deep.equal({ ...nothingSet, restNum: '3' })
    expect(bodiesOf(first)).to.deep.equal(['a', 'b'])
    expect(bodiesOf(await peek({ queueId: -1 }))).to.deep.equal(['a', 'b', 'c'])
    expect((await fixture.pop()).map(({ body }) => body)).to.deep.equal(['a', 'b', 'c'])
  })

  it('shows nothing of what is popped, and what comes again', async () => {
    for (const body of ['a', 'b']) fixture.send('T', body)
    await fixture.pop()
    const popped = await peek()
    expect([popped.code, popped.remark]).to.deep.equal([
      ResponseCode.PULL_NOT_FOUND,
      'NO_MESSAGE_IN_QUEUE',
    ])
    await fixture.advance(15_000)
    for (const random of [0.05, 0.95]) {
      fixture.random = random
      const again = await peek()
      expect(bodiesOf(again)).to.deep.equal(['a', 'b'])
      expect(again.extFields).to.include({ restNum: '2' })
    }
  })

  it('goes on where the queue begins when the group is behind it', async () => {
    fixture.send('T', 'a')
    fixture.offsets.commitOffset('G', 'T', 0, 77)
    expect(bodiesOf(await peek())).to.deep.equal([])
    fixture.offsets.commitOffset('G', 'T', 0, 0)
    expect(bodiesOf(await peek())).to.deep.equal(['a'])
  })

  it('refuses what a pop is refused, and negative numbers', async () => {
    const refusals = [
      [{ topic: 'Nothing' }, ResponseCode.TOPIC_NOT_EXIST],
      [{ queueId: 99 }, ResponseCode.INVALID_PARAMETER],
      [{ maxMsgNums: -1 }, ResponseCode.SYSTEM_ERROR],
    ] as const
    for (const [fields, code] of refusals) expect((await peek(fields)).code).to.equal(code)
    fixture.config.brokerPermission = 2
    const forbidden = await peek()
    expect(forbidden.code).to.equal(ResponseCode.NO_PERMISSION)
    expect(forbidden.remark).to.equal('the broker[10.0.0.1] peeking message is forbidden')
  })
})
