import { expect } from 'chai'
import { blockSeqRoundUp } from '../../../lib/admin/statictopic/apply.ts'
import { checkStaticTopics } from '../../../lib/admin/statictopic/check.ts'
import {
  logicConsumeOffsets,
  logicTopicOffsets,
} from '../../../lib/admin/statictopic/logic-offsets.ts'
import { planQueues, planRemapping } from '../../../lib/admin/statictopic/plan.ts'
import { newPart, type StaticTopics } from '../../../lib/admin/statictopic/static-topic.ts'

const NOW_MS = 5_000

/** A topic `S` with queues on brokers. */
function created(totalQueues: number, ...brokers: string[]): StaticTopics {
  const configs: StaticTopics = new Map()
  planQueues('S', totalQueues, brokers, configs, NOW_MS)
  return configs
}

/** The brokers of the logical queues in their order. */
function leaders(configs: StaticTopics): string {
  const { queues } = checkStaticTopics('S', configs)
  return [...queues]
    .sort(([a], [b]) => a - b)
    .map(([, { leader }]) => leader)
    .join('')
}

describe('plans of static topics', () => {
  it('spread the queues evenly', () => {
    const configs = created(5, 'b', 'a')
    expect(leaders(configs)).to.equal('ababa')
    const { mappingDetail, writeQueueNums, readQueueNums } = configs.get('a') ?? {}
    expect([writeQueueNums, readQueueNums]).to.deep.equal([3, 3])
    expect(mappingDetail).to.deep.include({ bname: 'a', totalQueues: 5, epoch: NOW_MS + 1_000 })
    expect(mappingDetail?.hostedQueues.get(2)).to.deep.equal([newPart('a', 1, 0, 0)])
  })

  it('add queues where the fewest are', () => {
    const configs = created(2, 'a', 'b')
    const plan = planQueues('S', 5, ['a', 'b', 'c'], configs, NOW_MS)
    expect(leaders(configs)).to.equal('abcab')
    expect(plan.epoch).to.equal(NOW_MS + 2_000)
  })

  it('refuse to take queues away, or to do nothing', () => {
    const configs = created(4, 'a')
    const plan = (queues: number) => () => planQueues('S', queues, ['a'], configs, NOW_MS)
    expect(plan(3)).to.throw('Cannot decrease the queue num for static topic 3 < 4')
    expect(plan(4)).to.throw('The topic queue num is equal the existed queue num, do nothing')
  })

  it('move as few queues as can be', () => {
    const configs = created(5, 'a', 'b')
    const plan = planRemapping('S', ['a', 'b', 'c'], configs, NOW_MS)
    expect(leaders(configs)).to.equal('ababc')
    expect([plan.brokerToMapIn, plan.brokerToMapOut]).to.deep.equal([['c'], ['a']])
    const moved = [newPart('a', 2, 0, 0), newPart('c', 0, 1, -1)]
    expect(configs.get('c')?.mappingDetail.hostedQueues.get(4)).to.deep.equal(moved)
    expect(configs.get('a')?.mappingDetail.hostedQueues.get(4)).to.deep.equal(moved)
  })

  it('leave brokers that are no targets', () => {
    const configs = created(4, 'a', 'b')
    const plan = planRemapping('S', ['c'], configs, NOW_MS)
    expect(leaders(configs)).to.equal('cccc')
    expect(plan.brokerToMapOut).to.have.members(['a', 'b'])
    expect(plan.type).to.equal('REMAPPING')
  })

  it('change nothing where nothing is to be moved', () => {
    const configs = created(4, 'a', 'b')
    expect(planRemapping('S', ['a', 'b'], configs, NOW_MS).brokerToMapIn).to.deep.equal([])
  })

  const damages: readonly [string, (configs: StaticTopics) => void, string][] = [
    [
      'another epoch',
      (configs) => (configs.get('b')!.mappingDetail.epoch = 1),
      'epoch does not match 6000 != 1 in b',
    ],
    [
      'a queue that is nowhere',
      (configs) => configs.get('b')!.mappingDetail.hostedQueues.delete(1),
      'The total queue number in config does not match the real hosted queues 4 != 3',
    ],
    [
      'one queue of a broker twice',
      (configs) => configs.get('a')!.mappingDetail.hostedQueues.set(2, [newPart('a', 0, 0, 0)]),
      'Topic S global queue id 2 and 0 shared the same physical queue a-0',
    ],
    [
      'a queue that the broker has not',
      (configs) => (configs.get('a')!.writeQueueNums = 1),
      'The physical queue id is overflow the write queues',
    ],
  ]
  for (const [what, damage, problem] of damages) {
    it(`are not made over ${what}`, () => {
      const configs = created(4, 'a', 'b')
      damage(configs)
      expect(() => planRemapping('S', ['a'], configs, NOW_MS)).to.throw(problem)
    })
  }
})

describe('logical offsets', () => {
  it('of a new part begin at a multiple, with room before them', () => {
    expect([0, 4_999, 5_000, 10_000].map(blockSeqRoundUp)).to.deep.equal([
      10_000, 10_000, 20_000, 20_000,
    ])
  })

  const queue = (brokerName: string, queueId: number) => ({ topic: 'S', brokerName, queueId })
  const first = { ...newPart('a', 2, 0, 0), endOffset: 30 }
  const queues = new Map([[4, { leader: 'c', parts: [first, newPart('c', 0, 1, 10_000)] }]])
  const LOGICAL = { topic: 'S', brokerName: '__syslo__global__', queueId: 4 }

  it('go from the first part to the last', () => {
    const offsets = (minOffset: number, maxOffset: number) => {
      return { lastUpdateTimestamp: maxOffset, maxOffset, minOffset }
    }
    const physical = [
      [queue('a', 2), offsets(10, 30)],
      [queue('c', 0), offsets(0, 7)],
    ] as const
    expect(logicTopicOffsets('S', queues, physical)).to.deep.equal([
      [LOGICAL, { lastUpdateTimestamp: 7, maxOffset: 10_007, minOffset: 10 }],
    ])
    expect(logicTopicOffsets('S', queues, physical.slice(1))).to.deep.equal([])
  })

  it('of a group are those of the newest part that it consumes', () => {
    const offsets = (brokerOffset: number, consumerOffset: number) => {
      return { brokerOffset, consumerOffset, lastTimestamp: 1, pullOffset: 0 }
    }
    const table = logicConsumeOffsets('S', queues, [
      [queue('a', 2), offsets(30, 30)],
      [queue('c', 0), offsets(7, 10_003)],
    ])
    expect(table).to.deep.equal([[LOGICAL, offsets(10_007, 10_003)]])
  })
})
