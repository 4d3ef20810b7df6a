import { expect } from 'chai'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import type { GetMessageRequest } from '../../../../lib/store/types.ts'
import { PopFixture, popFields, poppedOf, REVIVE_TOPIC } from '../../../helpers/pop-fixture.ts'

describe('PopMessageProcessor', () => {
  let fixture: PopFixture

  beforeEach(async () => {
    fixture = new PopFixture()
    fixture.addTopic('T')
    await fixture.start()
  })
  afterEach(() => fixture.remove())

  async function bodies(fields: object = {}): Promise<string[]> {
    return (await fixture.pop(fields)).map(({ body }) => body)
  }

  it('hands each message out once and commits behind it', async () => {
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
    const response = await fixture.popRequest({ maxMsgNums: 2 })
    expect([response.code, response.remark]).to.deep.equal([ResponseCode.SUCCESS, 'FOUND'])
    expect(response.extFields).to.deep.equal({
      popTime: String(fixture.clock.now()),
      invisibleTime: '10000',
      reviveQid: '0',
      restNum: '1',
      startOffsetInfo: '0 0 0',
      msgOffsetInfo: '0 0 0,1',
    })
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(2)
    expect(await bodies()).to.deep.equal(['c'])
    expect(await bodies()).to.deep.equal([])
  })

  it('does not give again what is acknowledged, gives the rest from the retry topic', async () => {
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
    const [a, , c] = await fixture.pop()
    await fixture.advance(5_000)
    for (const popped of [a, c]) if (popped !== undefined) await fixture.ack(popped)
    await fixture.advance(7_900)
    expect(await bodies()).to.deep.equal([])
    await fixture.advance(300)
    const [again, ...more] = await fixture.pop()
    expect([again?.body, more.length]).to.deep.equal(['b', 0])
    expect([again?.message.topic, again?.message.reconsumeTimes]).to.deep.equal(['T', 1])
    expect(again?.extraInfo.split(' ').slice(2)).to.deep.equal([
      '10000',
      '2',
      '1',
      'broker-a',
      '0',
      '0',
    ])
    expect(fixture.store.messagesOf('%RETRY%G_T', 0)[0]?.properties).to.match(
      /1ST_POP_TIME\u0001\d{13}/,
    )
  })

  it('revives a message again and again until it is acknowledged', async () => {
    fixture.send('T', 'a')
    for (let times = 0; times < 3; times++) {
      const [popped] = await fixture.pop()
      expect(popped?.message.reconsumeTimes).to.equal(times)
      await fixture.advance(12_500)
    }
    const [last] = await fixture.pop()
    if (last !== undefined) await fixture.ack(last)
    await fixture.advance(20_000)
    expect(await bodies()).to.deep.equal([])
    expect(fixture.store.messagesOf('%RETRY%G_T', 0)).to.have.length(3)
  })

  it('obeys a changed invisible time, longer and shorter', async () => {
    for (const body of ['long', 'short']) fixture.send('T', body)
    const [long, short] = await fixture.pop()
    if (long === undefined || short === undefined) throw new Error('nothing popped')
    const changed = await fixture.changeInvisibleTime(long, 60_000)
    expect(changed.extFields).to.deep.include({ invisibleTime: '60000', reviveQid: '0' })
    await fixture.changeInvisibleTime(short, 1_000)
    await fixture.advance(3_500)
    const [again] = await fixture.pop()
    expect(again?.body).to.equal('short')
    if (again !== undefined) await fixture.ack(again)
    await fixture.advance(58_000)
    expect(await bodies()).to.deep.equal([])
    await fixture.advance(2_000)
    expect(await bodies()).to.deep.equal(['long'])
  })

  it('takes acknowledgements in batches', async () => {
    for (const body of ['a', 'b', 'c', 'd']) fixture.send('T', body)
    const { extFields = {} } = await fixture.popRequest()
    const ack = { c: 'G', t: 'T', r: '0', so: 0, q: 0, rq: 0, pt: Number(extFields['popTime']) }
    // Bits 0, 2 and 3.
    const acks = [{ ...ack, it: 10_000, b: Buffer.from([0b1101]).toString('base64') }]
    const body = Buffer.from(JSON.stringify({ brokerName: 'broker-a', acks }))
    expect((await fixture.call(RequestCode.BATCH_ACK_MESSAGE, {}, body)).code).to.equal(0)
    await fixture.advance(13_300)
    expect(await bodies()).to.deep.equal(['b'])
  })

  it('ignores an acknowledgement of another pop, or with a revive queue that is not there', async () => {
    fixture.send('T', 'a')
    const [popped] = await fixture.pop()
    if (popped === undefined) throw new Error('nothing popped')
    const forged = popped.extraInfo.replace(/^0 \d+/, '0 1600000000000')
    const queueless = popped.extraInfo.replace(/^(0 \d+ 10000) 0/, '$1 77')
    for (const extraInfo of [forged, queueless]) {
      expect((await fixture.ack({ ...popped, extraInfo })).code).to.equal(ResponseCode.SUCCESS)
    }
    expect(fixture.store.messagesOf(REVIVE_TOPIC, 77)).to.deep.equal([])
    await fixture.advance(13_000)
    expect(await bodies()).to.deep.equal(['a'])
  })

  it('passes by what the filter does not want, and commits so far', async () => {
    for (const tag of ['A', 'B', 'A', 'B']) fixture.send('T', tag, tag)
    expect(await bodies({ exp: 'A', expType: 'TAG' })).to.deep.equal(['A', 'A'])
    const none = { consumerGroup: 'N', exp: 'Z', expType: 'TAG' }
    expect(await bodies(none)).to.deep.equal([])
    for (const group of ['G', 'N']) expect(fixture.offsets.queryOffset(group, 'T', 0)).to.equal(4)
  })

  it('begins anew where the group was reset to', async () => {
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
    await fixture.pop()
    fixture.offsets.assignResetOffset('T', 'G', 0, 1)
    expect(await bodies()).to.deep.equal(['b', 'c'])
  })

  it('keeps to the number of messages in flight', async () => {
    Object.assign(fixture.config, {
      enablePopMessageThreshold: true,
      popInflightMessageThreshold: 1,
    })
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
    const popped = await fixture.pop({ maxMsgNums: 2 })
    const { code, extFields } = await fixture.popRequest()
    expect([code, extFields?.['restNum']]).to.deep.equal([ResponseCode.POLLING_TIMEOUT, '1'])
    for (const each of popped) await fixture.ack(each)
    expect(await bodies()).to.deep.equal(['c'])
  })

  it('does not try a held pop again before so many messages are acknowledged', async () => {
    Object.assign(fixture.config, {
      enablePopMessageThreshold: true,
      popInflightMessageThreshold: 1,
    })
    for (const body of ['a', 'b', 'c']) fixture.send('T', body)
    const [a] = await fixture.pop({ maxMsgNums: 2 })
    const channel = fixture.newChannel()
    fixture.ask(channel, RequestCode.POP_MESSAGE, popFields({ pollTime: 30_000 }))
    await fixture.settle()
    expect([fixture.runs, channel.responses.length]).to.deep.equal([2, 0])
    if (a !== undefined) await fixture.ack(a)
    await fixture.settle()
    expect(channel.responses.flatMap(poppedOf).map(({ body }) => body)).to.deep.equal(['c'])
    expect(fixture.runs).to.equal(3)
  })

  it('tries a held pop that found its queue taken again when that is free, not before', async () => {
    for (const body of ['a', 'b']) fixture.send('T', body)
    const { store } = fixture
    const read = store.getMessage.bind(store)
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const get = (request: GetMessageRequest) => released.then(() => read(request))
    Object.assign(store, { getMessage: get })
    const [reading, held] = [fixture.newChannel(), fixture.newChannel()]
    const one = { queueId: 0, maxMsgNums: 1, pollTime: 30_000 }
    fixture.ask(reading, RequestCode.POP_MESSAGE, popFields(one))
    fixture.ask(held, RequestCode.POP_MESSAGE, popFields({ pollTime: 30_000 }))
    await fixture.settle()
    expect([fixture.runs, held.responses.length]).to.deep.equal([2, 0])
    release()
    await fixture.settle()
    await fixture.settle()
    const found = [reading, held].map(({ responses }) =>
      responses.flatMap(poppedOf).map(({ body }) => body),
    )
    expect([found, fixture.runs]).to.deep.equal([[['a'], ['b']], 3])
  })

  it('pops from the other queues when one cannot be read', async () => {
    fixture.addTopic('Two', 2)
    fixture.send('Two', 'a', undefined, 0)
    fixture.send('Two', 'b', undefined, 1)
    const { store } = fixture
    const read = store.getMessage.bind(store)
    const get = (request: GetMessageRequest) => {
      if (request.queueId === 1) throw new Error('EIO')
      return read(request)
    }
    Object.assign(store, { getMessage: get })
    expect(await bodies({ topic: 'Two' })).to.deep.equal(['a'])
    Object.assign(store, { getMessage: read })
    expect(await bodies({ topic: 'Two' })).to.deep.equal(['b'])
  })

  it('gives a retried message without room for a handle as it is', async () => {
    const full = encodeProperties([['big', 'x'.repeat(32_730)]])
    fixture.sendTo('T', Buffer.from('a'), full)
    await fixture.pop()
    await fixture.advance(13_000)
    const response = await fixture.popRequest()
    const [popped] = poppedOf(response)
    expect([popped?.body, popped?.message.topic]).to.deep.equal(['a', '%RETRY%G_T'])
    expect(response.extFields?.['startOffsetInfo']).to.equal('1 0 0')
  })

  it('counts the time of a pop once, under the queue that it asks for', async () => {
    fixture.addTopic('Two', 2)
    for (const queueId of [0, 1]) fixture.send('Two', 'a', undefined, queueId)
    await fixture.pop({ topic: 'Two' })
    await fixture.pop({ topic: 'Two' })
    expect(fixture.stats.getStatsItem('GROUP_GET_LATENCY', '-1@Two@G')?.times).to.equal(1)
    for (const key of ['0@Two@G', '1@Two@G']) {
      expect(fixture.stats.getStatsItem('GROUP_GET_LATENCY', key)).to.equal(undefined)
    }
  })

  it('wakes all whose retry topic has the same name', async () => {
    const retryTopic = '%RETRY%a_b_c'
    fixture.addTopic(retryTopic)
    const channels = [
      ['b_c', 'a'],
      ['c', 'a_b'],
    ].map(([topic = '', consumerGroup]) => {
      fixture.addTopic(topic)
      const channel = fixture.newChannel()
      const asked = popFields({ topic, consumerGroup, pollTime: 30_000 })
      fixture.ask(channel, RequestCode.POP_MESSAGE, asked)
      return channel
    })
    await fixture.settle()
    fixture.send(retryTopic, 'r')
    await fixture.settle()
    expect(channels.map(({ responses }) => responses.length)).to.deep.equal([1, 1])
  })

  it('reads the retry topic first as often as popFromRetryProbability says', async () => {
    Object.assign(fixture.config, { popFromRetryProbability: 20 })
    fixture.send('T', 'retried')
    await fixture.pop()
    await fixture.advance(13_000)
    fixture.send('T', 'new')
    const found: string[] = []
    for (const random of [0.2, 0.19]) {
      fixture.random = random
      found.push(...(await bodies({ maxMsgNums: 1 })))
      fixture.send('T', 'newer')
    }
    expect(found).to.deep.equal(['new', 'retried'])
  })

  it('moves no offset of a queue that is not there by a batch of acknowledgements in order', async () => {
    const ack = { c: 'nogroup', t: 'notopic', r: '0', so: 0, q: 123_457, rq: 999, pt: 1, it: 1 }
    const acks = [{ ...ack, b: Buffer.from([1]).toString('base64') }]
    const body = Buffer.from(JSON.stringify({ brokerName: 'broker-a', acks }))
    expect((await fixture.call(RequestCode.BATCH_ACK_MESSAGE, {}, body)).code).to.equal(0)
    expect(fixture.store.log).to.deep.equal([])
    expect(fixture.offsets.queryOffset('nogroup', 'notopic', 123_457)).to.equal(-1)
  })

  it('does not move the offset while the store refuses the check point', async () => {
    fixture.send('T', 'a')
    fixture.store.nextStatus.push('SERVICE_NOT_AVAILABLE')
    expect(await bodies()).to.deep.equal(['a'])
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(0)
    expect(await bodies()).to.deep.equal([])
    await fixture.advance(1_200)
    expect(fixture.offsets.queryOffset('G', 'T', 0)).to.equal(1)
    await fixture.advance(12_000)
    expect(await bodies()).to.deep.equal(['a'])
  })

  it('holds a pop until a message comes that it wants', async () => {
    const channel = fixture.newChannel()
    fixture.ask(channel, RequestCode.POP_MESSAGE, popFields({ pollTime: 10_000, exp: 'A' }))
    await fixture.advance(1_000)
    fixture.send('T', 'b', 'B')
    await fixture.settle()
    expect(channel.responses).to.deep.equal([])
    fixture.send('T', 'a', 'A')
    await fixture.settle()
    expect(channel.responses.flatMap(poppedOf).map(({ body }) => body)).to.deep.equal(['a'])
  })

  it('wakes a held pop by a message that is revived', async () => {
    fixture.send('T', 'a')
    await fixture.pop()
    const channel = fixture.newChannel()
    fixture.ask(channel, RequestCode.POP_MESSAGE, popFields({ pollTime: 30_000 }))
    await fixture.advance(13_000)
    expect(channel.responses.flatMap(poppedOf).map(({ body }) => body)).to.deep.equal(['a'])
  })

  it('ends a held pop shortly before its time, and counts those that are held', async () => {
    const channel = fixture.newChannel()
    fixture.ask(channel, RequestCode.POP_MESSAGE, popFields({ pollTime: 5_000 }))
    await fixture.settle()
    const asked = { consumerGroup: 'G', topic: 'T', queueId: -1 }
    const info = await fixture.call(RequestCode.POLLING_INFO, asked)
    expect(info.extFields).to.deep.equal({ pollingNum: '1' })
    await fixture.advance(4_900)
    expect(channel.responses).to.deep.equal([])
    await fixture.advance(150)
    expect(channel.responses.map(({ code }) => code)).to.deep.equal([ResponseCode.POLLING_TIMEOUT])
  })

  it('refuses to hold more pops than popPollingSize', async () => {
    Object.assign(fixture.config, { popPollingSize: 0 })
    const held = fixture.newChannel()
    fixture.ask(held, RequestCode.POP_MESSAGE, popFields({ pollTime: 5_000 }))
    await fixture.settle()
    const { code } = await fixture.popRequest({ pollTime: 5_000 })
    expect([code, held.responses.length]).to.deep.equal([ResponseCode.POLLING_FULL, 0])
  })

  it('tells by NOTIFICATION whether there are messages, and holds it while there are none', async () => {
    const channel = fixture.newChannel()
    fixture.ask(channel, RequestCode.NOTIFICATION, popFields({ pollTime: 5_000 }))
    await fixture.settle()
    expect(channel.responses).to.deep.equal([])
    fixture.send('T', 'a')
    await fixture.settle()
    const [response] = channel.responses
    expect(response?.extFields).to.deep.equal({ hasMsg: 'true', pollingFull: 'false' })
  })

  it('reads both versions of retry topics with enableRetryTopicV2', async () => {
    fixture.send('T', 'old')
    await fixture.pop()
    await fixture.advance(13_000)
    Object.assign(fixture.config, { enableRetryTopicV2: true })
    fixture.send('T', 'new')
    await fixture.pop({ queueId: 0, maxMsgNums: 1 })
    await fixture.advance(13_000)
    expect(
      fixture.store.messagesOf('%RETRY%G+T', 0).map(({ body }) => body.toString()),
    ).to.deep.equal(['new'])
    const found: string[] = []
    for (const random of [0.98, 0.99]) {
      fixture.random = random
      found.push(...(await bodies()))
    }
    expect(found.sort()).to.deep.equal(['new', 'old'])
  })

  describe('in order', () => {
    const order = { order: true, queueId: 0, maxMsgNums: 2 }

    beforeEach(() => {
      for (const body of ['a', 'b', 'c', 'd']) fixture.send('T', body)
    })

    function handle(extFields: object, offset: number): object {
      const { popTime } = extFields as { popTime: string }
      const extraInfo = `0 ${popTime} 10000 999 0 broker-a 0 ${offset}`
      return { consumerGroup: 'G', topic: 'T', queueId: 0, offset, extraInfo }
    }

    it('hands nothing out while messages are open, but to the same attempt', async () => {
      expect(await bodies({ ...order, attemptId: '1' })).to.deep.equal(['a', 'b'])
      expect(await bodies({ ...order, attemptId: '2' })).to.deep.equal([])
      expect(await bodies({ ...order, attemptId: '1' })).to.deep.equal(['a', 'b'])
    })

    it('goes on when all are acknowledged, at once', async () => {
      const { extFields = {} } = await fixture.popRequest(order)
      expect(extFields['orderCountInfo']).to.equal('0 0 0')
      const channel = fixture.newChannel()
      fixture.ask(channel, RequestCode.POP_MESSAGE, popFields({ ...order, pollTime: 5_000 }))
      await fixture.call(RequestCode.ACK_MESSAGE, handle(extFields, 1))
      await fixture.settle()
      expect(channel.responses).to.deep.equal([])
      await fixture.call(RequestCode.ACK_MESSAGE, handle(extFields, 0))
      await fixture.settle()
      expect(channel.responses.flatMap(poppedOf).map(({ body }) => body)).to.deep.equal(['c', 'd'])
    })

    it('hands the open ones out again after their time, and counts', async () => {
      const { extFields = {} } = await fixture.popRequest(order)
      await fixture.call(RequestCode.ACK_MESSAGE, handle(extFields, 0))
      await fixture.advance(10_100)
      const again = await fixture.popRequest(order)
      expect(poppedOf(again).map(({ body }) => body)).to.deep.equal(['b', 'c'])
      expect(again.extFields?.['orderCountInfo']).to.equal('0 qo0%1 1;0 0 0')
    })

    it('refuses the acknowledgement of a message that was not popped', async () => {
      const { extFields = {} } = await fixture.popRequest(order)
      const { code } = await fixture.call(RequestCode.ACK_MESSAGE, handle(extFields, 3))
      expect(code).to.equal(ResponseCode.MESSAGE_ILLEGAL)
      expect(await bodies(order)).to.deep.equal([])
    })

    it('obeys the changed invisible time of one message', async () => {
      const { extFields = {} } = await fixture.popRequest(order)
      const change = { ...handle(extFields, 0), invisibleTime: 30_000 }
      const changed = await fixture.call(RequestCode.CHANGE_MESSAGE_INVISIBLETIME, change)
      expect([changed.code, changed.extFields?.['invisibleTime']]).to.deep.equal([0, '30000'])
      await fixture.call(RequestCode.ACK_MESSAGE, handle(extFields, 1))
      await fixture.advance(29_900)
      expect(await bodies(order)).to.deep.equal([])
      await fixture.advance(200)
      expect(await bodies(order)).to.deep.equal(['a', 'b'])
    })

    it('knows what is open after a restart', async () => {
      await fixture.popRequest(order)
      await fixture.restart()
      expect(await bodies(order)).to.deep.equal([])
      await fixture.advance(10_100)
      expect(await bodies(order)).to.deep.equal(['a', 'b'])
    })
  })
})
