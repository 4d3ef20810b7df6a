import { expect } from 'chai'
import { ResponseCode } from '../../../codec/response-code.ts'
import { Output } from '../../../lib/admin/output.ts'
import { repeat } from '../../../lib/admin/repeat.ts'
import { RemotingError } from '../../../lib/remoting/index.ts'
import { RecordingTerminal } from '../../helpers/recording-terminal.ts'
import { settle } from '../../helpers/settle.ts'
import { SimClock } from '../../helpers/sim-clock.ts'

const UNREACHABLE = new RemotingError(ResponseCode.RPC_SEND_TO_CHANNEL_FAILED, 'connect failed')

describe('repeat', () => {
  let clock: SimClock
  let terminal: RecordingTerminal
  let rounds: (() => void)[]

  beforeEach(() => {
    clock = new SimClock()
    terminal = new RecordingTerminal()
  })

  async function run(): Promise<Error | undefined> {
    const output = new Output(terminal, clock, false, 'mqadmin watch')
    const act = async () => {
      rounds.shift()?.()
      if (rounds.length === 0) terminal.isClosed = true
    }
    let failure: Error | undefined
    let hasEnded = false
    void repeat({ clock, output }, 60, act)
      .catch((error: Error) => (failure = error))
      .finally(() => (hasEnded = true))
    await settle()
    while (!hasEnded) {
      clock.advance(60_000)
      await settle()
    }
    return failure
  }

  function fail(error: Error): () => void {
    return () => {
      throw error
    }
  }

  it('goes on after a round in which a server did not answer', async () => {
    rounds = [() => undefined, fail(UNREACHABLE), () => undefined]
    expect(await run()).to.equal(undefined)
    expect(rounds).to.have.length(0)
    expect(terminal.errors).to.deep.equal(['mqadmin watch: connect failed'])
  })

  it('ends when the first round fails, or the program itself', async () => {
    rounds = [fail(UNREACHABLE), () => undefined]
    expect(await run()).to.equal(UNREACHABLE)
    const defect = new TypeError('x')
    rounds = [() => undefined, fail(defect), () => undefined]
    expect(await run()).to.equal(defect)
  })
})
