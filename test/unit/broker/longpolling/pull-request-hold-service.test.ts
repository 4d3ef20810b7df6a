import { expect } from 'chai'
import { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { compileSql92 } from '../../../../lib/broker/filter/sql92/sql92.ts'
import { Sql92MessageFilter } from '../../../../lib/broker/filter/sql92-message-filter.ts'
import { TagMessageFilter } from '../../../../lib/broker/filter/tag-message-filter.ts'
import { PullRequestHoldService } from '../../../../lib/broker/longpolling/pull-request-hold-service.ts'
import type { PullRequest } from '../../../../lib/broker/longpolling/pull-request.ts'
import { pullFields } from '../../../helpers/consumption-fixture.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { recordWith } from '../../../helpers/record.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('PullRequestHoldService', () => {
  let clock: SimClock
  let service: PullRequestHoldService
  let maxOffset: number
  let woken: PullRequest[]
  let deferred: (() => void)[]

  beforeEach(() => {
    clock = new SimClock()
    maxOffset = 0
    woken = []
    deferred = []
    service = new PullRequestHoldService({
      clock,
      messageStore: { getMaxOffsetInQueue: () => maxOffset },
      wakeup: (pull) => woken.push(pull),
      defer: (callback) => deferred.push(callback),
    })
  })

  function pull(fields = {}, codes?: number[], channel = new FakeChannel()): PullRequest {
    const header = PullMessageRequestHeader.decode(pullFields(fields))
    return {
      channel,
      request: RemotingCommand.request(11),
      header,
      asked: header,
      filter: codes === undefined ? undefined : new TagMessageFilter(codes),
      passedBy: false,
      deadlineBucket: undefined,
    }
  }

  function arrive(logicOffset: number, tagsCode = 0, properties = ''): void {
    const record = recordWith(properties)
    const message = { topic: 'T', queueId: 0, storeTimestamp: 0, record, filterBitMap: undefined }
    service.notifyMessageArriving({ ...message, logicOffset, tagsCode })
  }

  function endTurn(): void {
    for (const callback of deferred.splice(0)) callback()
  }

  it('wakes the pulls of the queue at the end of the turn, once for all messages', () => {
    const first = pull()
    const second = pull()
    service.suspendPullRequest(first, 15_000)
    service.suspendPullRequest(second, 15_000)
    service.suspendPullRequest(pull({ queueId: 1 }), 15_000)
    service.suspendPullRequest(pull({ topic: 'U' }), 15_000)
    arrive(1)
    arrive(2)
    expect(woken).to.deep.equal([])
    expect(deferred).to.have.length(1)
    endTurn()
    expect(woken).to.deep.equal([first, second])
    expect(service.heldCount).to.equal(2)
  })

  it('does not wake a pull for messages before its offset', () => {
    service.suspendPullRequest(pull({ queueOffset: 5 }), 15_000)
    arrive(5)
    expect(deferred).to.have.length(0)
    arrive(6)
    endTurn()
    expect(woken).to.have.length(1)
  })

  it('does not wake a pull for tags that it does not want', () => {
    service.suspendPullRequest(pull({}, [97]), 15_000)
    arrive(1, 98)
    expect(deferred).to.have.length(0)
    arrive(2, 97)
    endTurn()
    expect(woken).to.have.length(1)
  })

  it('does not wake a pull for properties that its expression does not let pass', () => {
    const filter = new Sql92MessageFilter(compileSql92('n > 5'))
    service.suspendPullRequest({ ...pull(), filter }, 15_000)
    arrive(1, 0, 'n\u00015\u0002')
    arrive(2, 0, 'm\u00016\u0002')
    expect(deferred).to.have.length(0)
    arrive(3, 0, 'a\u00011\u0002n\u00016\u0002')
    endTurn()
    expect(woken).to.have.length(1)
  })

  it('answers a pull 5 s after messages have passed it by, so that its offset moves on', () => {
    service.suspendPullRequest(pull({}, [97]), 15_000)
    clock.advance(2000)
    arrive(1, 98)
    clock.advance(4000)
    arrive(2, 98)
    clock.advance(900)
    expect(deferred).to.have.length(0)
    clock.advance(200)
    endTurn()
    expect(woken).to.have.length(1)
  })

  it('does not wait longer for a pull that messages pass by shortly before its time-out', () => {
    service.suspendPullRequest(pull({}, [97]), 3000)
    clock.advance(2000)
    arrive(1, 98)
    clock.advance(1100)
    endTurn()
    expect(woken).to.have.length(1)
  })

  it('wakes a pull at its time-out, at most 100 ms late', () => {
    service.suspendPullRequest(pull(), 15_000)
    clock.advance(14_999)
    endTurn()
    expect(woken).to.have.length(0)
    clock.advance(101)
    endTurn()
    expect(woken).to.have.length(1)
    expect(service.heldCount).to.equal(0)
    expect(clock.pendingTimers).to.equal(0)
  })

  it('wakes a pull at once when messages came between its reading and its holding', () => {
    maxOffset = 3
    service.suspendPullRequest(pull({ queueOffset: 2 }), 15_000)
    service.suspendPullRequest(pull({ queueOffset: 3 }), 15_000)
    endTurn()
    expect(woken.map(({ header }) => header.queueOffset)).to.deep.equal([2])
  })

  it('forgets the pulls of a connection that closes', () => {
    const channel = new FakeChannel({ id: 7 })
    const other = pull()
    service.suspendPullRequest(pull({}, undefined, channel), 15_000)
    service.suspendPullRequest(pull({ queueId: 1 }, undefined, channel), 15_000)
    service.suspendPullRequest(other, 15_000)
    service.onChannelClose(channel)
    service.onChannelClose(new FakeChannel({ id: 8 }))
    expect(deferred).to.have.length(1)
    endTurn()
    expect(service.heldCount).to.equal(1)
    arrive(1)
    endTurn()
    expect(woken).to.deep.equal([other])
  })

  it('does not answer over a connection that closes while its pull is being woken', () => {
    const channel = new FakeChannel()
    service.suspendPullRequest(pull({}, undefined, channel), 15_000)
    arrive(1)
    channel.close('gone')
    endTurn()
    expect(woken).to.deep.equal([])
  })

  it('uses one timer for thousands of pulls and no work while nothing happens', () => {
    for (let i = 0; i < 5000; i++) service.suspendPullRequest(pull({ queueId: i }), 15_000 + i)
    expect(clock.pendingTimers).to.equal(1)
    clock.advance(14_000)
    expect(deferred).to.have.length(0)
    expect(service.heldCount).to.equal(5000)
  })

  it('holds neither pulls nor timers after its stop', async () => {
    service.suspendPullRequest(pull(), 15_000)
    arrive(1)
    service.suspendPullRequest(pull(), 15_000)
    await service.stop()
    endTurn()
    expect(woken).to.deep.equal([])
    expect(clock.pendingTimers).to.equal(0)
  })
})
