/** The attacks of bench/hostile.ts, each in a process of its own: `node build/bench/hostile-peers.js NAME PORT`. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { PullMessageRequestHeader } from '../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../codec/header/send-message.ts'
import { encodeFrame } from '../codec/frame.ts'
import { RemotingCommand } from '../codec/remoting-command.ts'
import { RequestCode } from '../codec/request-code.ts'

const MIB = 1024 * 1024
export const TOPIC = 'HostileBench'

/** What a message to be sent looks like. */
export function sendRequest(body: Buffer): RemotingCommand {
  const header = SendMessageRequestHeaderV2.encode({
    producerGroup: 'PG',
    topic: TOPIC,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 0,
    flag: 0,
    properties: '',
  })
  return RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, body)
}

function pullRequest(): RemotingCommand {
  const header = PullMessageRequestHeader.encode({
    consumerGroup: 'CG',
    topic: TOPIC,
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 32,
    sysFlag: 4,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subVersion: 0,
    subscription: '*',
    expressionType: 'TAG',
  })
  return RemotingCommand.request(RequestCode.PULL_MESSAGE, header)
}

type Attack = (port: number) => Promise<void>

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'nobody else': async () => undefined,
  '2,000 idle connections': (port) =>
    each(2000, async () => {
      const socket = await open(port)
      socket.write(encodeFrame(sendRequest(Buffer.alloc(100))))
      socket.resume()
    }),
  '500 senders of a byte a second': (port) => {
    const frame = encodeFrame(sendRequest(Buffer.alloc(MIB)))
    return each(500, async () => {
      const socket = await open(port)
      for (let at = 0; !socket.destroyed; at++) {
        socket.write(frame.subarray(at, at + 1))
        await sleep(1000)
      }
    })
  },
  '200 halves of 4 MiB': (port) => {
    const frame = encodeFrame(sendRequest(Buffer.alloc(4 * MIB)))
    return forever(200, port, async (socket) => {
      socket.write(frame.subarray(0, frame.length / 2))
      await once(socket, 'close')
    })
  },
  '200 readers of nothing': (port) => {
    const requests = Buffer.concat(new Array<Buffer>(200).fill(encodeFrame(pullRequest())))
    return forever(200, port, async (socket) => {
      socket.pause()
      socket.write(requests)
      await once(socket, 'close')
    })
  },
  'one-way messages of 1 KiB, 8 connections': (port) => {
    const request = encodeFrame(sendRequest(Buffer.alloc(1024)).markOneway())
    const many = Buffer.concat(new Array<Buffer>(64).fill(request))
    return forever(8, port, (socket) => flood(socket, many))
  },
  'one-way messages of 4 MiB, 8 connections': (port) => {
    const request = encodeFrame(sendRequest(Buffer.alloc(4 * MIB - 1024)).markOneway())
    return forever(8, port, (socket) => flood(socket, request))
  },
  'headers of 1,000,000 bytes, 8 connections': (port) => {
    const request = encodeFrame(RemotingCommand.request(105, { topic: 'x'.repeat(999_000) }))
    return forever(8, port, (socket) => flood(socket, request))
  },
  'headers of 10,000 fields, 8 connections': (port) => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, `${i}`]))
    return forever(8, port, (socket) =>
      flood(socket, encodeFrame(RemotingCommand.request(105, fields))),
    )
  },
  'heartbeats of 1 MiB of JSON, 8 connections': (port) => {
    const groups = new Array<string>(40_000).fill('{"groupName":"a"}').join(',')
    const body = Buffer.from(`{"clientID":"c","producerDataSet":[${groups}]}`)
    return forever(8, port, (socket) =>
      flood(
        socket,
        encodeFrame(RemotingCommand.request(RequestCode.HEART_BEAT, undefined, body).markOneway()),
      ),
    )
  },
  'garbage, 100 connections at a time': (port) =>
    forever(100, port, async (socket) => {
      const bytes = Buffer.from(Array.from({ length: 200 }, () => Math.floor(Math.random() * 256)))
      socket.write(bytes)
      await Promise.race([once(socket, 'close'), sleep(20)])
      socket.destroy()
    }),
  'connections that close at once, 100 at a time': (port) =>
    forever(100, port, async (socket) => {
      socket.resetAndDestroy()
      await sleep(0)
    }),
  'TLS handshakes, 50 at a time': (port) =>
    each(50, async () => {
      for (;;) {
        const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
        socket.on('error', () => undefined)
        await Promise.race([once(socket, 'secureConnect').catch(() => undefined), sleep(5000)])
        socket.destroy()
      }
    }),
  '2,000 halves of a TLS hello': (port) =>
    forever(2000, port, async (socket) => {
      socket.write(Buffer.from('1603010200010001fc0303', 'hex'))
      await once(socket, 'close')
    }),
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.once('connect', () => resolve(socket))
    socket.once('close', () => resolve(socket))
  })
}

async function each(count: number, attack: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, attack))
}

/** Keeps `count` connections under attack; whoever is thrown out comes again. */
function forever(
  count: number,
  port: number,
  attack: (socket: Socket) => Promise<void>,
): Promise<void> {
  return each(count, async () => {
    for (;;) {
      const socket = await open(port)
      if (socket.destroyed) await sleep(100)
      else await attack(socket)
    }
  })
}

/** Sends as fast as the server takes it, and reads what it answers. */
async function flood(socket: Socket, bytes: Buffer): Promise<void> {
  socket.resume()
  while (!socket.destroyed) if (!socket.write(bytes)) await writable(socket)
}

/** Resolves when the socket takes more, or has been closed. */
function writable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

const [, program, name, port] = process.argv
if (program === import.meta.filename && name !== undefined) {
  await ATTACKS[name]?.(Number(port))
  await sleep(3_600_000)
}
