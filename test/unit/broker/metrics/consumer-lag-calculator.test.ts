import { expect } from 'chai'
import {
  ConsumerLagCalculator,
  type ConsumerLagDeps,
} from '../../../../lib/broker/metrics/consumer-lag-calculator.ts'
import { parseMetricsLabel } from '../../../../lib/broker/metrics/metrics-label.ts'
import { versionName } from '../../../../codec/mq-version.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const MAX_OFFSET = 100

interface Group {
  readonly consumeType: string
  readonly filter?: object
  readonly committed: number
  readonly pulled: number
  readonly popped?: number
  readonly inflight?: number
}

function calculate(group: Group) {
  const clock = new SimClock()
  const fakes = {
    brokerConfig: {
      brokerPermission: 6,
      enableRetryTopicV2: false,
      retrieveMessageFromPopRetryTopicV1: true,
    },
    topicConfigManager: {
      selectTopicConfig: (topic: string) =>
        topic === 'T' ? { perm: 6, writeQueueNums: 1 } : undefined,
    },
    subscriptionGroupManager: {
      subscriptionGroupTable: new Map([
        ['G', {}],
        ['offline', {}],
      ]),
    },
    subscriptions: {
      isPop: () => group.consumeType === 'CONSUME_POP',
      topicsOf: (name: string) => (name === 'G' ? ['T', '%RETRY%G'] : []),
      filterOf: () => group.filter,
    },
    consumerOffsetManager: {
      queryOffset: () => group.committed,
      queryPullOffset: () => group.pulled,
    },
    messageStore: {
      getMaxOffsetInQueue: () => MAX_OFFSET,
      /** Every tenth message passes. */
      estimateMessageCount: async (_topic: string, _queueId: number, from: number, to: number) =>
        (to - from) / 10,
      getMessageStoreTimestamp: async (_topic: string, _queueId: number, offset: number) =>
        clock.now() - (MAX_OFFSET - offset) * 1000,
    },
    pops: {
      getLatestOffset: () => group.popped ?? -1,
      inflight: { getGroupPopInFlightMessageNum: () => group.inflight ?? 0 },
    },
    clock,
  }
  return new ConsumerLagCalculator(fakes as unknown as ConsumerLagDeps).calculate()
}

const ABOUT = { group: 'G', topic: 'T', isRetry: false }
const NOTHING = { lag: 0, inflight: 0, ready: 0, lagLatencyMs: 0, queueingLatencyMs: 0 }

describe('ConsumerLagCalculator', () => {
  it('lets others have their turn between groups', async () => {
    let hasAnswered = false
    const counted = calculate({ consumeType: 'CONSUME_PASSIVELY', committed: 40, pulled: 70 })
    setImmediate(() => (hasAnswered = true))
    await counted
    expect(hasAnswered).to.equal(true)
  })

  it('tells what a pulling group has not consumed, has at hand and has not fetched', async () => {
    const lags = await calculate({ consumeType: 'CONSUME_PASSIVELY', committed: 40, pulled: 70 })
    const numbers = { lag: 60, inflight: 30, ready: 30 }
    const times = { lagLatencyMs: 60_000, queueingLatencyMs: 30_000 }
    expect(lags).to.deep.equal([{ ...ABOUT, ...numbers, ...times }])
  })

  it('counts only what the filter of a group lets pass', async () => {
    const offsets = { committed: 40, pulled: 70 }
    const lags = await calculate({ consumeType: 'CONSUME_PASSIVELY', ...offsets, filter: {} })
    expect(lags).to.have.nested.property('[0].lag', 6)
    expect(lags).to.have.nested.property('[0].inflight', 3)
    expect(lags).to.have.nested.property('[0].ready', 3)
  })

  it('tells no lag of a group without offsets', async () => {
    const lags = await calculate({ consumeType: 'CONSUME_PASSIVELY', committed: -1, pulled: -1 })
    expect(lags).to.deep.equal([{ ...ABOUT, ...NOTHING }])
  })

  it('counts what is popped and not acknowledged, and the retry topic apart', async () => {
    const lags = await calculate({
      consumeType: 'CONSUME_POP',
      committed: 10,
      pulled: -1,
      popped: 90,
      inflight: 20,
    })
    const numbers = { lag: 30, inflight: 20, ready: 10 }
    const times = { lagLatencyMs: 30_000, queueingLatencyMs: 10_000 }
    expect(lags).to.deep.equal([
      { ...ABOUT, ...numbers, ...times },
      { ...ABOUT, ...NOTHING, isRetry: true },
    ])
  })
})

describe('parseMetricsLabel', () => {
  it('passes over what is no name and value', () => {
    expect(parseMetricsLabel('zone:a,bad,a:b:c,1x:y,,rack:7')).to.deep.equal({
      zone: 'a',
      rack: '7',
    })
  })
})

describe('versionName', () => {
  it('names releases and snapshots', () => {
    const ordinals = [121, 212, 399, 413, 478, 479, 612, 700]
    expect(ordinals.map(versionName)).to.deep.equal([
      'V3',
      'V4_0_0_SNAPSHOT',
      'V4_9_3',
      'V5_0_0',
      'V5_3_3_SNAPSHOT',
      'V5_3_3',
      'HIGHER_VERSION',
      'HIGHER_VERSION',
    ])
  })
})
