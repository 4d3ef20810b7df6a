import net from 'node:net'

/** Below the range from which systems take the ports of outgoing connections: nobody takes ours during a restart. */
const FIRST = 20_000
const LAST = 32_000
const ATTEMPTS = 200

/**
 * A broker's base port: `port`, `port - 2` (its fast port) and `port + 1` (replication) are free on 127.0.0.1.
 * Name servers take the base port alone.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST + 2 + Math.floor(Math.random() * (LAST - FIRST - 3))
    const free = await Promise.all([port - 2, port, port + 1].map(isFree))
    if (free.every(Boolean)) return port
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
