import { expect } from 'chai'
import { StoreStatsService } from '../../../../lib/store/stats/store-stats-service.ts'
import type { GetMessageResult, PutMessageResult } from '../../../../lib/store/types.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const PLACE = { commitLogOffset: 0, queueOffset: 0, storeTimestamp: 0, offsetMsgId: '' }
const STORED: PutMessageResult = {
  status: 'PUT_OK',
  appended: { ...PLACE, size: 250, messageCount: 2 },
}

function got(status: 'FOUND' | 'NO_MATCHED_MESSAGE', messageCount: number): GetMessageResult {
  const offsets = { nextBeginOffset: 0, minOffset: 0, maxOffset: 0 }
  return {
    status,
    messageCount,
    records: [],
    suggestPullingFromSlave: false,
    coldDataSum: 0,
    ...offsets,
  }
}

describe('StoreStatsService', () => {
  let clock: SimClock
  let stats: StoreStatsService

  beforeEach(() => {
    clock = new SimClock()
    stats = new StoreStatsService(clock)
    stats.start()
  })
  afterEach(() => {
    stats.stop()
    expect(clock.pendingTimers).to.equal(0)
  })

  /** A put that takes `ms`. */
  function put(ms: number, result = STORED): void {
    stats.countPut(result, clock.now() - ms)
  }

  it('has counted nothing at first', () => {
    expect(stats.getRuntimeInfo()).to.deep.equal({
      putMessageEntireTimeMax: '0',
      putMessageTimesTotal: '1',
      putMessageFailedTimes: '0',
      putMessageSizeTotal: '0',
      putMessageDistributeTime: 'null',
      putMessageAverageSize: '0.0',
      dispatchMaxBuffer: '0',
      getMessageEntireTimeMax: '0',
      putTps: '  ',
      getFoundTps: '  ',
      getMissTps: '  ',
      getTotalTps: '0.0 0.0 0.0',
      getTransferredTps: '  ',
      putLatency99: '0.00',
      putLatency999: '0.00',
    })
  })

  it('counts messages, bytes, failures and the longest put', () => {
    put(0)
    put(12)
    put(3, { status: 'FLUSH_DISK_TIMEOUT', appended: { ...PLACE, size: 100, messageCount: 1 } })
    put(1, { status: 'SERVICE_NOT_AVAILABLE' })
    expect(stats.getRuntimeInfo()).to.include({
      putMessageTimesTotal: '5',
      putMessageSizeTotal: '600',
      putMessageAverageSize: '120.0',
      putMessageFailedTimes: '2',
      putMessageEntireTimeMax: '12',
    })
  })

  it('tells rates over 10 s, 60 s and 600 s, each when it has been running so long', () => {
    for (let second = 0; second < 11; second++) {
      put(0)
      stats.countGet(got('FOUND', 4), clock.now() - 2)
      stats.countGet(got('NO_MATCHED_MESSAGE', 0), clock.now())
      clock.advance(1000)
    }
    expect(stats.getRuntimeInfo()).to.include({
      putTps: '2.0  ',
      getFoundTps: '1.0  ',
      getMissTps: '1.0  ',
      getTotalTps: '2.0 0.0 0.0',
      getTransferredTps: '4.0  ',
      getMessageEntireTimeMax: '2',
    })
    clock.advance(595_000)
    expect(stats.getRuntimeInfo().putTps).to.equal('0.0 0.0 0.016666666666666666')
  })

  it('tells the latencies of the last whole minute', () => {
    for (let count = 0; count < 98; count++) put(0)
    put(30)
    put(700)
    expect(stats.getRuntimeInfo().putLatency99).to.equal('0.00')
    clock.advance(60_000)
    const info = stats.getRuntimeInfo()
    expect(info.putMessageDistributeTime).to.equal(
      '[<=0ms]:98 [0~10ms]:0 [10~50ms]:1 [50~100ms]:0 [100~200ms]:0 [200~500ms]:0 [500ms~1s]:1 ' +
        '[1~2s]:0 [2~3s]:0 [3~4s]:0 [4~5s]:0 [5~10s]:0 [10s~]:0 ',
    )
    expect(info).to.include({ putLatency99: '30.00', putLatency999: '30.00' })
    clock.advance(60_000)
    expect(stats.getRuntimeInfo().putLatency99).to.equal('0.00')
  })

  it('puts a latency beyond all buckets into the last one', () => {
    put(20_000)
    put(20_000)
    clock.advance(60_000)
    expect(stats.getRuntimeInfo().putMessageDistributeTime).to.match(/ \[5~10s\]:0 \[10s~\]:2 $/)
  })
})
