import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import { TopicConfigManager } from '../../../../lib/broker/topic/topic-config-manager.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const SETTINGS = {
  brokerName: 'broker-a',
  brokerClusterName: 'DefaultCluster',
  autoCreateTopicEnable: true,
  defaultTopicQueueNums: 8,
  clusterTopicEnable: true,
  brokerTopicEnable: true,
  traceTopicEnable: false,
  msgTraceTopicName: 'RMQ_SYS_TRACE_TOPIC',
  reviveQueueNum: 8,
}

const SENT = {
  topic: 'T',
  defaultTopic: 'TBW102',
  remoteAddress: '10.0.0.1:1',
  clientDefaultTopicQueueNums: 4,
  topicSysFlag: 0,
}

describe('TopicConfigManager', () => {
  const clock = new SimClock()
  let directory: { path: string; remove: () => void }
  let file: string

  function makeManager(
    settings: Partial<typeof SETTINGS> = {},
    timerWheelEnable = true,
  ): TopicConfigManager {
    const manager = new TopicConfigManager({
      brokerConfig: { ...SETTINGS, ...settings },
      storeConfig: { storePathRootDir: directory.path, timerWheelEnable },
      clock,
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
    })
    manager.load()
    return manager
  }

  beforeEach(() => {
    directory = makeTempDirectory()
    file = path.join(directory.path, 'config', 'topics.json')
  })
  afterEach(() => directory.remove())

  it('has the system topics of a 5.3.3 broker and no file at its first start', () => {
    const topics = [...makeManager().topicConfigTable.values()].map(
      ({ topicName, readQueueNums, writeQueueNums, perm }) => [
        topicName,
        readQueueNums,
        writeQueueNums,
        perm,
      ],
    )
    expect(topics).to.deep.equal([
      ['SELF_TEST_TOPIC', 1, 1, 6],
      ['TBW102', 8, 8, 7],
      ['BenchmarkTest', 1024, 1024, 6],
      ['DefaultCluster', 16, 16, 7],
      ['broker-a', 1, 1, 7],
      ['OFFSET_MOVED_EVENT', 1, 1, 6],
      ['SCHEDULE_TOPIC_XXXX', 18, 18, 6],
      ['DefaultCluster_REPLY_TOPIC', 1, 1, 6],
      ['rmq_sys_REVIVE_LOG_DefaultCluster', 8, 8, 6],
      ['rmq_sys_SYNC_BROKER_MEMBER_broker-a', 1, 1, 1],
      ['RMQ_SYS_TRANS_HALF_TOPIC', 1, 1, 6],
      ['RMQ_SYS_TRANS_OP_HALF_TOPIC', 1, 1, 6],
      ['rmq_sys_wheel_timer', 1, 1, 6],
    ])
    expect(fs.existsSync(file)).to.equal(false)
  })

  it('makes system topics only when their switches are on', () => {
    const switches = {
      autoCreateTopicEnable: false,
      traceTopicEnable: true,
      clusterTopicEnable: false,
    }
    const manager = makeManager(switches, false)
    expect(manager.containsTopic('TBW102')).to.equal(false)
    expect(manager.containsTopic('rmq_sys_wheel_timer')).to.equal(false)
    expect(manager.selectTopicConfig('RMQ_SYS_TRACE_TOPIC')?.writeQueueNums).to.equal(1)
    expect(manager.selectTopicConfig('DefaultCluster')?.perm).to.equal(1)
  })

  it('creates a topic after TBW102 with the smaller number of queues, saves it and tells of it', () => {
    const manager = makeManager()
    const told: string[] = []
    manager.onTopicConfigChanged((config) => told.push(config.topicName))
    expect(manager.createTopicInSendMessageMethod(SENT)).to.deep.equal({
      attributes: new Map(),
      order: false,
      perm: 6,
      readQueueNums: 4,
      topicFilterType: 'SINGLE_TAG',
      topicName: 'T',
      topicSysFlag: 0,
      writeQueueNums: 4,
    })
    const many = { ...SENT, topic: 'Many', clientDefaultTopicQueueNums: 64 }
    expect(manager.createTopicInSendMessageMethod(many)?.writeQueueNums).to.equal(8)
    const negative = { ...SENT, topic: 'Negative', clientDefaultTopicQueueNums: -1 }
    expect(manager.createTopicInSendMessageMethod(negative)?.readQueueNums).to.equal(0)
    expect(told).to.deep.equal(['T', 'Many', 'Negative'])
    expect(manager.dataVersion.toJSON().counter).to.equal(3)
    expect(makeManager().selectTopicConfig('Many')).to.deep.equal(manager.selectTopicConfig('Many'))
  })

  it('gives the existing topic whatever the default topic is', () => {
    const manager = makeManager()
    const created = manager.createTopicInSendMessageMethod(SENT)
    const again = manager.createTopicInSendMessageMethod({ ...SENT, defaultTopic: 'none' })
    expect(again).to.equal(created)
    expect(manager.dataVersion.toJSON().counter).to.equal(1)
  })

  it('does not create after a topic that is missing or not inheritable', () => {
    const manager = makeManager()
    expect(manager.createTopicInSendMessageMethod({ ...SENT, defaultTopic: 'none' })).to.equal(
      undefined,
    )
    const plain = { ...SENT, defaultTopic: 'SELF_TEST_TOPIC' }
    expect(manager.createTopicInSendMessageMethod(plain)).to.equal(undefined)
  })

  it('does not create after a TBW102 of an old file once automatic creation is off', () => {
    makeManager().createTopicInSendMessageMethod(SENT)
    const manager = makeManager({ autoCreateTopicEnable: false })
    const sent = { ...SENT, topic: 'Other' }
    expect(manager.createTopicInSendMessageMethod(sent)).to.equal(undefined)
  })

  it('writes what Apache writes, and reads what Apache wrote', () => {
    const manager = makeManager()
    manager.createTopicInSendMessageBackMethod('%RETRY%g', 1, 6, 0)
    const written = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, object>
    expect(Object.keys(written)).to.deep.equal(['dataVersion', 'topicConfigTable'])
    expect(written['dataVersion']).to.deep.equal({
      counter: 1,
      stateVersion: 0,
      timestamp: clock.now(),
    })
    const retry = (written['topicConfigTable'] as Record<string, object>)['%RETRY%g']
    expect(JSON.stringify(retry)).to.equal(
      '{"attributes":{},"order":false,"perm":6,"readQueueNums":1,"topicFilterType":"SINGLE_TAG",' +
        '"topicName":"%RETRY%g","topicSysFlag":0,"writeQueueNums":1}',
    )
    fs.writeFileSync(
      file,
      '{"dataVersion":{"counter":5,"stateVersion":0,"timestamp":1795219545852},"topicConfigTable":' +
        '{"BcqT":{"attributes":{"queue.type":"BatchCQ"},"order":false,"perm":4,"readQueueNums":1,' +
        '"topicFilterType":"SINGLE_TAG","topicName":"BcqT","topicSysFlag":0,"writeQueueNums":1}}}',
    )
    const reloaded = makeManager()
    expect(reloaded.selectTopicConfig('BcqT')).to.deep.include({
      perm: 4,
      attributes: new Map([['queue.type', 'BatchCQ']]),
    })
    expect(reloaded.dataVersion.toJSON().counter).to.equal(5)
    expect(reloaded.containsTopic('TBW102')).to.equal(true)
  })

  it('changes the order flag of an existing retry topic, also of one with attributes', () => {
    const manager = makeManager()
    const attributes = new Map([['+message.type', 'FIFO']])
    manager.updateTopicConfig(newTopicConfig('%RETRY%g', { attributes }))
    manager.createTopicInSendMessageBackMethod('%RETRY%g', 1, 6, 0, true)
    expect(manager.isOrderTopic('%RETRY%g')).to.equal(true)
    expect(
      Object.fromEntries(manager.selectTopicConfig('%RETRY%g')?.attributes ?? []),
    ).to.deep.equal({
      'message.type': 'FIFO',
    })
  })

  it('alters attributes as requested and refuses what is not known or may not change', () => {
    const manager = makeManager()
    function update(attributes: Record<string, string>): void {
      manager.updateTopicConfig(
        newTopicConfig('T', { attributes: new Map(Object.entries(attributes)) }),
      )
    }
    expect(() => update({ 'queue.type': 'BatchCQ' })).to.throw(
      'only add attribute is supported while creating topic. key: ueue.type',
    )
    expect(() => update({ '+foo': 'x' })).to.throw('unsupported key: foo')
    expect(() => update({ '+queue.type': 'x' })).to.throw(
      'value is not in set: [BatchCQ, SimpleCQ]',
    )
    expect(() => update({ '+message.type': 'x' })).to.throw(
      'value is not in set: [UNSPECIFIED, MIXED, TRANSACTION, PRIORITY, FIFO, DELAY, LITE, NORMAL]',
    )
    expect(manager.containsTopic('T')).to.equal(false)
    update({ '+queue.type': 'BatchCQ', '+message.type': 'FIFO', '+reserve.time': '-1' })
    expect(() => update({ '+queue.type': 'SimpleCQ' })).to.throw(
      'attempt to update an unchangeable attribute. key: queue.type',
    )
    expect(() => update({ '-cleanup.policy': '' })).to.throw(
      'attempt to delete a nonexistent key: cleanup.policy',
    )
    expect(() => update({ '+reserve.time': '-2' })).to.throw(
      'value is not in range(-1, 9223372036854775807)',
    )
    expect(() => update({ '+a+b': '1' })).to.throw('kv string format wrong.')
    expect(() => update({ '+message.type': 'FIFO', '-message.type': '' })).to.throw(
      'alter duplication key. key: message.type',
    )
    update({ '-message.type': '', '+reserve.time': '5' })
    expect(Object.fromEntries(manager.selectTopicConfig('T')?.attributes ?? [])).to.deep.equal({
      'queue.type': 'BatchCQ',
      'reserve.time': '5',
    })
  })

  it('marks order topics, deletes topics, and keeps both over a restart', () => {
    const manager = makeManager()
    manager.createTopicInSendMessageMethod(SENT)
    manager.createTopicInSendMessageMethod({ ...SENT, topic: 'Gone' })
    manager.updateOrderTopicConfig(['T', 'unknown'])
    manager.deleteTopicConfig('Gone')
    manager.deleteTopicConfig('Gone')
    const reloaded = makeManager()
    expect(reloaded.isOrderTopic('T')).to.equal(true)
    expect(reloaded.containsTopic('Gone')).to.equal(false)
    expect(reloaded.dataVersion.toJSON().counter).to.equal(4)
  })

  it('knows system topics of its own name too', () => {
    const manager = makeManager()
    for (const topic of ['TBW102', 'broker-a', 'rmq_sys_anything', 'CHECKPOINT_TOPIC']) {
      expect(manager.isSystemTopic(topic), topic).to.equal(true)
    }
    expect(manager.isSystemTopic('broker-b')).to.equal(false)
  })
})
