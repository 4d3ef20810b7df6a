import { expect } from 'chai'
import { BrokerStatsManager } from '../../../../lib/broker/stats/broker-stats-manager.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe('BrokerStatsManager', () => {
  let clock: SimClock
  let config: {
    brokerClusterName: string
    enableDetailStat: boolean
    maxStatsIdleTimeInMinutes: number
  }
  let manager: BrokerStatsManager

  beforeEach(async () => {
    clock = new SimClock()
    config = { brokerClusterName: 'C', enableDetailStat: true, maxStatsIdleTimeInMinutes: -1 }
    manager = newManager()
    await manager.start()
  })
  afterEach(async () => {
    await manager.stop()
    expect(clock.pendingTimers).to.equal(0)
  })

  function newManager(): BrokerStatsManager {
    const isSystemTopic = (topic: string) => topic.startsWith('SYS')
    return new BrokerStatsManager({ brokerConfig: config, clock, isSystemTopic })
  }

  /** [value, times]; undefined where nothing was counted. */
  function counted(name: string, key: string): [number, number] | undefined {
    const item = manager.getStatsItem(name, key)
    return item && [item.value, item.times]
  }

  it('counts puts by topic, and for the broker with and without its own topics', () => {
    manager.puts.incTopicPut('T', 3, 300)
    manager.puts.incTopicPut('T', 1, 50)
    manager.puts.incTopicPut('SYS', 2, 20)
    manager.puts.incTopicPutWithinBroker('SYS', 1, 5)
    expect(counted('TOPIC_PUT_NUMS', 'T')).to.deep.equal([4, 2])
    expect(counted('TOPIC_PUT_SIZE', 'T')).to.deep.equal([350, 2])
    expect(counted('TOPIC_PUT_NUMS', 'SYS')).to.deep.equal([3, 2])
    expect(counted('BROKER_PUT_NUMS', 'C')).to.deep.equal([6, 0])
    expect(counted('BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC', 'C')).to.deep.equal([4, 0])
    expect(manager.puts.brokerPutNumsWithoutSystemTopic).to.equal(4)
  })

  it('counts gets by topic and group, and for the broker', () => {
    manager.gets.incGroupGet('G', 'T', 3, 300)
    manager.gets.incGroupGet('G', 'SYS', 1, 10)
    manager.gets.incGroupAckNums('G', 'T', 2)
    manager.gets.incGroupCkNums('G', 'T', 1)
    expect(counted('GROUP_GET_NUMS', 'T@G')).to.deep.equal([3, 1])
    expect(counted('GROUP_GET_SIZE', 'T@G')).to.deep.equal([300, 1])
    expect(counted('BROKER_GET_NUMS', 'C')).to.deep.equal([4, 0])
    expect(manager.gets.brokerGetNumsWithoutSystemTopic).to.equal(3)
    expect(counted('GROUP_ACK_NUMS', 'T@G')).to.deep.equal([2, 1])
    expect(counted('BROKER_CK_NUMS', 'C')).to.deep.equal([1, 0])
  })

  it('counts latencies by queue, or without details by topic and group', () => {
    manager.puts.incTopicPutLatency('T', 2, 5)
    manager.puts.incTopicPutLatency('T', 2, 7)
    manager.gets.incGroupGetLatency('G', 'T', 1, 4)
    expect(counted('TOPIC_PUT_LATENCY', '2@T')).to.deep.equal([12, 2])
    expect(counted('GROUP_GET_LATENCY', '1@T@G')).to.deep.equal([4, 1])
    config.enableDetailStat = false
    manager.gets.incGroupGetLatency('G2', 'T', 1, 4)
    manager.gets.incGroupGetLatency('G2', 'T', 3, 4)
    manager.puts.incQueuePut('T', 1, 1, 10)
    expect(counted('GROUP_GET_LATENCY', 'T@G2')).to.deep.equal([8, 2])
    expect(counted('QUEUE_PUT_NUMS', 'T@1')).to.equal(undefined)
  })

  it('counts what is sent back, dead letters, queues and clients', () => {
    manager.puts.incSendBackNums('G', 'T')
    manager.puts.incSendBackToDeadLetters(undefined, 'G', 'T')
    manager.puts.incQueuePut('T', 1, 2, 20)
    manager.gets.incQueueGet('G', 'T', 1, 2, 20)
    manager.incProducerRegisterTime(3)
    manager.incConsumerRegisterTime(4)
    manager.incChannelActivity('CONNECT')
    expect(counted('SNDBCK_PUT_NUMS', 'T@G')).to.deep.equal([1, 1])
    expect(counted('SNDBCK2DLQ_TIMES', 'null@T@G@SEND_BACK_TO_DLQ')).to.deep.equal([1, 1])
    expect(counted('QUEUE_PUT_SIZE', 'T@1')).to.deep.equal([20, 1])
    expect(counted('QUEUE_GET_NUMS', 'T@1@G')).to.deep.equal([2, 1])
    expect(counted('PRODUCER_REGISTER_TIME', 'C')).to.deep.equal([3, 1])
    expect(counted('CONSUMER_REGISTER_TIME', 'C')).to.deep.equal([4, 1])
    expect(counted('CHANNEL_ACTIVITY', 'CONNECT')).to.deep.equal([1, 1])
    expect(counted('NOTHING', 'T')).to.equal(undefined)
  })

  describe('of dead letters, whose owners clients name', () => {
    const letter = (owner: string) => manager.puts.incSendBackToDeadLetters(owner, 'G', 'T')
    const timesOf = (owner: string) =>
      counted('SNDBCK2DLQ_TIMES', `${owner}@T@G@SEND_BACK_TO_DLQ`)?.[1]

    it('counts those of so many names only', () => {
      for (let i = 0; i < 10_001; i++) letter(`o${i}`)
      letter('o7')
      const times = [timesOf('o7'), timesOf('o9999'), timesOf('o10000')]
      expect(times).to.deep.equal([2, 1, undefined])
    })

    it('forgets those that have left every window', () => {
      for (const owner of ['a', 'b']) letter(owner)
      clock.advance(24 * HOUR_MS)
      letter('a')
      clock.advance(2 * HOUR_MS)
      expect([timesOf('a'), timesOf('b')]).to.deep.equal([2, undefined])
    })
  })

  it('tells the last minute, hour and day', () => {
    clock.advance(10_000)
    const windows = () => {
      const item = manager.getStatsItem('TOPIC_PUT_NUMS', 'T')
      const { statsDataInMinute, statsDataInHour, statsDataInDay } = item ?? {}
      return [statsDataInMinute?.sum, statsDataInHour?.sum, statsDataInDay?.sum]
    }
    manager.puts.incTopicPut('T', 6, 60)
    expect(windows()).to.deep.equal([0, 0, 0])
    clock.advance(10_000)
    expect(windows()).to.deep.equal([6, 0, 0])
    expect(manager.tpsTopicPutNums('T')).to.equal(0.6)
    clock.advance(2 * MINUTE_MS)
    expect(manager.tpsTopicPutNums('T')).to.equal(0)
    clock.advance(10 * MINUTE_MS)
    expect(windows()).to.deep.equal([0, 6, 0])
    clock.advance(HOUR_MS)
    expect(windows()).to.deep.equal([0, 0, 6])
    clock.advance(24 * HOUR_MS)
    expect(windows()).to.deep.equal([0, 0, 0])
  })

  it('tells what a call brought on average', () => {
    manager.gets.incGroupGet('G', 'T', 8, 80)
    manager.gets.incGroupGet('G', 'T', 2, 20)
    clock.advance(10_000)
    const minute = manager.getStatsItem('GROUP_GET_NUMS', 'T@G')?.statsDataInMinute
    expect(minute).to.deep.equal({ sum: 10, tps: 1, avgpt: 5, times: 2 })
    expect(manager.tpsGroupGetNums('G', 'T')).to.equal(1)
    expect(manager.tpsGroupGetNums('G', 'Nothing')).to.equal(0)
  })

  describe('forgets', () => {
    beforeEach(() => {
      for (const topic of ['T', 'T2']) {
        manager.puts.incTopicPut(topic, 1, 1)
        manager.puts.incTopicPutLatency(topic, 0, 1)
        for (const group of ['G', 'G2']) {
          manager.gets.incGroupGet(group, topic, 1, 1)
          manager.gets.incGroupGetLatency(group, topic, 0, 1)
          manager.puts.incSendBackNums(group, topic)
        }
      }
    })

    it('a topic that is deleted, and counts it anew', () => {
      manager.onTopicDeleted('T')
      expect(counted('TOPIC_PUT_NUMS', 'T')).to.equal(undefined)
      expect(counted('TOPIC_PUT_LATENCY', '0@T')).to.equal(undefined)
      expect(counted('GROUP_GET_NUMS', 'T@G')).to.equal(undefined)
      expect(counted('GROUP_GET_LATENCY', '0@T@G')).to.equal(undefined)
      expect(counted('TOPIC_PUT_NUMS', 'T2')).to.deep.equal([1, 1])
      manager.puts.incTopicPut('T', 1, 1)
      expect(counted('TOPIC_PUT_NUMS', 'T')).to.deep.equal([1, 1])
    })

    it('a group that is deleted', () => {
      manager.onGroupDeleted('G')
      expect(counted('GROUP_GET_SIZE', 'T@G')).to.equal(undefined)
      expect(counted('GROUP_GET_LATENCY', '0@T@G')).to.equal(undefined)
      expect(counted('SNDBCK_PUT_NUMS', 'T2@G')).to.equal(undefined)
      expect(counted('GROUP_GET_SIZE', 'T@G2')).to.deep.equal([1, 1])
      expect(counted('TOPIC_PUT_NUMS', 'T')).to.deep.equal([1, 1])
    })

    it('what was idle for too long, where that is configured', () => {
      clock.advance(HOUR_MS)
      expect(counted('GROUP_GET_NUMS', 'T@G')).to.deep.equal([1, 1])
      config.maxStatsIdleTimeInMinutes = 5
      manager.gets.incGroupGet('G2', 'T', 1, 1)
      clock.advance(20 * MINUTE_MS)
      expect(counted('GROUP_GET_NUMS', 'T@G')).to.equal(undefined)
      expect(counted('GROUP_GET_NUMS', 'T@G2')).to.deep.equal([2, 2])
      expect(counted('TOPIC_PUT_LATENCY', '0@T')).to.deep.equal([1, 1])
    })
  })
})
