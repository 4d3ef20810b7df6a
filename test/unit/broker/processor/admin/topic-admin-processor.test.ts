import { expect } from 'chai'
import { TopicConfigAndMappingSerializeWrapper } from '../../../../../codec/body/topic-config-serialize-wrapper.ts'
import { CreateTopicListRequestBody, TopicConfig } from '../../../../../codec/body/topic-config.ts'
import { TopicList } from '../../../../../codec/body/topic-list.ts'
import { TopicStatsTable } from '../../../../../codec/body/topic-stats.ts'
import { CreateTopicRequestHeader } from '../../../../../codec/header/create-topic.ts'
import { type ExtFields, RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import { PopInflightMessageCounter } from '../../../../../lib/broker/pop/pop-inflight-message-counter.ts'
import { TopicAdminProcessor } from '../../../../../lib/broker/processor/admin/topic-admin-processor.ts'
import { newTopicConfig } from '../../../../../lib/broker/topic/topic-config.ts'
import type { RemotingError } from '../../../../../lib/remoting/index.ts'
import { type BrokerParts, makeBrokerParts } from '../../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../../helpers/fake-channel.ts'

const CREATE: CreateTopicRequestHeader = {
  topic: 'T',
  defaultTopic: 'TBW102',
  readQueueNums: 3,
  writeQueueNums: 2,
  perm: 4,
  topicFilterType: 'SINGLE_TAG',
  order: false,
}

describe('TopicAdminProcessor', () => {
  const channel = new FakeChannel()
  let parts: BrokerParts
  let cleaned: string[]
  let told: string[]
  let registered: Promise<void>
  let processor: TopicAdminProcessor

  beforeEach(() => {
    parts = makeBrokerParts()
    cleaned = []
    told = []
    registered = Promise.resolve()
    parts.topicConfigManager.onTopicConfigChanged(({ topicName }) => told.push(topicName))
    processor = new TopicAdminProcessor({
      popInflightMessageCounter: new PopInflightMessageCounter({
        ...parts,
        startTimeMs: 0,
        onBelowThreshold: () => undefined,
      }),
      ...parts,
      consumerOffsetManager: {
        whichGroupByTopic: () => ['g', 'other'],
        cleanOffsetByTopic: (topic) => cleaned.push(topic),
      },
      liteTopics: { cleanByParentTopic: (topic) => void cleaned.push(`lite of ${topic}`) },
      topicsRegistered: () => registered,
    })
  })
  afterEach(() => parts.remove())

  async function ask(code: number, fields?: ExtFields, body?: Buffer): Promise<RemotingCommand> {
    return processor.process(RemotingCommand.request(code, fields, body), channel)
  }

  function create(header: Partial<CreateTopicRequestHeader> = {}): Promise<RemotingCommand> {
    const fields = CreateTopicRequestHeader.encode({ ...CREATE, ...header })
    return ask(RequestCode.UPDATE_AND_CREATE_TOPIC, fields)
  }

  async function expectRefusal(
    answer: Promise<RemotingCommand>,
    code: number,
    remark: string,
  ): Promise<void> {
    const error = await answer.then(
      () => expect.fail('was not refused'),
      (thrown: unknown) => thrown as RemotingError,
    )
    expect([error.code, error.message]).to.deep.equal([code, remark])
  }

  it('answers a creation after the name servers have been told', async () => {
    const order: string[] = []
    registered = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      order.push('registered')
    })
    await create()
    order.push('answered')
    expect(order).to.deep.equal(['registered', 'answered'])
  })

  it('creates a topic as asked and tells of it', async () => {
    const response = await create({ attributes: '+message.type=FIFO', topicSysFlag: 1 })
    expect([response.code, response.remark]).to.deep.equal([0, 'not set any response code'])
    expect(parts.topicConfigManager.selectTopicConfig('T')).to.deep.equal({
      topicName: 'T',
      readQueueNums: 3,
      writeQueueNums: 2,
      perm: 4,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 1,
      order: false,
      attributes: new Map([['message.type', 'FIFO']]),
    })
    expect(told).to.deep.equal(['T'])
  })

  it('changes nothing when a topic is already as asked', async () => {
    await create()
    await create()
    expect(parts.topicConfigManager.dataVersion.toJSON().counter).to.equal(1)
    expect(told).to.deep.equal(['T'])
  })

  it('refuses illegal names, system topics, mixed types and bad attributes', async () => {
    await expectRefusal(
      create({ topic: '../x' }),
      ResponseCode.INVALID_PARAMETER,
      'The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$',
    )
    await expectRefusal(
      create({ topic: 'TBW102' }),
      ResponseCode.INVALID_PARAMETER,
      'The topic[TBW102] is conflict with system topic.',
    )
    await expectRefusal(
      create({ attributes: '+message.type=MIXED' }),
      ResponseCode.INVALID_PARAMETER,
      'MIXED message type is not supported.',
    )
    await expectRefusal(
      create({ attributes: '+foo=1' }),
      ResponseCode.SYSTEM_ERROR,
      'unsupported key: foo',
    )
    await expectRefusal(
      create({ topicFilterType: 'ANY' }),
      ResponseCode.SYSTEM_ERROR,
      'topicFilterType = [ANY] value invalid',
    )
    expect(parts.topicConfigManager.containsTopic('T')).to.equal(false)
  })

  it('changes system topics when the configuration lets it', async () => {
    parts.brokerConfig.validateSystemTopicWhenUpdateTopic = false
    await create({ topic: 'TBW102' })
    expect(parts.topicConfigManager.selectTopicConfig('TBW102')?.perm).to.equal(4)
  })

  it('creates a list of topics, or none of them when one has an illegal name', async () => {
    function createList(...names: string[]): Promise<RemotingCommand> {
      const topicConfigList = names.map((name) => newTopicConfig(name))
      const body = CreateTopicListRequestBody.encode({ topicConfigList })
      return ask(RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, undefined, body)
    }
    await expectRefusal(
      createList('A', ' '),
      ResponseCode.INVALID_PARAMETER,
      'The specified topic is blank.',
    )
    expect(parts.topicConfigManager.containsTopic('A')).to.equal(false)
    await createList('A')
    await createList('A', 'B')
    expect(told).to.deep.equal(['A', 'B'])
  })

  it('deletes a topic with its pop retry topics, its offsets and its queues', async () => {
    for (const name of ['T', '%RETRY%g_T', '%RETRY%other+T']) {
      parts.topicConfigManager.createTopicIfAbsent(newTopicConfig(name))
    }
    await ask(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: 'T' })
    const deleted = ['T', '%RETRY%g_T', '%RETRY%other+T']
    expect(cleaned).to.deep.equal(['lite of T', ...deleted])
    expect(parts.messageStore.deletedTopics).to.deep.equal(deleted)
    expect(parts.topicConfigManager.containsTopic('T')).to.equal(false)
  })

  it('does not delete system topics nor touch paths', async () => {
    await expectRefusal(
      ask(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: ' ' }),
      ResponseCode.INVALID_PARAMETER,
      'The specified topic is blank.',
    )
    await expectRefusal(
      ask(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: 'SCHEDULE_TOPIC_XXXX' }),
      ResponseCode.INVALID_PARAMETER,
      'The topic[SCHEDULE_TOPIC_XXXX] is conflict with system topic.',
    )
    await expectRefusal(
      ask(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: '../../x' }),
      ResponseCode.INVALID_PARAMETER,
      'The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$',
    )
    expect(parts.messageStore.deletedTopics).to.deep.equal([])
  })

  it('tells one topic, all topics and the system topics', async () => {
    await create()
    const one = await ask(RequestCode.GET_TOPIC_CONFIG, { topic: 'T' })
    expect(TopicConfig.decode(one.body)).to.deep.equal(
      parts.topicConfigManager.selectTopicConfig('T'),
    )
    const all = TopicConfigAndMappingSerializeWrapper.decode(
      (await ask(RequestCode.GET_ALL_TOPIC_CONFIG)).body,
    )
    expect(all.topicConfigTable).to.deep.equal(parts.topicConfigManager.topicConfigTable)
    expect(all.dataVersion.counter).to.equal(1)
    const system = await ask(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER)
    expect(TopicList.decode(system.body).topicList).to.include.members(['TBW102', 'broker-a'])
    await expectRefusal(
      ask(RequestCode.GET_TOPIC_CONFIG, { topic: 'none' }),
      ResponseCode.TOPIC_NOT_EXIST,
      'No topic in this broker. topic: none',
    )
  })

  it('tells how far each queue is', async () => {
    await create()
    const message = {
      topic: 'T',
      queueId: 1,
      flag: 0,
      sysFlag: 0,
      body: Buffer.from('x'),
      properties: '',
      bornTimestamp: 0,
      bornHost: channel.remoteHost,
      storeHost: channel.localHost,
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
    }
    parts.messageStore.putMessage(message, () => undefined)
    const response = await ask(RequestCode.GET_TOPIC_STATS_INFO, { topic: 'T' })
    const offsets = TopicStatsTable.decode(response.body).offsetTable
    expect(offsets.map(([{ queueId }, offset]) => [queueId, offset])).to.deep.equal([
      [0, { minOffset: 0, maxOffset: 0, lastUpdateTimestamp: 0 }],
      [1, { minOffset: 0, maxOffset: 1, lastUpdateTimestamp: parts.clock.now() }],
      [2, { minOffset: 0, maxOffset: 0, lastUpdateTimestamp: 0 }],
    ])
    await expectRefusal(
      ask(RequestCode.GET_TOPIC_STATS_INFO, { topic: 'none' }),
      ResponseCode.TOPIC_NOT_EXIST,
      'topic[none] not exist',
    )
  })
})
