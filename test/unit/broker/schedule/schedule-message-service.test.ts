import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { Host } from '../../../../codec/message/host.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { ScheduleMessageService } from '../../../../lib/broker/schedule/schedule-message-service.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { settle } from '../../../helpers/settle.ts'

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
    expect(delivered()).to.deep.equal([])
    await advance(100)
    expect(delivered()).to.deep.equal(['a', 'b'])
    expect(service.offsetTable.get(1)).to.equal(2)
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
