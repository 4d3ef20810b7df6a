import net from 'node:net'

const GET_ROUTEINFO_BY_TOPIC = 105
const TIME_LIMIT_MS = 2000

/**
 * The broker names that a name server gives for a topic; empty when it has no route or does not answer.
 * Speaks the protocol by itself, so that the harness does not judge our codec by our codec.
 */
export async function routeBrokers(namesrvAddress: string, topic: string): Promise<string[]> {
  try {
    const body = await ask(namesrvAddress, GET_ROUTEINFO_BY_TOPIC, { topic })
    return [...body.matchAll(/"brokerName":"([^"]+)"/g)].map((match) => match[1] as string)
  } catch {
    return []
  }
}

/** Whether something accepts connections at `address`. */
export async function accepts(address: string): Promise<boolean> {
  const socket = connect(address)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('error', reject)
      socket.once('timeout', () => reject(new Error('time-out')))
    })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function connect(address: string): net.Socket {
  const [host, port] = address.split(':') as [string, string]
  return net.connect({ host, port: Number(port), timeout: TIME_LIMIT_MS })
}

/** One request, one answer; its body as text. Rejects when the answer's code is not 0. */
function ask(address: string, code: number, extFields: Record<string, string>): Promise<string> {
  const header = Buffer.from(
    JSON.stringify({ code, language: 'JAVA', version: 455, opaque: 1, flag: 0, extFields }),
  )
  const prefix = Buffer.alloc(8)
  prefix.writeInt32BE(4 + header.length, 0)
  prefix.writeInt32BE(header.length, 4)
  const socket = connect(address)
  return new Promise<string>((resolve, reject) => {
    let received = Buffer.alloc(0)
    socket.once('error', reject)
    socket.once('timeout', () => reject(new Error('time-out')))
    socket.once('close', () => reject(new Error('closed')))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 8 || received.length < 4 + received.readInt32BE(0)) return
      const headerLength = received.readInt32BE(4) & 0xffffff
      const answer = JSON.parse(received.toString('utf8', 8, 8 + headerLength)) as { code: number }
      if (answer.code === 0) resolve(received.toString('utf8', 8 + headerLength))
      else reject(new Error(`code ${answer.code}`))
    })
    socket.write(Buffer.concat([prefix, header]))
  }).finally(() => socket.destroy())
}
