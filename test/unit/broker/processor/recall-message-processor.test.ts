import { expect } from 'chai'
import {
  encodeRecallHandle,
  type RecallMessageHandle,
} from '../../../../codec/message/recall-message-handle.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { RecallMessageProcessor } from '../../../../lib/broker/processor/recall-message-processor.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'

describe('RecallMessageProcessor', () => {
  let parts: BrokerParts
  let processor: RecallMessageProcessor

  beforeEach(() => {
    parts = makeBrokerParts({ recallMessageEnable: 'true' })
    parts.topicConfigManager.updateTopicConfig(newTopicConfig('T'))
    processor = new RecallMessageProcessor({
      ...parts,
      storeHost: (channel) => channel.localHost,
    })
  })

  afterEach(() => parts.remove())

  function handleOf(given: Partial<RecallMessageHandle> = {}): string {
    const timestampText = String(parts.clock.now() + 5_001)
    return encodeRecallHandle({
      ...{ topic: 'T', brokerName: 'broker-a', timestampText, messageId: 'K1' },
      ...given,
    })
  }

  function recall(recallHandle: string, topic = 'T'): Promise<RemotingCommand> {
    const fields = { producerGroup: 'PG', topic, recallHandle }
    const request = RemotingCommand.request(RequestCode.RECALL_MESSAGE, fields)
    return processor.process(request, new FakeChannel())
  }

  async function expectRefusal(
    answer: Promise<RemotingCommand>,
    code: number,
    remark: string,
  ): Promise<void> {
    expect(await answer).to.deep.include({ code, remark })
    expect((await answer).extFields).to.deep.equal({ MSG_REGION: 'DefaultRegion' })
    expect(parts.messageStore.log).to.deep.equal([])
  }

  it('stores an order that comes into the slot of the message', async () => {
    const answer = await recall(handleOf())
    const remark = 'not set any response code'
    expect(answer).to.deep.include({ code: ResponseCode.SUCCESS, remark })
    expect(answer.extFields).to.deep.equal({ MSG_REGION: 'DefaultRegion', msgId: 'K1' })
    const order = parts.messageStore.messagesOf('rmq_sys_wheel_timer', 0)[0]
    expect(order?.body.toString()).to.equal('0')
    expect(Object.fromEntries(propertiesOf(order ?? { properties: '' }))).to.deep.include({
      TAGS: '_RECALL_TAG_',
      TIMER_DEL_UNIQKEY: 'T+K1',
      UNIQ_KEY: 'K1',
      PGROUP: 'PG',
      REAL_TOPIC: 'T',
      REAL_QID: '0',
      TIMER_OUT_MS: String(parts.clock.now() + 5_000),
    })
  })

  it('is forbidden by default', async () => {
    parts.brokerConfig.recallMessageEnable = false
    const remark = 'recall failed, operation is forbidden'
    await expectRefusal(recall(handleOf()), ResponseCode.NO_PERMISSION, remark)
  })

  it('is not done by slaves, nor before the broker serves, nor where it takes no messages', async () => {
    const remark = 'recall failed, broker service not available'
    parts.storeConfig.brokerRole = 'SLAVE'
    await expectRefusal(recall(handleOf()), ResponseCode.SLAVE_NOT_AVAILABLE, remark)
    parts.storeConfig.brokerRole = 'ASYNC_MASTER'
    parts.brokerConfig.startAcceptSendRequestTimeStamp = parts.clock.now() + 1
    await expectRefusal(recall(handleOf()), ResponseCode.SERVICE_NOT_AVAILABLE, remark)
    parts.brokerConfig.startAcceptSendRequestTimeStamp = 0
    parts.brokerConfig.brokerPermission = 4
    parts.brokerConfig.allowRecallWhenBrokerNotWriteable = false
    await expectRefusal(recall(handleOf()), ResponseCode.SERVICE_NOT_AVAILABLE, remark)
    parts.brokerConfig.allowRecallWhenBrokerNotWriteable = true
    expect((await recall(handleOf())).code).to.equal(ResponseCode.SUCCESS)
  })

  it('needs the topic', async () => {
    const remark = 'recall failed, the topic[Missing] not exist'
    const answer = recall(handleOf({ topic: 'Missing' }), 'Missing')
    await expectRefusal(answer, ResponseCode.TOPIC_NOT_EXIST, remark)
  })

  it('refuses forged handles', async () => {
    const forged = [
      ...['!', '=', 'x', 'djE', 'djE=='],
      Buffer.from('v2 T broker-a 1 K1').toString('base64url'),
      Buffer.from('v1 T broker-a 1').toString('base64url'),
      Buffer.from('v1 T broker-a 1 ').toString('base64url'),
    ]
    for (const handle of forged) {
      const remark = 'recall handle is invalid'
      await expectRefusal(recall(handle), ResponseCode.ILLEGAL_OPERATION, remark)
    }
    const others: [Partial<RecallMessageHandle>, string][] = [
      [{ topic: 'U' }, 'recall failed, topic not match'],
      [{ brokerName: 'broker-b' }, 'recall failed, broker service not available'],
      [{ timestampText: 'soon' }, 'recall failed, timestamp invalid'],
      [{ timestampText: String(parts.clock.now()) }, 'recall failed, timestamp invalid'],
      [{ timestampText: '9223372036854775807' }, 'recall failed, timestamp invalid'],
    ]
    for (const [given, remark] of others) {
      await expectRefusal(recall(handleOf(given)), ResponseCode.ILLEGAL_OPERATION, remark)
    }
  })

  it('tells when the order cannot be stored', async () => {
    parts.messageStore.nextStatus.push('SERVICE_NOT_AVAILABLE')
    const remark = 'recall failed, execute error'
    await expectRefusal(recall(handleOf()), ResponseCode.SYSTEM_ERROR, remark)
  })
})
