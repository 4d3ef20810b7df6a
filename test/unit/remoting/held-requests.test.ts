import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { HeldRequests } from '../../../lib/remoting/held-requests.ts'

describe('HeldRequests', () => {
  let held: HeldRequests
  let released: string[]
  let bytes: number[]

  beforeEach(() => {
    bytes = []
    held = new HeldRequests((change) => bytes.push(change))
    released = []
  })

  function hold(name: string, longPolling = false): RemotingCommand {
    const request = RemotingCommand.request(1)
    held.add(request, { longPolling, release: () => released.push(name) })
    return request
  }

  it('tells the holder of a request once when it ends', () => {
    const first = hold('first')
    hold('second')
    expect([held.end(first), held.end(first)]).to.deep.equal([true, false])
    expect(released).to.deep.equal(['first'])
    expect(held.size).to.equal(1)
  })

  it('counts the bytes of bodies until their requests end', () => {
    const request = RemotingCommand.request(1, undefined, Buffer.alloc(30))
    held.add(request, { longPolling: false, release: () => undefined })
    hold('without a body')
    expect(held.bytes).to.equal(30)
    held.endAll()
    expect(held.bytes).to.equal(0)
    expect(bytes).to.deep.equal([30, -30])
  })

  it('does not count long-polling requests as running', () => {
    const polling = hold('polling', true)
    hold('running')
    expect([held.size, held.running]).to.deep.equal([2, 1])
    held.end(polling)
    expect([held.size, held.running]).to.deep.equal([1, 1])
  })

  it('tells all holders when the peer has gone', () => {
    hold('first')
    hold('polling', true)
    held.endAll()
    expect(released).to.deep.equal(['first', 'polling'])
    expect([held.size, held.running]).to.deep.equal([0, 0])
  })
})
