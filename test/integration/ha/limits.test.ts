import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { expect } from 'chai'
import { HAStore } from '../../helpers/ha-store.ts'
import { settle } from '../../helpers/settle.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { put } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

const HEADER_BYTES = 12

/** A slave, byte by byte. */
class RawSlave {
  readonly socket: Socket
  received = Buffer.alloc(0)

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => undefined)
    this.socket.on('data', (bytes) => (this.received = Buffer.concat([this.received, bytes])))
  }

  report(offset: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(offset))
    this.socket.write(bytes)
  }

  /** Offset and size of each whole transfer so far. */
  get transfers(): { offset: number; size: number }[] {
    const transfers = []
    for (let at = 0; at + HEADER_BYTES <= this.received.length;) {
      const offset = Number(this.received.readBigInt64BE(at))
      const size = this.received.readInt32BE(at + 8)
      transfers.push({ offset, size })
      at += HEADER_BYTES + size
    }
    return transfers
  }
}

describe('the limits of replication', () => {
  let directory: { path: string; remove: () => void }
  let clock: SimClock
  let stores: HAStore[]
  let sockets: Socket[]

  beforeEach(() => {
    directory = makeTempDirectory()
    clock = new SimClock()
    stores = []
    sockets = []
  })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    for (const { store } of stores.reverse()) await store.stop()
    directory.remove()
  })

  async function start(config: object = {}): Promise<HAStore> {
    const name = path.join(directory.path, String(stores.length))
    const made = new HAStore({ directory: name, clock, config })
    stores.push(made)
    await made.store.start()
    return made
  }

  /** Its first report is `offset`. */
  async function connectSlave(master: HAStore, offset: number): Promise<RawSlave> {
    const slave = new RawSlave(master.ha.listenPort)
    sockets.push(slave.socket)
    slave.report(offset)
    const before = master.ha.connectionCount
    await until(() => master.ha.connectionCount > before)
    await until(() => master.ha.getRuntimeInfo().connections.every((c) => c.transferFromWhere >= 0))
    return slave
  }

  async function putMany(master: HAStore, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await put(master.store, { body: Buffer.alloc(1_000, 'x') })
  }

  it('sends no more in a second than maxHaTransferByteInSecond', async () => {
    const limit = 5_000
    const master = await start({ haFlowControlEnable: true, maxHaTransferByteInSecond: limit })
    await putMany(master, 1)
    const slave = await connectSlave(master, 0)
    await putMany(master, 30)
    const seconds: number[] = []
    for (let second = 0; second < 4; second++) {
      const before = slave.received.length
      clock.advance(1_000)
      await until(() => slave.received.length > before)
      for (let turn = 0; turn < 5; turn++) await settle()
      seconds.push(slave.received.length - before)
    }
    for (const bytes of seconds) expect(bytes).to.be.at.most(limit + HEADER_BYTES)
    await until(() => {
      clock.advance(1_000)
      const last = slave.transfers.at(-1)
      return last !== undefined && last.offset + last.size === master.log.maxOffset
    })
  })

  it('sends pieces of haTransferBatchSize at most, which continue each other', async () => {
    const master = await start({ haTransferBatchSize: 700 })
    await putMany(master, 12)
    const slave = await connectSlave(master, 0)
    await until(
      () => slave.received.length >= master.log.maxOffset + slave.transfers.length * HEADER_BYTES,
    )
    let end = 0
    for (const { offset, size } of slave.transfers) {
      expect(offset).to.equal(end)
      expect(size).to.be.within(1, 700)
      end += size
    }
    expect(end).to.equal(master.log.maxOffset)
  })

  it('counts a slave as in sync that is less than haMaxGapNotInSync behind', async () => {
    const master = await start({ haMaxGapNotInSync: 3_000 })
    await putMany(master, 1)
    const end = master.log.maxOffset
    await connectSlave(master, end)
    const [inSync, at, beyond] = [2_999, 3_000, 3_001].map((gap) =>
      master.ha.inSyncReplicasNums(end + gap),
    )
    expect([inSync, at, beyond]).to.deep.equal([2, 1, 1])
  })

  it('gives a sign of life each haSendHeartbeatInterval, and ends with a slave that gives none', async () => {
    const master = await start()
    await putMany(master, 1)
    const end = master.log.maxOffset
    const slave = await connectSlave(master, end)
    for (const signs of [1, 2, 3]) {
      clock.advance(5_000)
      await until(() => slave.received.length === signs * HEADER_BYTES)
      expect(slave.transfers.at(-1)).to.deep.equal({ offset: end, size: 0 })
    }
    clock.advance(5_000)
    expect(master.ha.connectionCount).to.equal(1)
    clock.advance(1_000)
    expect(master.ha.connectionCount).to.equal(0)
    await until(() => slave.socket.readableEnded || slave.socket.destroyed)
  })

  it('reports as a slave each haSendHeartbeatInterval, and leaves a master that is silent', async () => {
    const reports: Buffer[] = []
    let connections = 0
    const server = createServer((socket) => {
      connections++
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => reports.push(bytes))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const slave = await start({ brokerRole: 'SLAVE', haMasterAddress: `127.0.0.1:${port}` })
    const count = () => Buffer.concat(reports).length / 8
    await until(() => count() === 1)
    for (const reported of [2, 3, 4]) {
      clock.advance(5_000)
      await until(() => count() === reported)
    }
    clock.advance(5_000)
    expect(slave.ha.isConnected(undefined)).to.equal(true)
    clock.advance(1_000)
    expect(slave.ha.isConnected(undefined)).to.equal(false)
    clock.advance(1_000)
    await until(() => connections === 2)
    await new Promise((resolve) => {
      server.close(resolve)
      for (const socket of sockets) socket.destroy()
    })
  })

  it('lets 64 connect, and no more', async () => {
    const master = await start()
    for (let i = 0; i < 64; i++) sockets.push(new RawSlave(master.ha.listenPort).socket)
    await until(() => master.ha.connectionCount === 64)
    const { socket } = new RawSlave(master.ha.listenPort)
    sockets.push(socket)
    await once(socket, 'close')
    expect(master.ha.connectionCount).to.equal(64)
    const refused = master.logger.lines.filter(({ event }) => event.startsWith('too many slaves'))
    expect(refused).to.have.length(1)
  })

  it('says at the start that a SYNC_MASTER waits for nobody', async () => {
    const settings = [
      { config: { brokerRole: 'SYNC_MASTER' }, warnings: 1 },
      { config: { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2 }, warnings: 0 },
      { config: { brokerRole: 'ASYNC_MASTER' }, warnings: 0 },
    ]
    for (const { config, warnings } of settings) {
      const { logger } = await start(config)
      const lines = logger.atLeast('warn').filter(({ event }) => /waits for no slave/.test(event))
      expect(lines).to.have.length(warnings)
    }
  })

  it('waits for as many replicas as there are with enableAutoInSyncReplicas, and for minInSyncReplicas at least', async () => {
    const directoryOfMaster = path.join(directory.path, 'auto')
    const alive = { count: 1 }
    const master = new HAStore({
      directory: directoryOfMaster,
      clock,
      config: {
        brokerRole: 'SYNC_MASTER',
        inSyncReplicas: 2,
        minInSyncReplicas: 1,
        enableAutoInSyncReplicas: true,
      },
      aliveReplicas: () => alive.count,
    })
    stores.push(master)
    await master.store.start()
    expect((await put(master.store)).status).to.equal('PUT_OK')
    master.config.minInSyncReplicas = 2
    const end = master.log.maxOffset
    expect((await put(master.store)).status).to.equal('IN_SYNC_REPLICAS_NOT_ENOUGH')
    expect(master.log.maxOffset).to.equal(end)
    alive.count = 2
    const slave = await connectSlave(master, end)
    const answered = put(master.store)
    await until(() => slave.received.length > HEADER_BYTES)
    slave.report(master.log.maxOffset)
    expect((await answered).status).to.equal('PUT_OK')
  })
})
