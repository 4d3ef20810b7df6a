import { expect } from 'chai'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import { RebalanceLockManager } from '../../../../lib/broker/client/rebalance-lock-manager.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

function queue(queueId: number): MessageQueue {
  return { topic: 'T', brokerName: 'broker-a', queueId }
}

describe('RebalanceLockManager', () => {
  let clock: SimClock
  let locks: RebalanceLockManager

  beforeEach(() => {
    clock = new SimClock()
    locks = new RebalanceLockManager(clock)
  })

  it('gives a queue to the first client and renews it for that client only', () => {
    expect(locks.tryLockBatch('G', [queue(0), queue(1)], 'a')).to.deep.equal([queue(0), queue(1)])
    expect(locks.tryLockBatch('G', [queue(1), queue(2)], 'b')).to.deep.equal([queue(2)])
    expect(locks.tryLockBatch('G', [queue(0), queue(2)], 'a')).to.deep.equal([queue(0)])
  })

  it('keeps groups, topics and brokers apart', () => {
    locks.tryLockBatch('G', [queue(0)], 'a')
    const others = [
      { ...queue(0), topic: 'U' },
      { ...queue(0), brokerName: 'broker-b' },
    ]
    expect(locks.tryLockBatch('G', others, 'b')).to.deep.equal(others)
    expect(locks.tryLockBatch('H', [queue(0)], 'b')).to.deep.equal([queue(0)])
  })

  it('ends a lock 60 s after its last renewal', () => {
    locks.tryLockBatch('G', [queue(0)], 'a')
    clock.advance(40_000)
    locks.tryLockBatch('G', [queue(0)], 'a')
    clock.advance(60_000)
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).to.deep.equal([])
    clock.advance(1)
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).to.deep.equal([queue(0)])
    expect(locks.tryLockBatch('G', [queue(0)], 'a')).to.deep.equal([])
  })

  it('unlocks for the owner only', () => {
    locks.tryLockBatch('G', [queue(0)], 'a')
    locks.unlockBatch('G', [queue(0)], 'b')
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).to.deep.equal([])
    locks.unlockBatch('G', [queue(0), queue(7)], 'a')
    locks.unlockBatch('unknown', [queue(0)], 'a')
    expect(locks.tryLockBatch('G', [queue(0)], 'b')).to.deep.equal([queue(0)])
  })

  it('names a queue that is asked for twice once', () => {
    expect(locks.tryLockBatch('G', [queue(0), queue(0)], 'a')).to.deep.equal([queue(0)])
  })

  it('knows whether a group holds live locks', () => {
    expect(locks.isLockAllExpired('G')).to.equal(true)
    locks.tryLockBatch('G', [queue(0)], 'a')
    expect(locks.isLockAllExpired('G')).to.equal(false)
    clock.advance(60_001)
    expect(locks.isLockAllExpired('G')).to.equal(true)
  })

  it('keeps live locks when it forgets expired ones', () => {
    locks.tryLockBatch('G', [queue(0)], 'a')
    clock.advance(30_000)
    locks.tryLockBatch('G', [queue(1)], 'a')
    clock.advance(30_001)
    locks.removeExpired()
    expect(locks.tryLockBatch('G', [queue(0), queue(1)], 'b')).to.deep.equal([queue(0)])
  })
})
