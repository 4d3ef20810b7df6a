import { expect } from 'chai'
import { ConsumerSendMsgBackRequestHeader } from '../../../../codec/header/consumer-send-msg-back.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { ConsumerSendMsgBackProcessor } from '../../../../lib/broker/processor/consumer-send-msg-back-processor.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import type { RemotingError } from '../../../../lib/remoting/index.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'

const ORIGIN_ID = '7F00000100002A9F0000000000000000'

describe('ConsumerSendMsgBackProcessor', () => {
  let parts: BrokerParts
  const channel = new FakeChannel()

  beforeEach(() => {
    parts = makeBrokerParts()
    putOriginal(0)
  })
  afterEach(() => parts.remove())

  /** A message at the log's offset 0. */
  function putOriginal(reconsumeTimes: number, properties: Record<string, string> = {}): number {
    const commitLogOffset = parts.messageStore.maxPhysicalOffset
    const message = {
      topic: 'T',
      queueId: 3,
      flag: 5,
      sysFlag: 8,
      body: Buffer.from('hello'),
      properties: encodeProperties(Object.entries({ TAGS: 'a', UNIQ_KEY: 'K', ...properties })),
      bornTimestamp: 9,
      bornHost: channel.remoteHost,
      storeHost: channel.localHost,
      reconsumeTimes,
      preparedTransactionOffset: 0,
    }
    parts.messageStore.putMessage(message, () => undefined)
    return commitLogOffset
  }

  async function sendBack(
    header: Partial<ConsumerSendMsgBackRequestHeader> = {},
    version = 479,
  ): Promise<RemotingCommand> {
    const fields = ConsumerSendMsgBackRequestHeader.encode({
      offset: 0,
      group: 'g',
      delayLevel: 0,
      originTopic: 'T',
      ...header,
    })
    const request = RemotingCommand.request(RequestCode.CONSUMER_SEND_MSG_BACK, fields)
    request.version = version
    const storeHost = (): typeof channel.localHost => channel.localHost
    const processor = new ConsumerSendMsgBackProcessor({ ...parts, storeHost, random: () => 0.99 })
    return processor.process(request, channel)
  }

  async function expectRefusal(
    promise: Promise<RemotingCommand>,
    code: number,
    remark: string,
  ): Promise<void> {
    const error = await promise.then(
      () => expect.fail('was not refused'),
      (thrown: unknown) => thrown as RemotingError,
    )
    expect([error.code, error.message]).to.deep.equal([code, remark])
    expect(parts.messageStore.log).to.have.length(1)
  }

  it('sends a message through the delay queue to the retry topic', async () => {
    const response = await sendBack()
    expect([response.code, response.remark]).to.deep.equal([ResponseCode.SUCCESS, undefined])
    const stored = parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 2)[0]
    expect(stored).to.deep.include({ flag: 5, sysFlag: 8, bornTimestamp: 9, reconsumeTimes: 1 })
    expect(Object.fromEntries(propertiesOf(stored ?? { properties: '' }))).to.deep.equal({
      TAGS: 'a',
      UNIQ_KEY: 'K',
      RETRY_TOPIC: 'T',
      WAIT: 'false',
      DELAY: '3',
      ORIGIN_MESSAGE_ID: ORIGIN_ID,
      REAL_TOPIC: '%RETRY%g',
      REAL_QID: '0',
    })
    expect(parts.topicConfigManager.selectTopicConfig('%RETRY%g')).to.deep.include({
      readQueueNums: 1,
      writeQueueNums: 1,
      perm: 6,
    })
  })

  it('refuses on a slave, and makes no retry topic', async () => {
    parts.storeConfig.brokerRole = 'SLAVE'
    const { address } = channel.localHost
    const remark = `no master available along with ${address}`
    await expectRefusal(sendBack(), ResponseCode.SYSTEM_ERROR, remark)
    expect(parts.topicConfigManager.selectTopicConfig('%RETRY%g')).to.equal(undefined)
  })

  it('keeps the first topic and id over several attempts, and waits longer each time', async () => {
    const offset = putOriginal(4, { RETRY_TOPIC: 'First', ORIGIN_MESSAGE_ID: 'ID', DELAY: '6' })
    await sendBack({ offset })
    const stored = parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 6)[0]
    expect(stored?.reconsumeTimes).to.equal(5)
    expect(Object.fromEntries(propertiesOf(stored ?? { properties: '' }))).to.include({
      RETRY_TOPIC: 'First',
      ORIGIN_MESSAGE_ID: 'ID',
      DELAY: '7',
    })
  })

  it('obeys the level that the consumer asks for', async () => {
    await sendBack({ delayLevel: 5 })
    expect(parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 4)).to.have.length(1)
  })

  it('spreads over the queues that the group has for retries', async () => {
    const config = newSubscriptionGroupConfig('g', { retryQueueNums: 4 })
    parts.subscriptionGroupManager.updateSubscriptionGroupConfig(config)
    await sendBack()
    const stored = parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 2)[0]
    expect(propertiesOf(stored ?? { properties: '' }).get('REAL_QID')).to.equal('3')
    expect(parts.topicConfigManager.selectTopicConfig('%RETRY%g')?.writeQueueNums).to.equal(4)
  })

  describe('sends to the dead letters without a delay', () => {
    async function expectDeadLetter(header: object, version?: number): Promise<void> {
      const response = await sendBack(header, version)
      expect(response.code).to.equal(ResponseCode.SUCCESS)
      const stored = parts.messageStore.messagesOf('%DLQ%g', 0)[0]
      expect(Object.fromEntries(propertiesOf(stored ?? { properties: '' }))).to.include({
        RETRY_TOPIC: 'T',
        DELAY: '0',
        WAIT: 'false',
      })
      expect(parts.topicConfigManager.selectTopicConfig('%DLQ%g')?.perm).to.equal(6)
    }

    it('after the last attempt of the group', () => expectDeadLetter({ offset: putOriginal(16) }))

    it('after as many attempts as the consumer allows', () =>
      expectDeadLetter({ offset: putOriginal(2), maxReconsumeTimes: 2 }))

    it('for a negative level', () => expectDeadLetter({ delayLevel: -1 }))

    it('but does not hear the limit of clients before 3.4.9', async () => {
      await sendBack({ offset: putOriginal(2), maxReconsumeTimes: 2 }, 120)
      expect(parts.messageStore.messagesOf('%DLQ%g', 0)).to.deep.equal([])
    })
  })

  it('drops the message when the group has no retry queues', async () => {
    const config = newSubscriptionGroupConfig('g', { retryQueueNums: 0 })
    parts.subscriptionGroupManager.updateSubscriptionGroupConfig(config)
    expect((await sendBack()).code).to.equal(ResponseCode.SUCCESS)
    expect(parts.messageStore.log).to.have.length(1)
  })

  it('refuses an unknown group, a broker or a topic that may not be written, an unknown offset', async () => {
    const faq = '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.'
    await expectRefusal(
      sendBack({ group: '../g' }),
      ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
      `subscription group not exist, ../g ${faq}`,
    )
    parts.brokerConfig.brokerPermission = 4
    await expectRefusal(
      sendBack(),
      ResponseCode.NO_PERMISSION,
      'the broker[127.0.0.1] sending message is forbidden',
    )
    parts.brokerConfig.brokerPermission = 6
    await expectRefusal(
      sendBack({ offset: 12345 }),
      ResponseCode.SYSTEM_ERROR,
      'look message by offset failed, 12345',
    )
    parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('%RETRY%closed', { perm: 4 }))
    await expectRefusal(
      sendBack({ group: 'closed' }),
      ResponseCode.NO_PERMISSION,
      'the topic[%RETRY%closed] sending message is forbidden',
    )
  })

  it('tells the status when the store refuses', async () => {
    parts.messageStore.nextStatus.push('SERVICE_NOT_AVAILABLE')
    const response = await sendBack()
    expect([response.code, response.remark]).to.deep.equal([
      ResponseCode.SYSTEM_ERROR,
      'SERVICE_NOT_AVAILABLE',
    ])
  })
})
