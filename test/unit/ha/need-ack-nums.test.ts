import { expect } from 'chai'
import { needAckNums } from '../../../lib/ha/need-ack-nums.ts'

describe('replicas that must have a message where slaves may act as masters', () => {
  function needed(inSyncReplicas: number, min: number, alive: number, inSync: number) {
    const config = { inSyncReplicas, minInSyncReplicas: min }
    return {
      fixed: needAckNums({ ...config, enableAutoInSyncReplicas: false }, alive, inSync),
      auto: needAckNums({ ...config, enableAutoInSyncReplicas: true }, alive, inSync),
    }
  }

  it('are inSyncReplicas where that many are alive and in sync', () => {
    expect(needed(2, 1, 3, 3)).to.deep.equal({ fixed: 2, auto: 2 })
    expect(needed(3, 2, 3, 3)).to.deep.equal({ fixed: 3, auto: 3 })
    expect(needed(1, 1, 1, 1)).to.deep.equal({ fixed: 1, auto: 1 })
  })

  it('are as many as there are with enableAutoInSyncReplicas; without it the message is refused', () => {
    expect(needed(3, 1, 2, 3)).to.deep.equal({ fixed: undefined, auto: 2 })
    expect(needed(3, 1, 3, 1)).to.deep.equal({ fixed: undefined, auto: 1 })
  })

  it('are not fewer than minInSyncReplicas: then the message is refused in both ways', () => {
    expect(needed(3, 2, 3, 2)).to.deep.equal({ fixed: undefined, auto: 2 })
    expect(needed(3, 2, 1, 2)).to.deep.equal({ fixed: undefined, auto: undefined })
    expect(needed(3, 2, 2, 1)).to.deep.equal({ fixed: undefined, auto: undefined })
  })

  it('are minInSyncReplicas where that is set above inSyncReplicas, with enableAutoInSyncReplicas only', () => {
    expect(needed(1, 2, 2, 2)).to.deep.equal({ fixed: 1, auto: 2 })
    expect(needed(1, 2, 2, 1)).to.deep.equal({ fixed: 1, auto: undefined })
  })
})
