import { expect } from 'chai'
import { CodecError } from '../../../codec/errors.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import type { RequestProcessor } from '../../../lib/remoting/index.ts'
import { ProcessorGroup, RemotingError, RequestDispatcher } from '../../../lib/remoting/index.ts'
import { RecordingLogger } from '../../helpers/recording-logger.ts'
import { FakeRequestChannel } from '../../helpers/remoting.ts'

const CODE = 10

describe('RequestDispatcher', () => {
  let logger: RecordingLogger
  let dispatcher: RequestDispatcher
  let channel: FakeRequestChannel

  beforeEach(() => {
    logger = new RecordingLogger()
    dispatcher = new RequestDispatcher(logger)
    channel = new FakeRequestChannel()
  })

  function dispatch(code = CODE): RemotingCommand {
    const request = RemotingCommand.request(code)
    dispatcher.dispatch(request, channel)
    return request
  }

  function outcome(): [number, string | undefined] {
    return [channel.response.code, channel.response.remark]
  }

  it('gives a request to the processor of its code', () => {
    dispatcher.registerProcessor(CODE, answering('ten'))
    dispatcher.registerProcessor(11, answering('eleven'))
    dispatch()
    expect(outcome()).to.deep.equal([0, 'ten'])
  })

  it('gives other codes to the default processor', () => {
    dispatcher.registerDefaultProcessor(answering('default'))
    dispatch(12)
    expect(outcome()).to.deep.equal([0, 'default'])
  })

  it('refuses a code without a processor', () => {
    dispatch(12)
    expect(outcome()).to.deep.equal([3, ' request type 12 not supported'])
  })

  it('refuses with SYSTEM_BUSY what the processor rejects, without processing it', () => {
    const processor = { process: () => expect.fail('processed'), rejectRequest: () => true }
    dispatcher.registerProcessor(CODE, processor)
    dispatch()
    expect(outcome()).to.deep.equal([
      2,
      '[REJECTREQUEST]system busy, start flow control for a while',
    ])
  })

  describe('with an error of the processor', () => {
    const errors = [
      {
        what: 'a RemotingError',
        error: new RemotingError(ResponseCode.NO_PERMISSION, 'not you'),
        outcome: [16, 'not you'],
        logged: 0,
      },
      {
        what: 'a CodecError',
        error: new CodecError('bad field'),
        outcome: [1, 'bad field'],
        logged: 0,
      },
      {
        what: 'any other error',
        error: new TypeError('oops'),
        outcome: [1, 'TypeError: oops'],
        logged: 1,
      },
    ]
    for (const { what, error, outcome: expected, logged } of errors) {
      it(`maps ${what} that is thrown`, () => {
        dispatcher.registerProcessor(CODE, {
          process: () => {
            throw error
          },
        })
        dispatch()
        expect(outcome()).to.deep.equal(expected)
        expect(logger.atLeast('error')).to.have.length(logged)
      })

      it(`maps ${what} that rejects`, async () => {
        dispatcher.registerProcessor(CODE, { process: () => Promise.reject(error) })
        dispatch()
        await settled()
        expect(outcome()).to.deep.equal(expected)
        expect(logger.atLeast('error')).to.have.length(logged)
      })
    }
  })

  describe('with a group', () => {
    let group: ProcessorGroup

    beforeEach(() => {
      group = new ProcessorGroup({ name: 'test', queueCapacity: 2 })
    })

    it('refuses with SYSTEM_BUSY what is over the capacity, and again accepts after an answer', () => {
      dispatcher.registerProcessor(CODE, { process: () => undefined }, group)
      const first = dispatch()
      dispatch()
      dispatch()
      expect(outcome()).to.deep.equal([2, '[OVERLOAD]system busy, start flow control for a while'])
      channel.respond(first, RemotingCommand.response(0))
      dispatch()
      expect(channel.responses).to.have.length(2)
      expect(group.inFlight).to.equal(2)
    })

    it('shares the capacity among the codes of the group', () => {
      dispatcher.registerProcessor(CODE, { process: () => undefined }, group)
      dispatcher.registerProcessor(11, { process: () => undefined }, group)
      dispatch(CODE)
      dispatch(11)
      dispatch(11)
      expect(outcome()[0]).to.equal(2)
    })

    it('counts no request that is answered at once', () => {
      dispatcher.registerProcessor(CODE, answering('done'), group)
      dispatch()
      expect(group.inFlight).to.equal(0)
    })

    it('counts no request whose processor answers by respond before it returns', () => {
      const process: RequestProcessor['process'] = (request, to) => {
        to.respond(request, RemotingCommand.response(0))
        return undefined
      }
      dispatcher.registerProcessor(CODE, { process }, group)
      dispatch()
      expect([channel.responses.length, group.inFlight]).to.deep.equal([1, 0])
    })

    it('counts no one-way request that returns nothing', () => {
      dispatcher.registerProcessor(CODE, { process: () => undefined }, group)
      dispatcher.dispatch(RemotingCommand.request(CODE).markOneway(), channel)
      expect(group.inFlight).to.equal(0)
    })

    it('gives the places back when a promise resolves', async () => {
      dispatcher.registerProcessor(
        CODE,
        { process: async () => RemotingCommand.response(0) },
        group,
      )
      dispatch()
      expect(group.inFlight).to.equal(1)
      await settled()
      expect([channel.responses.length, group.inFlight]).to.deep.equal([1, 0])
    })

    it('gives the places back when the connection closes', () => {
      dispatcher.registerProcessor(CODE, { process: () => undefined }, group)
      dispatch()
      channel.close('test')
      expect(group.inFlight).to.equal(0)
    })
  })

  describe('with a group of bounded concurrency', () => {
    let group: ProcessorGroup
    let running: RemotingCommand[]

    beforeEach(() => {
      group = new ProcessorGroup({ name: 'test', queueCapacity: 3, concurrency: 1 })
      running = []
      const process = (request: RemotingCommand): undefined => void running.push(request)
      dispatcher.registerProcessor(CODE, { process }, group)
    })

    it('processes one request after the other', async () => {
      const [first, second] = [dispatch(), dispatch()]
      expect(running).to.deep.equal([first])
      channel.respond(first, RemotingCommand.response(0))
      await settled()
      expect(running).to.deep.equal([first, second])
    })

    it('refuses with SYSTEM_BUSY what neither runs nor may wait', () => {
      for (let i = 0; i < 4; i++) dispatch()
      expect(outcome()).to.deep.equal([2, '[OVERLOAD]system busy, start flow control for a while'])
    })

    it('never starts what waited when its connection closed', async () => {
      const other = new FakeRequestChannel()
      const first = RemotingCommand.request(CODE)
      dispatcher.dispatch(first, other)
      dispatch()
      channel.close('test')
      other.respond(first, RemotingCommand.response(0))
      await settled()
      expect(running).to.deep.equal([first])
      expect(group.inFlight).to.equal(0)
    })

    it('goes on after a one-way request that returns nothing', async () => {
      dispatcher.dispatch(RemotingCommand.request(CODE).markOneway(), channel)
      await settled()
      const second = dispatch()
      expect(running[1]).to.equal(second)
      expect(group.inFlight).to.equal(1)
    })

    it('bears a long row of requests that are answered at once', async () => {
      const long = new ProcessorGroup({ name: 'long', queueCapacity: 50_000, concurrency: 1 })
      let first: RemotingCommand | undefined
      const process = (request: RemotingCommand): RemotingCommand | undefined => {
        if (first !== undefined) return RemotingCommand.response(0)
        first = request
        return undefined
      }
      dispatcher.registerProcessor(11, { process }, long)
      for (let i = 0; i < 50_000; i++) dispatch(11)
      channel.respond(first as RemotingCommand, RemotingCommand.response(0))
      await settled()
      expect(channel.responses).to.have.length(50_000)
      expect(long.inFlight).to.equal(0)
    })
  })

  describe('with hooks', () => {
    it('runs them around the processor', () => {
      const steps: string[] = []
      dispatcher.registerRpcHook({
        doBeforeRequest: () => steps.push('before'),
        doAfterResponse: (_, response) => steps.push(`after ${response.remark}`),
      })
      dispatcher.registerProcessor(CODE, answering('done'))
      dispatch()
      expect(steps).to.deep.equal(['before', 'after done'])
    })

    it('refuses with what a hook throws, without processing', () => {
      dispatcher.registerRpcHook({
        doBeforeRequest: () => {
          throw new RemotingError(ResponseCode.NO_PERMISSION, 'check signature failed.')
        },
      })
      dispatcher.registerProcessor(CODE, { process: () => expect.fail('processed') })
      dispatch()
      expect(outcome()).to.deep.equal([16, 'check signature failed.'])
    })
  })
})

function answering(remark: string): RequestProcessor {
  return { process: () => RemotingCommand.response(0, remark) }
}

/** Resolves when the promises of now have settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
