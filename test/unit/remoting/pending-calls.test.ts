import { expect } from 'chai'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { PendingCalls } from '../../../lib/remoting/pending-calls.ts'

describe('PendingCalls', () => {
  let calls: PendingCalls

  beforeEach(() => {
    calls = new PendingCalls('1.2.3.4:5')
  })

  function respond(opaque: number): boolean {
    const response = RemotingCommand.response(0)
    response.opaque = opaque
    return calls.settle(response)
  }

  it('gives an answer to the call of its opaque, once', async () => {
    const first = calls.nextOpaque()
    const second = calls.nextOpaque()
    const firstAnswer = calls.add(first, 100, 0)
    const secondAnswer = calls.add(second, 100, 0)
    expect([respond(second), respond(first), respond(first)]).to.deep.equal([true, true, false])
    expect((await firstAnswer).opaque).to.equal(first)
    expect((await secondAnswer).opaque).to.equal(second)
    expect(calls.size).to.equal(0)
  })

  it('fails those whose time is over, and only them', async () => {
    const short = failure(calls.add(1, 100, 0))
    const long = failure(calls.add(2, 200, 0))
    calls.expire(99)
    expect(calls.size).to.equal(2)
    calls.expire(100)
    expect(await short).to.deep.equal([
      -1006,
      'wait response on the channel <1.2.3.4:5> timeout, 100(ms)',
    ])
    expect(calls.size).to.equal(1)
    calls.expire(200)
    expect((await long)[0]).to.equal(-1006)
  })

  it('fails all when the connection has gone', async () => {
    const call = failure(calls.add(1, 100, 0))
    calls.failAll()
    expect(await call).to.deep.equal([-1004, 'send request to <1.2.3.4:5> failed'])
    expect(calls.size).to.equal(0)
  })
})

function failure(call: Promise<RemotingCommand>): Promise<[number, string]> {
  return call.then(
    () => expect.fail('answered'),
    (error: { code: number; message: string }) => [error.code, error.message],
  )
}
