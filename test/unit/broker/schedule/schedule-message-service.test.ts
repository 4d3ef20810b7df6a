import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { Host } from '../../../../codec/message/host.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { DelayLevels } from '../../../../lib/common/delay-levels.ts'
import { ScheduleMessageService } from '../../../../lib/broker/schedule/schedule-message-service.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { settle } from '../../../helpers/settle.ts'
import { until } from '../../../helpers/until.ts'

const LOCAL = Host.of('127.0.0.1', 10911)

describe('ScheduleMessageService', () => {
  let parts: BrokerParts
  let service: ScheduleMessageService

  beforeEach(async () => {
    parts = makeBrokerParts({ messageDelayLevel: '1s 5s' })
    service = await startService()
  })
  afterEach(async () => {
    await service.stop()
    parts.remove()
  })

  async function startService(): Promise<ScheduleMessageService> {
    const started = new ScheduleMessageService(parts)
    started.load()
    await started.start()
    return started
  }

  function delay(level: number, body: string, properties: Record<string, string> = {}): void {
    const all = { DELAY: String(level), REAL_TOPIC: 'T', REAL_QID: '2', ...properties }
    const message = {
      topic: 'SCHEDULE_TOPIC_XXXX',
      queueId: level - 1,
      flag: 3,
      sysFlag: 1,
      body: Buffer.from(body),
      properties: encodeProperties(Object.entries(all)),
      bornTimestamp: 5,
      bornHost: LOCAL,
      storeHost: LOCAL,
      reconsumeTimes: 1,
      preparedTransactionOffset: 0,
    }
    parts.messageStore.putMessage(message, () => undefined)
  }

  async function advance(ms: number): Promise<void> {
    await settle()
    parts.clock.advance(ms)
    await settle()
  }

  function delivered(): string[] {
    return parts.messageStore.messagesOf('T', 2).map(({ body }) => body.toString())
  }

  it('delivers a message when its time has come and not a millisecond earlier', async () => {
    delay(1, 'a')
    await advance(999)
    expect(delivered()).to.deep.equal([])
    await advance(1)
    expect(delivered()).to.deep.equal(['a'])
  })

  it('delivers a message in time whose unit has lost its tags code', async () => {
    const { messageStore } = parts
    const iterateFrom = messageStore.iterateFrom.bind(messageStore)
    messageStore.iterateFrom = (...place) =>
      iterateFrom(...place).map((unit) => ({ ...unit, tagsCode: undefined }))
    delay(1, 'a')
    await advance(600)
    delay(1, 'b')
    await advance(399)
    expect(delivered()).to.deep.equal([])
    await advance(1)
    expect(delivered()).to.deep.equal(['a'])
    await advance(599)
    expect(delivered()).to.deep.equal(['a'])
    await advance(1)
    expect(delivered()).to.deep.equal(['a', 'b'])
  })

  it('counts a delivery as a get of the delayed message and a put of the delivered one', async () => {
    delay(2, 'a')
    await advance(5000)
    const size = parts.messageStore.messagesOf('T', 2)[0]?.storeSize
    const counted = (name: string, key: string) =>
      parts.brokerStatsManager.getStatsItem(name, key)?.value
    expect(counted('QUEUE_GET_NUMS', 'SCHEDULE_TOPIC_XXXX@1@SCHEDULE_CONSUMER')).to.equal(1)
    expect(counted('GROUP_GET_SIZE', 'SCHEDULE_TOPIC_XXXX@SCHEDULE_CONSUMER')).to.equal(size)
    expect(counted('TOPIC_PUT_NUMS', 'T')).to.equal(1)
    expect(parts.brokerStatsManager.puts.brokerPutNumsWithoutSystemTopic).to.equal(1)
  })

  it('keeps everything of the message but topic and queue', async () => {
    delay(1, 'a')
    await advance(1000)
    const [scheduled, message] = parts.messageStore.log
    expect(message).to.deep.include({
      topic: 'T',
      queueId: 2,
      flag: 3,
      sysFlag: 1,
      bornTimestamp: 5,
      reconsumeTimes: 1,
      properties: scheduled?.properties,
    })
  })

  it('delivers each level in its order, whatever the others wait for', async () => {
    delay(2, 'long')
    for (let i = 0; i < 100; i++) delay(1, `short ${i}`)
    await advance(1000)
    expect(delivered()).to.deep.equal(Array.from({ length: 100 }, (_, i) => `short ${i}`))
    await advance(4000)
    expect(delivered().at(-1)).to.equal('long')
  })

  it('delivers at once what is further away than its level after the clock was set back', async () => {
    delay(1, 'a')
    parts.clock.advance(-60_000)
    delay(1, 'b')
    await advance(1000)
    expect(delivered()[0]).to.equal('a')
  })

  it('tries again when the store refuses, without losing the order', async () => {
    delay(1, 'a')
    delay(1, 'b')
    parts.messageStore.nextStatus.push('SERVICE_NOT_AVAILABLE', 'SERVICE_NOT_AVAILABLE')
    await advance(1000)
    await advance(100)
    expect(delivered()).to.deep.equal([])
    expect(service.offsetTable.get(1)).to.equal(0)
    await advance(100)
    expect(delivered()).to.deep.equal(['a', 'b'])
    expect(service.offsetTable.get(1)).to.equal(2)
  })

  it('logs once that messages are refused, and that they are delivered again', async () => {
    await service.stop()
    const logger = new RecordingLogger()
    service = new ScheduleMessageService({ ...parts, logger })
    await service.start()
    for (const body of ['a', 'b']) delay(1, body)
    for (let i = 0; i < 5; i++) parts.messageStore.nextStatus.push('PUT_TO_REMOTE_BROKER_FAIL')
    await advance(1000)
    for (let i = 0; i < 5; i++) await advance(100)
    expect(delivered()).to.deep.equal(['a', 'b'])
    expect(
      logger.atLeast('info').map(({ level, fields }) => [level, fields.failures]),
    ).to.deep.equal([
      ['error', undefined],
      ['info', 5],
    ])
  })

  it('stops at one that the store refuses: those before it count, those behind it wait', async () => {
    for (const body of ['a', 'b', 'c']) delay(1, body)
    parts.messageStore.nextStatus.push('PUT_OK', 'OS_PAGE_CACHE_BUSY')
    await advance(1000)
    expect(delivered()).to.deep.equal(['a'])
    expect(service.offsetTable.get(1)).to.equal(1)
    await advance(100)
    expect(delivered()).to.deep.equal(['a', 'b', 'c'])
  })

  it('delivers again what the store has lost after taking it', async () => {
    for (const body of ['a', 'b']) delay(1, body)
    parts.messageStore.nextStatus.push('UNKNOWN_ERROR', 'PUT_OK')
    parts.messageStore.holdAnswers()
    await advance(1000)
    parts.messageStore.releaseAnswers()
    await advance(100)
    expect(delivered()).to.deep.equal(['b', 'a', 'b'])
    expect(service.offsetTable.get(1)).to.equal(2)
  })

  it('waits for the answers to a batch before it puts the next one', async () => {
    for (let i = 0; i < 40; i++) delay(1, `${i}`)
    parts.messageStore.holdAnswers()
    await advance(1000)
    expect(delivered()).to.have.length(32)
    expect(service.offsetTable.get(1)).to.equal(0)
    parts.messageStore.releaseAnswers()
    await settle()
    expect(delivered()).to.have.length(40)
  })

  it('does not wait with enableScheduleAsyncDeliver, up to the limit', async () => {
    parts.storeConfig.enableScheduleAsyncDeliver = true
    parts.storeConfig.scheduleAsyncDeliverMaxPendingLimit = 60
    for (let i = 0; i < 200; i++) delay(1, `${i}`)
    parts.messageStore.holdAnswers()
    await advance(1000)
    expect(delivered()).to.have.length(96)
    expect(service.offsetTable.get(1)).to.equal(0)
    parts.messageStore.releaseAnswers()
    await settle()
    expect(delivered()).to.deep.equal(Array.from({ length: 200 }, (_, i) => `${i}`))
    expect(service.offsetTable.get(1)).to.equal(200)
  })

  it('takes larger batches while all are due, but not too many bytes', async () => {
    const large = 'x'.repeat(400_000)
    for (let i = 0; i < 70; i++) delay(1, `${i}`)
    for (let i = 0; i < 5; i++) delay(1, large)
    const batches: number[] = []
    const { messageStore } = parts
    const getRecords = messageStore.getRecords.bind(messageStore)
    messageStore.getRecords = (places) => {
      batches.push(places.length)
      return getRecords(places)
    }
    await advance(1000)
    expect(batches).to.deep.equal([32, 40, 2, 1])
    expect(delivered()).to.have.length(75)
  })

  it('keeps what waits when its level has another delay after a restart, and gives levels that are gone up', async () => {
    delay(1, 'a')
    delay(2, 'b')
    await settle()
    await service.stop()
    parts.clock.advance(900)
    service = new ScheduleMessageService({ ...parts, delayLevels: new DelayLevels('3s') })
    service.load()
    await service.start()
    await advance(99)
    expect(delivered()).to.deep.equal([])
    await advance(1)
    expect(delivered()).to.deep.equal(['a'])
    await advance(60_000)
    expect(delivered()).to.deep.equal(['a'])
    await service.stop()
    service = await startService()
    await settle()
    expect(delivered()).to.deep.equal(['a', 'b'])
  })

  it('passes over messages that do not say where they belong', async () => {
    delay(1, 'lost', { REAL_QID: 'x' })
    delay(1, 'half', { REAL_TOPIC: 'RMQ_SYS_TRANS_HALF_TOPIC' })
    delay(1, 'a')
    await advance(1000)
    expect(delivered()).to.deep.equal(['a'])
    expect(parts.messageStore.messagesOf('RMQ_SYS_TRANS_HALF_TOPIC', 2)).to.deep.equal([])
  })

  it('tells of levels that wait for their first message to be due', async () => {
    delay(2, 'a')
    await advance(1000)
    expect([...service.offsetTable]).to.deep.equal([[2, 0]])
  })

  it('goes on after a restart where it was', async () => {
    delay(1, 'a')
    await advance(1000)
    await service.stop()
    delay(1, 'b')
    parts.clock.advance(5000)
    service = await startService()
    await settle()
    expect(delivered()).to.deep.equal(['a', 'b'])
  })

  it('writes its offsets every flushDelayOffsetInterval, and reads what Apache wrote', async () => {
    const file = path.join(parts.directory, 'config', 'delayOffset.json')
    delay(1, 'a')
    await advance(1000)
    expect(fs.existsSync(file)).to.equal(false)
    await advance(9000)
    await until(() => fs.existsSync(file))
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).to.deep.include({ offsetTable: { 1: 1 } })
    await service.stop()
    fs.writeFileSync(
      file,
      '{\n\t"dataVersion":{"counter":7,"stateVersion":0,"timestamp":1},\n\t"offsetTable":{1:0,2:9\n\t}\n}',
    )
    service = await startService()
    await settle()
    expect(delivered()).to.deep.equal(['a', 'a'])
    expect(service.dataVersion.toJSON().counter).to.equal(7)
    expect(service.offsetTable.get(2), 'ahead of the queue').to.equal(0)
  })

  it('takes over how far its master is, and waits for the disk outside of the event loop', async () => {
    const file = path.join(parts.directory, 'config', 'delayOffset.json')
    const dataVersion = service.dataVersion.toJSON()
    const taken = service.takeOver({ dataVersion, offsetTable: new Map([[1, 7]]) })
    expect(service.offsetTable.get(1)).to.equal(7)
    expect(fs.existsSync(file)).to.equal(false)
    await taken
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).to.deep.include({ offsetTable: { 1: 7 } })
  })

  it('begins at the oldest message that is left', async () => {
    await service.stop()
    for (const body of ['a', 'b', 'c']) delay(1, body)
    parts.messageStore.expire('SCHEDULE_TOPIC_XXXX', 0, 2)
    service = await startService()
    await advance(1000)
    expect(delivered()).to.deep.equal(['c'])
  })

  it('tells how far each level is', async () => {
    delay(1, 'a')
    await advance(1000)
    delay(1, 'b')
    expect(Object.fromEntries(service.buildRunningStats())).to.deep.equal({
      scheduleMessageOffset_1: '1,2',
    })
  })

  it('leaves no timer behind', async () => {
    delay(1, 'a')
    await settle()
    await service.stop()
    expect(parts.clock.pendingTimers).to.equal(0)
  })
})
