import { expect } from 'chai'
import { AckMsg, BatchAck, BatchAckMsg, setBitsOf } from '../../../codec/body/pop-ack.ts'
import { ConsumerOrderInfoWrapper } from '../../../codec/body/consumer-order-info.ts'
import { PopCheckPoint } from '../../../codec/body/pop-check-point.ts'
import { CodecError } from '../../../codec/errors.ts'
import {
  buildExtraInfo,
  ExtraInfo,
  msgOffsetInfo,
  queueOffsetOrderCountInfo,
  retryFlagOf,
  startOffsetInfo,
} from '../../../codec/pop-extra-info.ts'

describe('receipt handles', () => {
  const parts = {
    ...{ ckQueueOffset: 3, popTime: 1_700_000_000_000, invisibleTime: 60_000, reviveQid: 2 },
    ...{ topic: '%RETRY%G_T', brokerName: 'broker-a', queueId: 0, msgQueueOffset: 5 },
  }

  it('are written and read as Apache does', () => {
    const text = buildExtraInfo(parts)
    expect(text).to.equal('3 1700000000000 60000 2 1 broker-a 0 5')
    const info = new ExtraInfo(text)
    const { ckQueueOffset, popTime, invisibleTime, reviveQid, brokerName, isOrder } = info
    expect([ckQueueOffset, popTime, invisibleTime, reviveQid]).to.deep.equal([
      3, 1_700_000_000_000, 60_000, 2,
    ])
    expect([brokerName, isOrder]).to.deep.equal(['broker-a', false])
    expect(new ExtraInfo('0 1 2 999').isOrder).to.equal(true)
  })

  it('say what they lack', () => {
    expect(() => new ExtraInfo('3 1').invisibleTime).to.throw(
      CodecError,
      'getInvisibleTime fail, extraInfoStrs length 2',
    )
    expect(() => new ExtraInfo('3  ').popTime).to.throw(CodecError, 'getPopTime fail')
    expect(() => new ExtraInfo('x').ckQueueOffset).to.throw(CodecError)
  })

  it('tell topics from the two versions of retry topics', () => {
    expect(['T', '%RETRY%G_T', '%RETRY%G+T', 'T+x'].map(retryFlagOf)).to.deep.equal([
      '0',
      '1',
      '2',
      '0',
    ])
    expect(startOffsetInfo('T', 1, 7)).to.equal('0 1 7')
    expect(msgOffsetInfo('%RETRY%G+T', 0, [7, 9])).to.equal('2 0 7,9')
    expect(queueOffsetOrderCountInfo('T', 1, 7, 2)).to.equal('0 qo1%7 2')
  })
})

describe('bodies of pop consumption', () => {
  it('has check points as Apache stores them', () => {
    const text =
      '{"bm":0,"bn":"broker-a","c":"CG_POP","d":[0,1,2],"it":20000,"n":3,"pt":1795219659620,"q":0,' +
      '"reviveTime":1795219679620,"ro":0,"so":0,"t":"TopicP"}'
    expect(PopCheckPoint.encode(PopCheckPoint.decode(text)).toString()).to.equal(text)
  })

  it('has acknowledgements as Apache stores them, and reads long names', () => {
    const text = '{"ao":4,"bn":"broker-a","c":"G","pt":5,"q":0,"so":3,"t":"T"}'
    expect(AckMsg.encode(AckMsg.decode(text)).toString()).to.equal(text)
    const long =
      '{"ackOffset":4,"brokerName":"broker-a","consumerGroup":"G","popTime":5,"queueId":0,"startOffset":3,"topic":"T"}'
    expect(AckMsg.decode(long)).to.deep.equal(AckMsg.decode(text))
    const batch = '{"ao":-1,"aol":[3,4],"c":"G","pt":5,"q":0,"so":3,"t":"T"}'
    expect(BatchAckMsg.encode(BatchAckMsg.decode(batch)).toString()).to.equal(batch)
  })

  it('reads the bits of a batch', () => {
    const ack = BatchAck.decode(
      '{"c":"G","t":"T","r":"0","so":1,"q":0,"rq":2,"pt":5,"it":6,"b":"BQE="}',
    )
    expect([...setBitsOf(ack.b)]).to.deep.equal([0, 2, 8])
  })

  it('has consumerOrderInfo.json as Apache writes it', () => {
    const text =
      '{"table":{"T@G":{"0":{"a":"att1","cm":0,"i":60000,"l":1795219909239,"o":[4,1],"oc":{"4":1},"ot":{"4":9},"popTime":1795219909220}}}}'
    expect(
      ConsumerOrderInfoWrapper.encode(ConsumerOrderInfoWrapper.decode(text)).toString(),
    ).to.equal(text)
  })
})
