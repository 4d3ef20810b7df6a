import { expect } from 'chai'
import {
  BroadcastOffsetManager,
  type BroadcastOffsetManagerDeps,
  NO_INIT_OFFSET,
} from '../../../../lib/broker/offset/broadcast-offset-manager.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const MAX_OFFSET = 100

describe('BroadcastOffsetManager', () => {
  let clock: SimClock
  let manager: BroadcastOffsetManager
  let online: Set<string>
  let committed: Map<string, number>
  let isInMemory: boolean

  beforeEach(async () => {
    clock = new SimClock()
    online = new Set()
    committed = new Map()
    isInMemory = false
    const key = (group: string, topic: string, queueId: number) => `${topic}@${group}:${queueId}`
    const fakes = {
      brokerConfig: { broadcastOffsetExpireSecond: 120, broadcastOffsetExpireMaxSecond: 300 },
      consumerManager: {
        getConsumerGroupInfo: () => ({
          findClient: (clientId: string) => (online.has(clientId) ? {} : undefined),
        }),
      },
      consumerOffsetManager: {
        commitOffset: (group: string, topic: string, queueId: number, offset: number) =>
          committed.set(key(group, topic, queueId), offset),
        queryOffset: (group: string, topic: string, queueId: number) =>
          committed.get(key(group, topic, queueId)) ?? -1,
      },
      messageStore: {
        checkInMemByConsumeOffset: () => isInMemory,
        getMaxOffsetInQueue: () => MAX_OFFSET,
      },
      clock,
    }
    manager = new BroadcastOffsetManager(fakes as unknown as BroadcastOffsetManagerDeps)
    await manager.start()
  })
  afterEach(() => manager.stop())

  const pull = (clientId: string, fromProxy: boolean, queueId = 0) => {
    return { topic: 'T', group: 'G', queueId, clientId, fromProxy }
  }

  it('leaves clients alone that have never come by a proxy', () => {
    expect(manager.queryInitOffset(pull('c', false), -1)).to.equal(NO_INIT_OFFSET)
    manager.updateOffset(pull('c', false), 7)
    expect(manager.queryInitOffset(pull('c', false), 3)).to.equal(NO_INIT_OFFSET)
    expect(manager.queryInitOffset(pull('c', false), -1)).to.equal(NO_INIT_OFFSET)
  })

  it('lets a client go on where it was when it changes to a proxy, and back', () => {
    manager.updateOffset(pull('c', false), 7)
    expect(manager.queryInitOffset(pull('c', true), 3)).to.equal(7)
    manager.updateOffset(pull('c', true), 9)
    expect(manager.queryInitOffset(pull('c', true), 9)).to.equal(NO_INIT_OFFSET)
    expect(manager.queryInitOffset(pull('c', true), -1)).to.equal(9)
    expect(manager.queryInitOffset(pull('c', false), 0)).to.equal(9)
  })

  it('never goes back', () => {
    manager.updateOffset(pull('c', true), 9)
    manager.updateOffset(pull('c', true), 4)
    expect(manager.queryInitOffset(pull('c', true), -1)).to.equal(9)
  })

  it('begins at the end of a long queue, at the beginning of a short one, where its group is', () => {
    expect(manager.queryInitOffset(pull('c', true), -1)).to.equal(MAX_OFFSET)
    isInMemory = true
    expect(manager.queryInitOffset(pull('c', true), -1)).to.equal(0)
    committed.set('T@G@broadcast:0', 42)
    expect(manager.queryInitOffset(pull('c', true), -1)).to.equal(42)
    expect(manager.queryInitOffset(pull('c', true), 0)).to.equal(NO_INIT_OFFSET)
  })

  it('commits the lowest offset of all clients', () => {
    manager.updateOffset(pull('c', true), 9)
    manager.updateOffset(pull('d', true), 5)
    manager.updateOffset(pull('d', true, 1), 3)
    clock.advance(5_000)
    expect([...committed]).to.deep.equal([
      ['T@G@broadcast:0', 5],
      ['T@G@broadcast:1', 3],
    ])
  })

  it('forgets a client that is gone after two minutes, one that is silent after five', () => {
    online.add('here')
    manager.updateOffset(pull('gone', true), 5)
    manager.updateOffset(pull('here', true), 9)
    clock.advance(119_000)
    expect(committed.get('T@G@broadcast:0')).to.equal(5)
    clock.advance(6_000)
    expect(committed.get('T@G@broadcast:0')).to.equal(9)
    clock.advance(180_000)
    committed.clear()
    expect(manager.queryInitOffset(pull('here', true), -1)).to.equal(MAX_OFFSET)
  })
})
