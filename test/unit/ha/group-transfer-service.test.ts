import { expect } from 'chai'
import { GroupTransferService } from '../../../lib/ha/group-transfer-service.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

describe('puts that wait for replicas', () => {
  let clock: SimClock
  let acks: number[]
  let answers: string[]
  let service: GroupTransferService

  beforeEach(() => {
    clock = new SimClock()
    acks = []
    answers = []
    service = new GroupTransferService({
      clock,
      slaveTimeoutMs: () => 3_000,
      slaveAckOffsets: () => [...acks],
    })
  })

  function put(nextOffset: number, ackNums: number): void {
    const done = (isTransferred: boolean) => {
      answers.push(`${nextOffset}/${ackNums} ${isTransferred ? 'ok' : 'timeout'}`)
    }
    service.putRequest({ nextOffset, ackNums, done })
  }

  function report(...offsets: number[]): void {
    acks = offsets
    service.notifyTransferSome()
  }

  it('are answered at once when the replicas have them already', () => {
    acks = [100]
    put(100, 2)
    expect(answers).to.deep.equal(['100/2 ok'])
    expect(clock.pendingTimers).to.equal(0)
  })

  it('are answered in the order of the log as soon as enough replicas have them', () => {
    put(100, 3)
    put(200, 3)
    put(300, 3)
    report(300, 50)
    expect(answers).to.deep.equal([])
    report(300, 200)
    expect(answers).to.deep.equal(['100/3 ok', '200/3 ok'])
    report(300, 300)
    expect(answers).to.deep.equal(['100/3 ok', '200/3 ok', '300/3 ok'])
  })

  it('ask each for its own number of replicas', () => {
    put(100, 3)
    put(200, 2)
    report(200, 0)
    expect(answers).to.deep.equal(['200/2 ok'])
    report(200, 100)
    expect(answers).to.deep.equal(['200/2 ok', '100/3 ok'])
  })

  it('fail after slaveTimeout, each by its own deadline', () => {
    put(100, 2)
    clock.advance(1_000)
    put(200, 2)
    clock.advance(1_999)
    expect(answers).to.deep.equal([])
    clock.advance(1)
    expect(answers).to.deep.equal(['100/2 timeout'])
    clock.advance(1_000)
    expect(answers).to.deep.equal(['100/2 timeout', '200/2 timeout'])
    report(200)
    expect(answers).to.have.length(2)
    expect(clock.pendingTimers).to.equal(0)
  })

  it('fail when replication stops', () => {
    put(100, 2)
    service.stop()
    expect(answers).to.deep.equal(['100/2 timeout'])
    put(200, 2)
    expect(answers).to.deep.equal(['100/2 timeout', '200/2 timeout'])
    expect(clock.pendingTimers).to.equal(0)
  })
})
