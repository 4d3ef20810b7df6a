import { expect } from 'chai'
import fc from 'fast-check'
import type { MessageQueue } from '../../../../codec/body/message-queue.ts'
import {
  allocate,
  allocate4Pop,
} from '../../../../lib/broker/loadbalance/allocate-message-queue.ts'

function queuesOf(brokerName: string, count: number): MessageQueue[] {
  return Array.from({ length: count }, (_, queueId) => ({ brokerName, queueId, topic: 'T' }))
}

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `client-${i}`)
const queueIds = (queues: MessageQueue[] | undefined) => queues?.map(({ queueId }) => queueId)

describe('allocate', () => {
  const share = (strategyName: string, queueCount: number, clientCount: number) => {
    const clientIds = idsOf(clientCount)
    const sharing = { strategyName, queues: queuesOf('b', queueCount), clientIds }
    return clientIds.map((id) => queueIds(allocate(sharing, id)))
  }

  it('gives contiguous shares with AVG, the larger ones first', () => {
    expect(share('AVG', 8, 3)).to.deep.equal([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ])
    expect(share('AVG', 2, 3)).to.deep.equal([[0], [1], []])
  })

  it('deals out with AVG_BY_CIRCLE', () => {
    expect(share('AVG_BY_CIRCLE', 5, 3)).to.deep.equal([[0, 3], [1, 4], [2]])
  })

  for (const strategyName of ['AVG', 'AVG_BY_CIRCLE']) {
    it(`gives each queue to one client with ${strategyName}, whatever the order they come in`, () => {
      const sizes = [fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 })] as const
      fc.assert(
        fc.property(...sizes, (queueCount, clientCount) => {
          const queues = [...queuesOf('b', queueCount), ...queuesOf('a', 2)]
          const clientIds = idsOf(clientCount)
          const one = { strategyName, queues, clientIds }
          const other = {
            strategyName,
            queues: queues.toReversed(),
            clientIds: clientIds.toReversed(),
          }
          const shares = clientIds.map((id) => allocate(one, id) ?? [])
          expect(shares.flat()).to.have.deep.members(queues)
          expect(clientIds.map((id) => allocate(other, id))).to.deep.equal(shares)
          const sizes = shares.map(({ length }) => length)
          expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1)
        }),
      )
    })
  }

  it('gives nothing to a client that is no member', () => {
    const sharing = { strategyName: 'AVG', queues: queuesOf('b', 4), clientIds: ['c'] }
    expect(allocate(sharing, 'd')).to.deep.equal([])
  })

  it('says that it cannot: unknown strategy, no client id, no queues', () => {
    const queues = queuesOf('b', 4)
    expect(allocate({ strategyName: 'ODD', queues, clientIds: ['c'] }, 'c')).to.equal(undefined)
    expect(allocate({ strategyName: undefined, queues, clientIds: ['c'] }, 'c')).to.equal(undefined)
    expect(allocate({ strategyName: 'AVG', queues, clientIds: ['c'] }, '')).to.equal(undefined)
    expect(allocate({ strategyName: 'AVG', queues: [], clientIds: ['c'] }, 'c')).to.equal(undefined)
  })
})

describe('allocate4Pop', () => {
  const queues = queuesOf('b', 6)

  it('gives all queues of each broker when there is no share or it is everybody', () => {
    const all = [...queues, ...queuesOf('a', 2)]
    const sharing = { strategyName: 'AVG', queues: all, clientIds: idsOf(3) }
    for (const share of [-1, 0, 2, 5]) {
      expect(allocate4Pop(sharing, 'client-0', share)).to.have.deep.members([
        { brokerName: 'a', queueId: -1, topic: 'T' },
        { brokerName: 'b', queueId: -1, topic: 'T' },
      ])
    }
  })

  it('adds the queues of the clients that follow', () => {
    const sharing = { strategyName: 'AVG', queues, clientIds: idsOf(3) }
    expect(queueIds(allocate4Pop(sharing, 'client-0', 1))).to.deep.equal([0, 1, 2, 3])
    expect(queueIds(allocate4Pop(sharing, 'client-2', 1))).to.deep.equal([4, 5, 0, 1])
    expect(allocate4Pop(sharing, 'stranger', 1)).to.deep.equal([])
  })

  it('gives each a queue when clients are more than queues', () => {
    const sharing = { strategyName: 'AVG', queues: queuesOf('b', 2), clientIds: idsOf(5) }
    const shares = idsOf(5).map((id) => queueIds(allocate4Pop(sharing, id, 1)))
    expect(shares).to.deep.equal([[0], [1], [0], [1], [0]])
  })

  it('says that it cannot when the strategy is unknown', () => {
    const sharing = { strategyName: 'ODD', queues, clientIds: idsOf(3) }
    expect(allocate4Pop(sharing, 'client-0', 0)).to.equal(undefined)
  })
})
