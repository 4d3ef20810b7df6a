import { expect } from 'chai'
import {
  consistentHash,
  javaHashCode,
  LiteSharding,
} from '../../../../lib/broker/lite/lite-sharding.ts'

/** What String#hashCode and Guava's Hashing#consistentHash give for 4, 16 and 1000 buckets. */
const VECTORS: readonly (readonly [string, number, readonly number[]])[] = [
  ['a', 97, [0, 0, 346]],
  ['lite-1', -1_102_495_022, [2, 6, 110]],
  ['\u4e2d', 20_013, [0, 0, 704]],
  ['some-longer-lite-topic_7', 902_872_019, [3, 11, 138]],
]

describe('LiteSharding', () => {
  for (const [name, hashCode, buckets] of VECTORS) {
    it(`puts ${name} where Guava does`, () => {
      expect(javaHashCode(name)).to.equal(hashCode)
      expect([4, 16, 1000].map((n) => consistentHash(hashCode, n))).to.deep.equal(buckets)
      expect(consistentHash(hashCode, 1)).to.equal(0)
    })
  }

  const queuesOf = (...brokerNames: string[]) =>
    brokerNames.map((brokerName, queueId) => ({ brokerName, queueId, topic: 'P' }))
  const shardingOver = (queues: ReturnType<typeof queuesOf> | undefined) =>
    new LiteSharding({
      routes: { tryToFindTopicPublishInfo: () => Promise.resolve(queues) },
      brokerName: 'own',
    })

  it('names the broker of the queue that producers choose', async () => {
    const shardOf = await shardingOver(queuesOf('own', 'own', 'b', 'c')).shardingOf('P')
    expect(['%LMQ%$P$a', '%LMQ%$P$lite-1', '%LMQ%$P$some-longer-lite-topic_7'].map(shardOf)) //
      .to.deep.equal(['own', 'b', 'c'])
  })

  it('names this broker where nothing is known, and for what is no lite topic', async () => {
    expect(await shardingOver(undefined).isOwn('P', '%LMQ%$P$lite-1')).to.equal(true)
    expect(await shardingOver(queuesOf('b')).isOwn('P', '%LMQ%plain')).to.equal(true)
    expect(await shardingOver(queuesOf('b')).isOwn('P', '%LMQ%$P$a')).to.equal(false)
  })
})
