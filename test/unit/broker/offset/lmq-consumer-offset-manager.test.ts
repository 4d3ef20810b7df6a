import { expect } from 'chai'
import { LmqConsumerOffsetManager } from '../../../../lib/broker/offset/lmq-consumer-offset-manager.ts'
import { makeBrokerParts } from '../../../helpers/broker-parts.ts'

describe('LmqConsumerOffsetManager', () => {
  const GROUP = '%LMQ%G'

  it('forgets the offsets of all groups in a topic that is deleted', () => {
    const parts = makeBrokerParts()
    try {
      const offsets = new LmqConsumerOffsetManager(parts)
      for (const topic of ['T', 'OTHER']) {
        for (const group of [GROUP, 'G']) offsets.commitOffset(group, topic, 0, 5)
      }
      offsets.cleanOffsetByTopic('T')
      const left = [GROUP, 'G'].map((group) => [
        offsets.queryOffset(group, 'T', 0),
        offsets.queryOffset(group, 'OTHER', 0),
      ])
      expect(left).to.deep.equal([
        [-1, 5],
        [-1, 5],
      ])
    } finally {
      parts.remove()
    }
  })
})
