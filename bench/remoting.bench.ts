/**
 * What a request costs in the remoting layer alone: a server whose processors answer at once, and clients in another
 * process. `CPU us` is the server's processor time for each request; compare figures of one run only.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { encodeFrame, FrameDecoder } from '../codec/frame.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'
import { SystemClock } from '../lib/common/clock.ts'
import { SILENT_LOGGER } from '../lib/common/logger.ts'
import { RemotingServer, RequestDispatcher } from '../lib/remoting/index.ts'

const SPAN_MS = 2000
const WARM_UP_MS = 1000
const LOADS = [
  {
    name: 'send, 16 connections x 1',
    code: RequestCode.SEND_MESSAGE_V2,
    connections: 16,
    depth: 1,
  },
  {
    name: 'send, 4 connections x 64',
    code: RequestCode.SEND_MESSAGE_V2,
    connections: 4,
    depth: 64,
  },
  { name: 'pull of 32 KiB, 4 x 4', code: RequestCode.PULL_MESSAGE, connections: 4, depth: 4 },
]

if (process.argv[2] === 'client') {
  const [port, code, connections, depth] = process.argv.slice(3).map(Number)
  for (let i = 0; i < Number(connections); i++) runClient(Number(port), Number(code), Number(depth))
} else {
  await runServer()
}

async function runServer(): Promise<void> {
  let requests = 0
  const answer = (slices?: Buffer[]): RemotingCommand => {
    requests++
    const response = RemotingCommand.response(0, undefined, {
      msgId: '7F0000010000546A0000000006870008',
      queueId: '0',
      queueOffset: '123456',
    })
    response.bodySlices = slices
    return response
  }
  const messages = Array.from({ length: 32 }, () => Buffer.alloc(1024, 'm'))
  const dispatcher = new RequestDispatcher(SILENT_LOGGER)
  dispatcher.registerProcessor(RequestCode.SEND_MESSAGE_V2, { process: () => answer() })
  dispatcher.registerProcessor(RequestCode.PULL_MESSAGE, { process: () => answer(messages) })
  const server = new RemotingServer({
    config: { listenPort: 0, bindAddress: '127.0.0.1' },
    dispatcher,
    clock: new SystemClock(),
    logger: SILENT_LOGGER,
  })
  await server.start()
  for (const { name, code, connections, depth } of LOADS) {
    const load = [server.address.port, code, connections, depth].map(String)
    const client = fork(import.meta.filename, ['client', ...load])
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS))
    requests = 0
    const before = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, SPAN_MS))
    const { user, system } = process.cpuUsage(before)
    const perSecond = Math.round((requests * 1000) / SPAN_MS)
    const cpu = ((user + system) / requests).toFixed(2)
    process.stdout.write(`${name.padEnd(28)} ${perSecond} requests/s  ${cpu} CPU us\n`)
    client.kill()
    await once(client, 'exit')
  }
  await server.stop()
}

/** Keeps `depth` requests under way on one connection. */
function runClient(port: number, code: number, depth: number): void {
  const fields = Object.fromEntries('abcdefghijklm'.split('').map((key) => [key, `value-${key}`]))
  const body = code === RequestCode.PULL_MESSAGE ? undefined : Buffer.alloc(1024, 'm')
  const request = encodeFrame(RemotingCommand.request(code, fields, body))
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const decoder = new FrameDecoder()
  const send = (count: number): void => {
    socket.write(Buffer.concat(new Array<Buffer>(count).fill(request)))
  }
  socket.on('data', (chunk) => {
    let answers = 0
    decoder.push(chunk, () => answers++)
    if (answers > 0) send(answers)
  })
  send(depth)
}
