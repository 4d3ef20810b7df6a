import { expect } from 'chai'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { BrokerFastFailure } from '../../../../lib/broker/latency/broker-fast-failure.ts'
import { ProcessorGroup, RequestDispatcher } from '../../../../lib/remoting/index.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { FakeRequestChannel } from '../../../helpers/remoting.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const CODE = 10

describe('BrokerFastFailure', () => {
  let clock: SimClock
  let isStalled: boolean
  let isBusy: boolean
  let isEnabled: boolean
  let group: ProcessorGroup
  let dispatcher: RequestDispatcher
  let channel: FakeRequestChannel
  let processed: number[]

  beforeEach(() => {
    clock = new SimClock()
    isStalled = false
    isBusy = false
    isEnabled = true
    channel = new FakeRequestChannel()
    processed = []
    open(true)
  })

  function open(failsWhenBusy: boolean): void {
    const line = new BrokerFastFailure({
      clock,
      store: { isWriteStalled: () => isStalled, isOsPageCacheBusy: () => isBusy },
      isEnabled: () => isEnabled,
      waitTimeMs: () => 200,
      failsWhenBusy,
    })
    group = new ProcessorGroup({ name: 'test', queueCapacity: 3, line })
    dispatcher = new RequestDispatcher(new RecordingLogger())
    const process = ({ opaque }: RemotingCommand): RemotingCommand => {
      processed.push(opaque)
      return RemotingCommand.response(0, 'processed')
    }
    dispatcher.registerProcessor(CODE, { process }, group)
  }

  function dispatch(opaque: number): void {
    const request = RemotingCommand.request(CODE)
    request.opaque = opaque
    dispatcher.dispatch(request, channel)
  }

  const answers = () =>
    channel.responses.map(({ opaque, code, remark }) => [opaque, code, remark] as const)

  it('lets requests through at once while writes are quick', () => {
    dispatch(1)
    expect(answers()).to.deep.equal([[1, 0, 'processed']])
    expect(clock.pendingTimers).to.equal(0)
  })

  it('keeps them in their order while a write stalls, and lets them go on after it', () => {
    isStalled = true
    dispatch(1)
    clock.advance(150)
    isStalled = false
    dispatch(2) // behind the first, though the write has ended
    expect(processed).to.deep.equal([])
    clock.advance(10)
    expect(processed).to.deep.equal([1, 2])
    expect([group.inFlight, clock.pendingTimers]).to.deep.equal([0, 0])
  })

  it('tells those that have waited too long so, and does not process them', () => {
    isStalled = true
    dispatch(1)
    clock.advance(50)
    dispatch(2)
    clock.advance(150)
    const remark =
      '[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue'
    expect(answers()).to.deep.equal([[1, 2, `${remark}: 200ms, size of queue: 1`]])
    clock.advance(50)
    expect(answers()[1]).to.deep.equal([2, 2, `${remark}: 200ms, size of queue: 0`])
    expect([processed, group.inFlight, clock.pendingTimers]).to.deep.equal([[], 0, 0])
  })

  it('tells all when the page cache is busy', () => {
    isStalled = true
    dispatch(1)
    dispatch(2)
    isBusy = true
    clock.advance(10)
    const remark =
      '[PCBUSY_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue'
    expect(answers()).to.deep.equal([
      [1, 2, `${remark}: 10ms, size of queue: 1`],
      [2, 2, `${remark}: 10ms, size of queue: 0`],
    ])
  })

  it('lets other kinds than sends wait for their time when the page cache is busy', () => {
    open(false)
    isStalled = true
    isBusy = true
    dispatch(1)
    clock.advance(190)
    expect(answers()).to.deep.equal([])
    clock.advance(10)
    expect(answers()[0]?.[2]).to.contain('[TIMEOUT_CLEAN_QUEUE]')
  })

  it('lets all wait as long as it takes when it is switched off', () => {
    isEnabled = false
    isStalled = true
    isBusy = true
    dispatch(1)
    clock.advance(10_000)
    expect(answers()).to.deep.equal([])
    isStalled = false
    clock.advance(10)
    expect(processed).to.deep.equal([1])
  })

  it('refuses more than may wait', () => {
    isStalled = true
    for (let opaque = 1; opaque <= 4; opaque++) dispatch(opaque)
    expect(answers()).to.deep.equal([
      [4, 2, '[OVERLOAD]system busy, start flow control for a while'],
    ])
  })

  it('forgets those whose connection has closed', () => {
    isStalled = true
    dispatch(1)
    channel.close('test')
    clock.advance(10)
    isStalled = false
    clock.advance(10)
    expect([processed, group.inFlight, clock.pendingTimers]).to.deep.equal([[], 0, 0])
  })
})
