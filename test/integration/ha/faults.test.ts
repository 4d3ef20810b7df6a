import fs from 'node:fs'
import path from 'node:path'
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import { FaultProxy } from '../../helpers/fault-proxy.ts'
import { HAStore } from '../../helpers/ha-store.ts'
import { Random } from '../../helpers/random.ts'
import { settle } from '../../helpers/settle.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { put } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

const SEEDS = Number(process.env['HA_SEEDS'] ?? 5)

describe('replication over a network that fails', () => {
  let directory: { path: string; remove: () => void }
  let clock: SimClock
  let master: HAStore
  let slave: HAStore
  let proxy: FaultProxy

  beforeEach(async () => {
    directory = makeTempDirectory()
    clock = new SimClock()
    master = new HAStore({ directory: path.join(directory.path, 'master'), clock })
    await master.store.start()
    proxy = new FaultProxy(() => master.ha.listenPort, clock)
    await proxy.listen()
    slave = await startSlave()
  })
  afterEach(async () => {
    proxy.heal()
    await slave.store.stop()
    await master.store.stop()
    await proxy.close()
    directory.remove()
  })

  async function startSlave(): Promise<HAStore> {
    const started = new HAStore({
      directory: path.join(directory.path, 'slave'),
      clock,
      config: { brokerRole: 'SLAVE', haMasterAddress: proxy.address },
    })
    await started.store.start()
    return started
  }

  async function putMany(count: number, random = new Random(1)): Promise<void> {
    for (let i = 0; i < count; i++) {
      await put(master.store, { body: Buffer.alloc(random.below(3_000), 'x'), queueId: i % 3 })
    }
  }

  /** Time goes on until `condition` holds. */
  function inTime(condition: () => boolean): Promise<void> {
    return until(() => {
      if (condition()) return true
      clock.advance(100)
      return false
    })
  }

  const isCaughtUp = () => slave.log.maxOffset === master.log.maxOffset
  const caughtUp = () => inTime(isCaughtUp)

  function logOf({ config }: HAStore): Buffer {
    const folder = path.join(config.storePathRootDir, 'commitlog')
    return Buffer.concat(
      fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name))),
    )
  }

  it('goes on after a connection was cut in the middle of a transfer', async () => {
    await putMany(1)
    await caughtUp()
    proxy.resetAfter(1_000)
    await putMany(20)
    await inTime(() => proxy.connections > 3)
    proxy.heal()
    await caughtUp()
    expect(logOf(slave).equals(logOf(master))).to.equal(true)
  })

  it('takes what comes in the smallest pieces', async () => {
    proxy.cutIntoPieces(7)
    await putMany(30)
    await caughtUp()
    expect(logOf(slave).equals(logOf(master))).to.equal(true)
  })

  it('notices a partition on both sides, and ends it', async () => {
    await putMany(3)
    await caughtUp()
    proxy.partition()
    await putMany(3)
    await inTime(() => master.ha.connectionCount === 0)
    proxy.heal()
    await caughtUp()
  })

  it('notices a connection that only the master has lost', async () => {
    await putMany(3)
    await caughtUp()
    proxy.halfOpen()
    await putMany(3)
    await caughtUp()
  })

  for (const direction of ['toClient', 'toServer'] as const) {
    const what = direction === 'toClient' ? 'what the master sends' : "the slave's reports"
    it(`waits for slaves until slaveTimeout, exactly, when ${what} come late`, async () => {
      master.config.brokerRole = 'SYNC_MASTER'
      master.config.inSyncReplicas = 2
      await until(isCaughtUp)
      const first = put(master.store)
      expect((await first).status).to.equal('PUT_OK')
      const { slaveTimeout } = master.config
      /** Resolves when the message is under way in the slow direction: as long as time stands still, it stays there. */
      const putSlowly = async () => {
        const statuses: string[] = []
        const answered = put(master.store).then(({ status }) => statuses.push(status))
        await until(() => proxy.delayedBytes(direction) > 0)
        return { statuses, answered }
      }
      proxy.delay(direction, slaveTimeout + 1)
      const late = await putSlowly()
      clock.advance(slaveTimeout - 1)
      await settle()
      expect(late.statuses).to.deep.equal([])
      clock.advance(1)
      await late.answered
      expect(late.statuses).to.deep.equal(['FLUSH_SLAVE_TIMEOUT'])
      clock.advance(1)
      await until(() => master.ha.getRuntimeInfo().connections[0]?.diff === 0)

      proxy.delay(direction, slaveTimeout - 1)
      const inTime = await putSlowly()
      clock.advance(slaveTimeout - 1)
      await inTime.answered
      expect(inTime.statuses).to.deep.equal(['PUT_OK'])
      proxy.heal()
      await putMany(20)
      await caughtUp()
      expect(proxy.connections).to.equal(1)
      expect(logOf(slave).equals(logOf(master))).to.equal(true)
    })
  }

  it('waits for a slave that does not read, with a bounded part of the log', async () => {
    const mappedFileSizeCommitLog = 64 * 1024 * 1024
    const large = new HAStore({
      directory: path.join(directory.path, 'large'),
      clock,
      config: { mappedFileSizeCommitLog },
    })
    await large.store.start()
    const socket = connect(large.ha.listenPort, '127.0.0.1')
    socket.pause()
    socket.write(Buffer.alloc(8))
    const sentBytes = () => large.ha.getRuntimeInfo().connections[0]?.transferFromWhere ?? -1
    await until(() => sentBytes() === 0)
    const body = Buffer.alloc(256 * 1024)
    for (let i = 0; i < 120; i++) await put(large.store, { body })
    expect(large.log.maxOffset).to.be.above(30 * 1024 * 1024)
    // The system's own buffers for both ends take most of it.
    expect(sentBytes()).to.be.within(2 * 1024 * 1024, 15 * 1024 * 1024)
    socket.resume()
    await until(() => sentBytes() === large.log.maxOffset)
    socket.destroy()
    await large.store.stop()
  })

  it('closes what is no slave with one line in the log, and leaves the log as it is', async () => {
    const endsOf = (): unknown[] =>
      master.logger.lines
        .filter(({ event }) => event === 'replication connection closed')
        .map(({ fields }) => fields['reason'])
    const peers = [
      ['GET / HTTP/1.1\r\n\r\n', 'it is not a slave'],
      ['ffffffffffffffff', 'it is not a slave'],
    ] as const
    for (const [bytes, reason] of peers) {
      const socket = connect(master.ha.listenPort, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      const before = endsOf().length
      socket.write(bytes.startsWith('ff') ? Buffer.from(bytes, 'hex') : bytes)
      await until(() => endsOf().length > before)
      expect(endsOf().at(-1)).to.include(reason)
      socket.destroy()
    }
    await putMany(3)
    await caughtUp()
  })

  it('closes what connects and says nothing', async () => {
    const socket = connect(master.ha.listenPort, '127.0.0.1')
    await once(socket, 'connect')
    await until(() => master.ha.connectionCount === 2)
    await inTime(() => socket.destroyed || socket.readableEnded || master.ha.connectionCount === 1)
    expect(master.ha.connectionCount).to.equal(1)
    socket.destroy()
  })

  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`loses nothing, whatever happens (seed ${seed})`, async () => {
      const random = new Random(seed)
      const faults: (() => void | Promise<void>)[] = [
        () => proxy.resetAfter(random.below(5_000)),
        () => proxy.cutIntoPieces(1 + random.below(50)),
        () => proxy.partition(),
        () => proxy.halfOpen(),
        () => proxy.delay(random.pick(['toClient', 'toServer'] as const), random.below(4_000)),
        () => proxy.reset(),
        () => proxy.refuse(),
        () => proxy.heal(),
        async () => {
          await slave.store.stop()
          slave = await startSlave()
        },
      ]
      await putMany(1)
      await caughtUp()
      for (let step = 0; step < 15; step++) {
        await random.pick(faults)()
        await putMany(random.below(20), random)
        clock.advance(random.below(3_000))
      }
      proxy.heal()
      await caughtUp()
      expect(logOf(slave).equals(logOf(master))).to.equal(true)
      for (const queueId of [0, 1, 2]) {
        await until(
          () =>
            slave.store.getMaxOffsetInQueue('TopicA', queueId) ===
            master.store.getMaxOffsetInQueue('TopicA', queueId),
        )
      }
    })
  }
})

/** A master that sends what it likes. */
describe('a slave of something that is no master', () => {
  let directory: { path: string; remove: () => void }
  beforeEach(() => {
    directory = makeTempDirectory()
  })
  afterEach(() => directory.remove())

  const answers: readonly (readonly [string, Buffer, RegExp])[] = [
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /no offset|no file begins/],
    [
      'an absurd size',
      Buffer.from('00000000000000007fffffff', 'hex'),
      /a transfer of 2147483647 bytes/,
    ],
    [
      'zeroes',
      Buffer.concat([Buffer.from('000000000000000000000400', 'hex'), Buffer.alloc(1024)]),
      /is no record/,
    ],
    [
      'an offset inside a file',
      Buffer.from('000000000000000500000000', 'hex'),
      /no file begins there/,
    ],
  ]
  for (const [name, bytes, reason] of answers) {
    it(`refuses ${name} and keeps its log`, async () => {
      const sockets: Socket[] = []
      const server = createServer((socket) => {
        sockets.push(socket)
        socket.on('error', () => undefined)
        socket.write(bytes)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { port: number }
      const config = { brokerRole: 'SLAVE' as const, haMasterAddress: `127.0.0.1:${port}` }
      const slave = new HAStore({ directory: directory.path, config, clock: new SimClock() })
      await slave.store.start()
      await until(() => slave.logger.atLeast('error').length > 0)
      const [line] = slave.logger.atLeast('error')
      expect((line?.fields['err'] as Error).message).to.match(reason)
      expect(slave.log.maxOffset).to.equal(0)
      await slave.store.stop()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    })
  }
})
