import { expect } from 'chai'
import { PullMessageRequestHeader } from '../../../../codec/header/pull-message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import {
  ColdDataPullRequestHoldService,
  type ColdPull,
} from '../../../../lib/broker/coldctr/cold-data-pull-request-hold-service.ts'
import { pullFields } from '../../../helpers/consumption-fixture.ts'
import { FakeChannel } from '../../../helpers/fake-channel.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

describe('ColdDataPullRequestHoldService', () => {
  const asked = PullMessageRequestHeader.decode(pullFields())
  let clock: SimClock
  let woken: ColdPull[]
  let service: ColdDataPullRequestHoldService

  beforeEach(() => {
    clock = new SimClock()
    woken = []
    service = new ColdDataPullRequestHoldService(clock, (pull) => woken.push(pull))
  })

  function hold(channel = new FakeChannel()): boolean {
    const request = RemotingCommand.request(11)
    const pull = { request, channel, asked, deadlineBucket: undefined }
    return service.suspendColdDataReadRequest(pull)
  }

  it('runs a pull three seconds later', () => {
    expect(hold()).to.equal(true)
    clock.advance(2_999)
    expect(woken).to.have.length(0)
    clock.advance(101)
    expect(woken).to.have.length(1)
    expect(clock.pendingTimers).to.equal(0)
  })

  it('does not run the pull of a connection that has closed', () => {
    const channel = new FakeChannel()
    hold(channel)
    channel.close('gone')
    clock.advance(4_000)
    expect(woken).to.have.length(0)
  })

  it('holds ten thousand at most', () => {
    const held = Array.from({ length: 10_000 }, () => hold())
    expect(held).to.not.include(false)
    expect(hold()).to.equal(false)
    clock.advance(4_000)
    expect(hold()).to.equal(true)
  })

  it('drops what it holds when it stops', async () => {
    hold()
    await service.stop()
    clock.advance(4_000)
    expect([woken.length, clock.pendingTimers]).to.deep.equal([0, 0])
  })
})
