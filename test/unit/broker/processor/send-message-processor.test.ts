import { expect } from 'chai'
import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
} from '../../../../codec/header/send-message.ts'
import { encodeBatch } from '../../../../codec/message/batch.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { newSubscriptionGroupConfig } from '../../../../lib/broker/subscription/subscription-group-config.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import { timeMillisToHumanString } from '../../../../lib/common/clock.ts'
import type { PutMessageStatus } from '../../../../lib/store/types.ts'
import {
  type BrokerParts,
  makeBrokerParts,
  makeSendProcessor,
} from '../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { propertiesOf } from '../../../helpers/memory-message-store.ts'

const HEADER: SendMessageRequestHeader = {
  producerGroup: 'PG',
  topic: 'T',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: 1,
  sysFlag: 0,
  bornTimestamp: 1_600_000_000_000,
  flag: 7,
  properties: encodeProperties([
    ['UNIQ_KEY', 'K1'],
    ['TAGS', 'a'],
  ]),
}
const COMMON = { MSG_REGION: 'DefaultRegion', TRACE_ON: 'true' }

describe('SendMessageProcessor', () => {
  let parts: BrokerParts
  let channel: FakeChannel

  beforeEach(() => {
    parts = makeBrokerParts()
    channel = new FakeChannel()
  })
  afterEach(() => parts.remove())

  function requestOf(
    header: Partial<SendMessageRequestHeader> = {},
    body: Buffer | undefined = Buffer.from('hello'),
  ): RemotingCommand {
    const fields = SendMessageRequestHeaderV2.encode({ ...HEADER, ...header })
    return RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, fields, body)
  }

  /** The one answer to a request, given at once. */
  function answerTo(request: RemotingCommand, random = 0): RemotingCommand {
    channel.responses.length = 0
    const direct = makeSendProcessor(parts, random).process(request, channel)
    return direct ?? (channel.responses[0] as RemotingCommand)
  }

  function send(header: Partial<SendMessageRequestHeader> = {}, random = 0): RemotingCommand {
    return answerTo(requestOf(header), random)
  }

  function expectRefusal(response: RemotingCommand, code: number, remark: string): void {
    expect([response.code, response.remark]).to.deep.equal([code, remark])
    expect(response.extFields).to.deep.equal(COMMON)
    expect(parts.messageStore.log).to.deep.equal([])
  }

  it('stores a message and answers where it stands', () => {
    const response = send()
    expect([response.code, response.remark]).to.deep.equal([ResponseCode.SUCCESS, undefined])
    expect(response.extFields).to.deep.equal({
      ...COMMON,
      msgId: '7F00000100002A9F0000000000000000',
      queueId: '1',
      queueOffset: '0',
      transactionId: 'K1',
    })
    const stored = parts.messageStore.log[0]
    expect(stored).to.deep.include({
      topic: 'T',
      queueId: 1,
      flag: 7,
      sysFlag: 0,
      bornTimestamp: 1_600_000_000_000,
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
      bornHost: channel.remoteHost,
      storeHost: channel.localHost,
      properties: encodeProperties([
        ['UNIQ_KEY', 'K1'],
        ['TAGS', 'a'],
        ['MSG_REGION', 'DefaultRegion'],
        ['TRACE_ON', 'true'],
        ['CLUSTER', 'DefaultCluster'],
      ]),
    })
    expect(stored?.body.toString()).to.equal('hello')
  })

  it('reads the long header of SEND_MESSAGE too', () => {
    const fields = SendMessageRequestHeader.encode(HEADER)
    const response = answerTo(
      RemotingCommand.request(RequestCode.SEND_MESSAGE, fields, Buffer.from('x')),
    )
    expect(response.code).to.equal(ResponseCode.SUCCESS)
  })

  it('answers only after the store has called back', () => {
    parts.messageStore.holdAnswers()
    expect(makeSendProcessor(parts).process(requestOf(), channel)).to.equal(undefined)
    expect(channel.responses).to.deep.equal([])
    parts.messageStore.releaseAnswers()
    expect(channel.responses.map(({ code }) => code)).to.deep.equal([ResponseCode.SUCCESS])
  })

  it('gives no answer to a one-way request', () => {
    makeSendProcessor(parts).process(requestOf().markOneway(), channel)
    expect(channel.responses).to.deep.equal([])
    expect(parts.messageStore.log).to.have.length(1)
  })

  it('stores a transactional message as a half message, and answers where that stands', () => {
    const properties = encodeProperties([
      ['UNIQ_KEY', 'U'],
      ['TRAN_MSG', 'TRUE'],
      ['DELAY', '3'],
    ])
    send()
    const response = send({ properties, sysFlag: 5, queueId: 2 })
    expect(response.extFields).to.include({ queueId: '2', queueOffset: '0', transactionId: 'U' })
    const stored = parts.messageStore.log.at(-1)
    expect(stored).to.deep.include({ topic: 'RMQ_SYS_TRANS_HALF_TOPIC', queueId: 0, sysFlag: 1 })
    expect(Object.fromEntries(propertiesOf(stored ?? { properties: '' }))).to.include({
      TRAN_MSG: 'TRUE',
      DELAY: '3',
      __transactionId__: 'U',
      REAL_TOPIC: 'T',
      REAL_QID: '2',
    })
  })

  it('creates the topic after TBW102', () => {
    send({ defaultTopicQueueNums: 3 })
    expect(parts.topicConfigManager.selectTopicConfig('T')).to.deep.include({
      readQueueNums: 3,
      writeQueueNums: 3,
      perm: 6,
    })
  })

  it('chooses a queue when the client leaves it open', () => {
    const response = send({ queueId: -1, defaultTopicQueueNums: 4 }, 0.99)
    expect(response.extFields?.['queueId']).to.equal('3')
    expect(parts.messageStore.log[0]?.queueId).to.equal(3)
  })

  it('makes a unique key when there is none, or an empty one', () => {
    for (const properties of [undefined, 'UNIQ_KEY\u0001\u0002']) {
      const response = send({ properties })
      expect(response.extFields?.['transactionId']).to.equal('UNIQ-1')
      const stored = parts.messageStore.log.at(-1)
      expect(propertiesOf(stored ?? { properties: '' }).get('UNIQ_KEY')).to.equal('UNIQ-1')
    }
  })

  it('replaces what only the broker sets and removes pop check points', () => {
    const properties = encodeProperties([
      ['POP_CK', 'x'],
      ['CLUSTER', 'other'],
      ['MSG_REGION', 'other'],
      ['UNIQ_KEY', 'K2'],
    ]).slice(0, -1)
    send({ properties })
    expect(parts.messageStore.log[0]?.properties).to.equal(
      encodeProperties([
        ['CLUSTER', 'DefaultCluster'],
        ['MSG_REGION', 'DefaultRegion'],
        ['UNIQ_KEY', 'K2'],
        ['TRACE_ON', 'true'],
      ]),
    )
  })

  it('closes properties that end without a separator', () => {
    send({ properties: 'UNIQ_KEY\u0001K3' })
    expect(parts.messageStore.log[0]?.properties).to.match(/^UNIQ_KEY\u0001K3\u0002MSG_REGION/)
  })

  it('marks messages of multi tag topics', () => {
    const topicFilterType = 'MULTI_TAG'
    parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('T', { topicFilterType }))
    send()
    expect(parts.messageStore.log[0]?.sysFlag).to.equal(2)
  })

  describe('refuses', () => {
    it('before startAcceptSendRequestTimeStamp', () => {
      const until = parts.clock.now() + 1
      parts.brokerConfig.startAcceptSendRequestTimeStamp = until
      const remark = `broker unable to service, until ${timeMillisToHumanString(until)}`
      expectRefusal(send(), ResponseCode.SYSTEM_ERROR, remark)
      parts.clock.advance(1)
      expect(send().code).to.equal(ResponseCode.SUCCESS)
    })

    it('an order topic on a broker that may not be written to, but no other topic', () => {
      parts.brokerConfig.brokerPermission = 4
      parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('Ordered', { order: true }))
      const remark = 'the broker[127.0.0.1] sending message is forbidden'
      expectRefusal(send({ topic: 'Ordered' }), ResponseCode.NO_PERMISSION, remark)
      expect(send().code).to.equal(ResponseCode.SUCCESS)
    })

    it('names that cannot be topics', () => {
      const illegal =
        'The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$'
      for (const topic of ['../x', 'a\0', 'a/b', 'ä']) {
        expectRefusal(send({ topic }), ResponseCode.INVALID_PARAMETER, illegal)
      }
      expectRefusal(
        send({ topic: 'a'.repeat(300) }),
        ResponseCode.INVALID_PARAMETER,
        'The specified topic is longer than topic max length.',
      )
      expectRefusal(
        send({ topic: ' ' }),
        ResponseCode.INVALID_PARAMETER,
        'The specified topic is blank.',
      )
    })

    it('topics that only the broker writes', () => {
      for (const topic of ['SCHEDULE_TOPIC_XXXX', 'RMQ_SYS_TRANS_HALF_TOPIC', 'SELF_TEST_TOPIC']) {
        expectRefusal(
          send({ topic }),
          ResponseCode.NO_PERMISSION,
          `Sending message to topic[${topic}] is forbidden.`,
        )
      }
    })

    it('a topic that may not be made', () => {
      expectRefusal(
        send({ defaultTopic: 'none' }),
        ResponseCode.TOPIC_NOT_EXIST,
        'topic[T] not exist, apply first please!' +
          '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.',
      )
    })

    it('a queue beyond both the read and the write queues', () => {
      const queues = { readQueueNums: 2, writeQueueNums: 1 }
      parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('T', queues))
      expectRefusal(
        send({ queueId: 2 }),
        ResponseCode.INVALID_PARAMETER,
        'request queueId[2] is illegal, TopicConfig [topicName=T, readQueueNums=2, ' +
          'writeQueueNums=1, perm=RW-, topicFilterType=SINGLE_TAG, topicSysFlag=0, order=false, ' +
          'attributes={}] Producer: 127.0.0.1:50001',
      )
      expect(send({ queueId: 1 }).code).to.equal(ResponseCode.SUCCESS)
    })

    it('messages without keys in compaction topics', () => {
      const attributes = new Map([['cleanup.policy', 'COMPACTION']])
      parts.topicConfigManager.createTopicIfAbsent(newTopicConfig('T', { attributes }))
      const remark = 'Required message key is missing'
      expectRefusal(send(), ResponseCode.MESSAGE_ILLEGAL, remark)
      const properties = encodeProperties([['KEYS', 'k']])
      expect(send({ properties }).code).to.equal(ResponseCode.SUCCESS)
    })

    it('transactional messages where they are rejected', () => {
      parts.brokerConfig.rejectTransactionMessage = true
      const properties = encodeProperties([['TRAN_MSG', 'TRUE']])
      const remark = 'the broker[127.0.0.1] sending transaction message is forbidden'
      expectRefusal(send({ properties, sysFlag: 4 }), ResponseCode.NO_PERMISSION, remark)
      parts.brokerConfig.brokerIP1 = '10.1.1.1'
      expect(send({ properties }).remark).to.equal(
        'the broker[10.1.1.1] sending transaction message is forbidden',
      )
    })

    it('a delay that is not a number', () => {
      const properties = encodeProperties([['DELAY', 'soon']])
      expect(() => send({ properties })).to.throw('For input string: "soon"')
    })

    it('inner batches and messages without a body', () => {
      const remark =
        'the message is illegal, maybe msg body or properties length not matched. ' +
        'msg body length limit 4194304B, msg properties length limit 32KB.'
      const properties = encodeProperties([['INNER_NUM', '2']])
      expectRefusal(send({ properties }), ResponseCode.MESSAGE_ILLEGAL, remark)
      expectRefusal(send({ sysFlag: 128 }), ResponseCode.MESSAGE_ILLEGAL, remark)
      const request = requestOf()
      request.body = undefined
      expectRefusal(answerTo(request), ResponseCode.MESSAGE_ILLEGAL, remark)
    })
  })

  describe('tells what the store says', () => {
    const cases: [PutMessageStatus, number, string | undefined][] = [
      ['FLUSH_DISK_TIMEOUT', 10, undefined],
      ['SLAVE_NOT_AVAILABLE', 11, undefined],
      ['FLUSH_SLAVE_TIMEOUT', 12, undefined],
      ['IN_SYNC_REPLICAS_NOT_ENOUGH', 1, 'in-sync replicas not enough'],
      ['CREATE_MAPPED_FILE_FAILED', 1, 'create mapped file failed, server is busy or broken.'],
      [
        'PROPERTIES_SIZE_EXCEEDED',
        13,
        'the message is illegal, maybe msg body or properties length not matched. ' +
          'msg body length limit 4194304B, msg properties length limit 32KB.',
      ],
      [
        'SERVICE_NOT_AVAILABLE',
        14,
        'service not available now. It may be caused by one of the following reasons: ' +
          "the broker's disk is full [CL:  0.10 CQ:  0.10 INDEX:  0.10], messages are put to the " +
          'slave, message store has been shut down, etc.',
      ],
      ['OS_PAGE_CACHE_BUSY', 2, '[PC_SYNCHRONIZED]broker busy, start flow control for a while'],
      ['UNKNOWN_ERROR', 1, 'UNKNOWN_ERROR'],
    ]
    for (const [status, code, remark] of cases) {
      it(status, () => {
        parts.messageStore.nextStatus.push(status)
        const response = send()
        expect([response.code, response.remark]).to.deep.equal([code, remark])
        const isStored = parts.messageStore.log.length === 1
        expect(response.extFields?.['msgId'] !== undefined).to.equal(isStored)
      })
    }
  })

  it('asks for refusal of all sends while the page cache is busy, and on a slave', () => {
    const processor = makeSendProcessor(parts)
    expect(processor.rejectRequest()).to.equal(false)
    parts.messageStore.isBusy = true
    expect(processor.rejectRequest()).to.equal(true)
    parts.messageStore.isBusy = false
    parts.storeConfig.brokerRole = 'SLAVE'
    expect(processor.rejectRequest()).to.equal(true)
  })

  describe('delay levels', () => {
    it('send a message through the queue of its level', () => {
      const properties = encodeProperties([
        ['DELAY', '3'],
        ['TIMER_DELAY_SEC', '5'],
        ['UNIQ_KEY', 'K1'],
      ])
      const response = send({ properties })
      expect(response.extFields).to.include({ queueId: '1', transactionId: 'K1' })
      const stored = parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 2)[0]
      expect(Object.fromEntries(propertiesOf(stored ?? { properties: '' }))).to.deep.equal({
        DELAY: '3',
        UNIQ_KEY: 'K1',
        MSG_REGION: 'DefaultRegion',
        TRACE_ON: 'true',
        CLUSTER: 'DefaultCluster',
        REAL_TOPIC: 'T',
        REAL_QID: '1',
      })
    })

    it('above the highest are the highest', () => {
      send({ properties: encodeProperties([['DELAY', '99']]) })
      const stored = parts.messageStore.messagesOf('SCHEDULE_TOPIC_XXXX', 17)[0]
      expect(propertiesOf(stored ?? { properties: '' }).get('DELAY')).to.equal('18')
    })

    it('of 0 mean no delay', () => {
      send({ properties: encodeProperties([['DELAY', '0']]) })
      expect(parts.messageStore.log[0]?.topic).to.equal('T')
    })
  })

  describe('retry topics', () => {
    const topic = '%RETRY%g'

    it('are made with one queue when no default topic may be inherited from', () => {
      const response = send({ topic, defaultTopic: 'none', queueId: 0 })
      expect(response.code).to.equal(ResponseCode.SUCCESS)
      expect(parts.topicConfigManager.selectTopicConfig(topic)?.writeQueueNums).to.equal(1)
    })

    it('hand a message that was tried too often to the dead letters, without a delay', () => {
      const properties = encodeProperties([
        ['DELAY', '5'],
        ['UNIQ_KEY', 'K1'],
      ])
      send({ topic, queueId: 0, reconsumeTimes: 16, properties })
      expect(parts.messageStore.log[0]?.topic).to.equal('SCHEDULE_TOPIC_XXXX')
      const response = send({ topic, queueId: 0, reconsumeTimes: 17, properties })
      expect(response.extFields).to.include({ queueId: '0', queueOffset: '0' })
      const stored = parts.messageStore.messagesOf('%DLQ%g', 0)[0]
      expect(stored?.reconsumeTimes).to.equal(17)
      expect(propertiesOf(stored ?? { properties: '' }).get('DELAY')).to.equal('-1')
      expect(parts.topicConfigManager.selectTopicConfig('%DLQ%g')).to.deep.include({
        readQueueNums: 1,
        writeQueueNums: 1,
        perm: 6,
      })
    })

    it('obey the limit that clients since 3.4.9 send', () => {
      const header = { topic, queueId: 0, reconsumeTimes: 3, maxReconsumeTimes: 2 }
      send(header)
      expect(parts.messageStore.messagesOf('%DLQ%g', 0)).to.have.length(1)
      const old = requestOf(header)
      old.version = 120
      answerTo(old)
      expect(parts.messageStore.messagesOf(topic, 0)).to.have.length(1)
    })

    it('hand messages of orderly groups to the dead letters at once', () => {
      parts.lockedGroups.add('g')
      send({ topic, queueId: 0 })
      expect(parts.messageStore.messagesOf('%DLQ%g', 0)[0]?.properties).to.match(
        /DELAY\u0001-1\u0002$/,
      )
    })

    it('need their group', () => {
      parts.brokerConfig.autoCreateSubscriptionGroup = false
      expectRefusal(
        send({ topic, queueId: 0 }),
        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        'subscription group not exist, g ' +
          '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.',
      )
      const config = newSubscriptionGroupConfig('g')
      parts.subscriptionGroupManager.updateSubscriptionGroupConfig(config)
      expect(send({ topic, queueId: 0 }).code).to.equal(ResponseCode.SUCCESS)
    })
  })

  describe('batches', () => {
    const body = encodeBatch(
      ['a', 'b'].map((text) => ({
        flag: 0,
        body: Buffer.from(text),
        properties: `UNIQ_KEY\u0001${text}`,
      })),
    )

    function sendBatch(header: Partial<SendMessageRequestHeader>): RemotingCommand {
      const fields = SendMessageRequestHeaderV2.encode({ ...HEADER, batch: true, ...header })
      return answerTo(RemotingCommand.request(RequestCode.SEND_BATCH_MESSAGE, fields, body))
    }

    it('are a system error when the store finds them illegal', () => {
      parts.messageStore.nextStatus.push('MESSAGE_ILLEGAL')
      expect(sendBatch({})).to.include({ code: 1, extFields: undefined })
    })

    it('store all messages and answer for the first', () => {
      const response = sendBatch({ properties: '' })
      expect(response.code).to.equal(ResponseCode.SUCCESS)
      expect(response.extFields).to.include({ queueId: '1', queueOffset: '0' })
      expect(response.extFields?.['msgId']?.split(',')).to.have.length(2)
      expect(response.extFields).to.not.have.property('transactionId')
      expect(parts.messageStore.log.map(({ body: each }) => each.toString())).to.deep.equal([
        'a',
        'b',
      ])
      expect(propertiesOf(parts.messageStore.log[1] ?? { properties: '' }).get('CLUSTER')).to.equal(
        'DefaultCluster',
      )
    })

    it('do not go to retry topics and are not delayed', () => {
      expectRefusal(
        sendBatch({ topic: '%RETRY%g', queueId: 0 }),
        ResponseCode.MESSAGE_ILLEGAL,
        'batch request does not support retry group %RETRY%g',
      )
      const properties = encodeProperties([['DELAY', '1']])
      expect(sendBatch({ properties }).code).to.equal(ResponseCode.MESSAGE_ILLEGAL)
      expect(parts.messageStore.log).to.deep.equal([])
    })
  })
})
