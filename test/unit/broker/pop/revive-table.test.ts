import { expect } from 'chai'
import { AckMsg, BatchAckMsg } from '../../../../codec/body/pop-ack.ts'
import { PopCheckPoint } from '../../../../codec/body/pop-check-point.ts'
import { Host } from '../../../../codec/message/host.ts'
import type { MessageExt } from '../../../../codec/message/message.ts'
import { encodeProperties } from '../../../../codec/message/properties.ts'
import { ReviveTable } from '../../../../lib/broker/pop/revive-table.ts'

const HOST = Host.of('127.0.0.1', 1)
const POP = { c: 'G', t: 'T', q: 0, so: 10, pt: 100_000, bn: 'broker-a' }

describe('ReviveTable', () => {
  let table: ReviveTable
  let queueOffset: number

  beforeEach(() => {
    table = new ReviveTable('broker-a')
    queueOffset = 0
  })

  function add(tag: string, body: Buffer, deliverMs: number): void {
    const pairs = [['TAGS', tag] as const, ['TIMER_DELIVER_MS', String(deliverMs)] as const]
    const message: MessageExt = {
      ...{ topic: 'R', queueId: 0, flag: 0, sysFlag: 0, body, properties: encodeProperties(pairs) },
      ...{ bornTimestamp: 0, bornHost: HOST, storeHost: HOST, reconsumeTimes: 0 },
      ...{ preparedTransactionOffset: 0, storeSize: 0, bodyCrc: 0, commitLogOffset: 0 },
      ...{ queueOffset: queueOffset++, storeTimestamp: 0 },
    }
    table.add(message)
  }

  /** Three messages, at 10, 12 and 13, invisible until 105 s. */
  function addCheckPoint(given: object = {}): void {
    const ck = { ...POP, it: 5_000, bm: 0, n: 3, ro: 0, d: [0, 2, 3], ...given }
    add('ck', PopCheckPoint.encode(ck), ck.pt + ck.it - 1_000)
  }

  function bitsDue(): number[] {
    return table.takeDue().map(({ bm }) => bm)
  }

  it('notes acknowledgements, one by one and in batches', () => {
    addCheckPoint()
    add('ack', AckMsg.encode({ ...POP, ao: 12 }), 105_000)
    add('bAck', BatchAckMsg.encode({ ...POP, ao: 0, aol: [10, 11] }), 105_000)
    table.onTail(108_001, false)
    expect(bitsDue()).to.deep.equal([0b011])
    expect(table.size).to.equal(0)
  })

  it('takes an acknowledgement without broker name for its own', () => {
    addCheckPoint()
    const { c, t, q, so, pt } = POP
    add('ack', AckMsg.encode({ c, t, q, so, pt, ao: 13 }), 105_000)
    table.onTail(108_001, false)
    expect(bitsDue()).to.deep.equal([0b100])
  })

  it('passes over acknowledgements of others, of no message, and without check point', () => {
    add('ack', AckMsg.encode({ ...POP, ao: 10 }), 103_000)
    addCheckPoint()
    add('ack', AckMsg.encode({ ...POP, ao: 10, bn: 'broker-b' }), 105_000)
    add('ack', AckMsg.encode({ ...POP, ao: 11 }), 105_000)
    add('ack', AckMsg.encode({ ...POP, ao: 9 }), 105_000)
    table.onTail(108_001, false)
    expect(bitsDue()).to.deep.equal([0])
  })

  it('waits until messages of two seconds later have come', () => {
    addCheckPoint()
    addCheckPoint({ pt: 103_000 })
    expect(bitsDue()).to.have.length(0)
    addCheckPoint({ pt: 103_001 })
    expect(bitsDue()).to.have.length(1)
  })

  it('or until none has come for three seconds and the timers owe none', () => {
    addCheckPoint()
    table.onTail(107_000, false)
    expect([bitsDue().length, table.dueInMs(107_000)]).to.deep.equal([0, 1])
    table.onTail(107_001, true)
    expect(bitsDue()).to.have.length(0)
    table.onTail(107_001, false)
    expect(bitsDue()).to.have.length(1)
    expect(table.dueInMs(107_001)).to.equal(undefined)
  })

  it('keeps the order of the queue', () => {
    addCheckPoint({ so: 1 })
    addCheckPoint({ so: 2 })
    addCheckPoint({ so: 1 })
    table.onTail(200_000, false)
    expect(table.takeDue().map(({ so, ro }) => [so, ro])).to.deep.equal([
      [2, 1],
      [1, 2],
    ])
  })
})
