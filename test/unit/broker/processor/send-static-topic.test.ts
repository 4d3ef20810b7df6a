import { expect } from 'chai'
import { SendMessageRequestHeaderV2 } from '../../../../codec/header/send-message.ts'
import { encodeBatch } from '../../../../codec/message/batch.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import type { RemotingError } from '../../../../lib/remoting/index.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import {
  type BrokerParts,
  makeBrokerParts,
  makeSendProcessor,
} from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { mappingDetail, part } from '../../../helpers/static-topic.ts'

describe('SendMessageProcessor, to a static topic', () => {
  let parts: BrokerParts
  let channel: FakeChannel

  beforeEach(() => {
    parts = makeBrokerParts()
    channel = new FakeChannel()
    const nums = { readQueueNums: 4, writeQueueNums: 4 }
    parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('T', nums))
    const moved = [part({ bname: 'broker-b' })]
    const led = [part(), part({ gen: 1, queueId: 3, logicOffset: 10_000 })]
    const detail = mappingDetail([moved, led])
    parts.topicQueueMappingManager.updateTopicQueueMapping(detail, false)
  })
  afterEach(() => parts.remove())

  /** Queue and offset that the answer names. */
  function send(queueId: number, isBatch = false) {
    const fields = SendMessageRequestHeaderV2.encode({
      producerGroup: 'PG',
      topic: 'T',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId,
      sysFlag: 0,
      bornTimestamp: 1,
      flag: 0,
      properties: '',
      batch: isBatch,
    })
    const member = { flag: 0, body: Buffer.from('m'), properties: '' }
    const body = isBatch ? encodeBatch([member, member]) : member.body
    const request = RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, fields, body)
    makeSendProcessor(parts).process(request, channel)
    const answered = channel.responses.at(-1)?.extFields
    return [answered?.['queueId'], answered?.['queueOffset']]
  }

  it('stores in the queue of the last part and answers with the logical queue and offset', () => {
    expect(send(1)).to.deep.equal(['1', '10000'])
    expect(send(1, true)).to.deep.equal(['1', '10001'])
    expect(send(1)).to.deep.equal(['1', '10003'])
    expect(parts.messageStore.getMaxOffsetInQueue('T', 3)).to.equal(4)
  })

  it('chooses a logical queue that the broker leads when none is named', () => {
    expect(send(-1)).to.deep.equal(['1', '10000'])
  })

  it('refuses a queue that another broker leads, or nobody', () => {
    for (const queueId of [0, 2]) {
      expect(() => send(queueId))
        .to.throw(`T-${queueId} does not exit in request process of current broker broker-a`)
        .with.property('code', 501 satisfies RemotingError['code'])
    }
  })
})
