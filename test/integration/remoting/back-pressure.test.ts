import { expect } from 'chai'
import fc from 'fast-check'
import { encodeFrame } from '../../../codec/frame.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import type { RequestProcessor } from '../../../lib/remoting/index.ts'
import { ProcessorGroup } from '../../../lib/remoting/index.ts'
import { ServerFixture } from '../../helpers/server-fixture.ts'
import { until } from '../../helpers/until.ts'

const AT_ONCE = 1
const NEXT_TURN = 2
const PROMISED = 3
const QUEUED = 4

const step = fc.record({
  code: fc.constantFrom(AT_ONCE, NEXT_TURN, PROMISED, QUEUED),
  size: fc.oneof(fc.nat(200), fc.nat(5_000), fc.nat(100_000)),
  /** What the client does before it sends this request. */
  action: fc.constantFrom('pause', 'resume', 'turn', 'none', 'none', 'none'),
})

describe('back-pressure', () => {
  it('loses no request and no answer, however pauses on both sides meet', async function () {
    this.timeout(60_000)
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 300 }), run), {
      numRuns: 15,
      seed: 20_250_102,
      endOnFailure: true,
    })
  })
})

interface Step {
  readonly code: number
  readonly size: number
  readonly action: string
}

async function run(steps: Step[]): Promise<void> {
  const fixture = new ServerFixture({
    limits: {
      writeBufferHighWaterMark: 64 * 1024,
      writeBufferLowWaterMark: 4 * 1024,
      maxRequestsInFlight: 8,
    },
  })
  const group = new ProcessorGroup({ name: 'test', queueCapacity: 100 })
  const queued = new ProcessorGroup({ name: 'queued', queueCapacity: 100, concurrency: 2 })
  for (const [code, processor] of Object.entries(processors())) {
    fixture.dispatcher.registerProcessor(Number(code), processor, group)
  }
  fixture.dispatcher.registerProcessor(QUEUED, processors()[NEXT_TURN] as RequestProcessor, queued)
  await fixture.start()
  try {
    await exchange(fixture, steps)
    expect([group.inFlight, queued.inFlight]).to.deep.equal([0, 0])
  } finally {
    await fixture.stop()
  }
}

async function exchange(fixture: ServerFixture, steps: Step[]): Promise<void> {
  const client = await fixture.connect()
  for (const [index, { code, size, action }] of steps.entries()) {
    if (action === 'pause') client.socket.pause()
    else if (action === 'resume') client.socket.resume()
    else if (action === 'turn') await new Promise((resolve) => setImmediate(resolve))
    const request = RemotingCommand.request(code, { size: String(size) })
    request.opaque = index + 1
    client.sendBytes(encodeFrame(request))
  }
  client.socket.resume()
  await until(() => client.received.length >= steps.length)
  const answers = client.received.sort((a, b) => a.opaque - b.opaque)
  expect(answers.map(({ opaque, body }) => [opaque, body?.length ?? 0])).to.deep.equal(
    steps.map(({ size }, index) => [index + 1, size]),
  )
  await until(() => [...fixture.server.channels].every(({ isReading }) => isReading))
}

function processors(): Record<number, RequestProcessor> {
  const answer = (request: RemotingCommand): RemotingCommand =>
    RemotingCommand.response(
      0,
      undefined,
      undefined,
      Buffer.alloc(Number(request.extFields?.['size'])),
    )
  const waiting: (() => void)[] = []
  const answerAll = (): void => waiting.splice(0).forEach((respond) => respond())
  return {
    [AT_ONCE]: { process: answer },
    [NEXT_TURN]: {
      process: (request, channel) => {
        if (waiting.length === 0) setImmediate(answerAll)
        waiting.push(() => channel.respond(request, answer(request)))
        return undefined
      },
    },
    [PROMISED]: { process: async (request) => answer(request) },
  }
}
