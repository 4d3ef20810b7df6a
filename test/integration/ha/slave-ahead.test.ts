import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { expect } from 'chai'
import { encodeReport } from '../../../codec/ha/transfer.ts'
import { PutMessageStatus, type HAConnectionRuntimeInfo } from '../../../lib/store/types.ts'
import { HAStore } from '../../helpers/ha-store.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { put } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

describe('a slave that has what its master has not', () => {
  let directory: { path: string; remove: () => void }
  let clock: SimClock
  let master: HAStore
  let sockets: Socket[]

  beforeEach(async () => {
    directory = makeTempDirectory()
    clock = new SimClock()
    sockets = []
    master = new HAStore({
      directory: path.join(directory.path, 'master'),
      clock,
      config: { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2 },
    })
    await master.store.start()
  })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await until(() => master.ha.connectionCount === 0)
    await master.store.stop()
    directory.remove()
  })

  async function connectSlave(): Promise<Socket> {
    const socket = connect(master.ha.listenPort, '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }

  /** The status of a put, once there is one. */
  function beginPut(): () => string | undefined {
    let status: string | undefined
    void put(master.store).then((result) => {
      status = result.status
    })
    return () => status
  }

  const seen = (): HAConnectionRuntimeInfo | undefined => master.ha.getRuntimeInfo().connections[0]
  const events = () => master.logger.lines.map(({ event }) => event)

  it('acknowledges nothing, is not in sync, and is told where its master ends', async () => {
    const status = beginPut()
    await until(() => master.log.maxOffset > 0)
    const socket = await connectSlave()
    socket.write(encodeReport(1_000_000))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer).to.have.length(12)
    expect(Number(answer.readBigInt64BE(0))).to.equal(master.log.maxOffset)
    socket.write(encodeReport(1_000_000))
    expect(seen()).to.include({ slaveAckOffset: -1, inSync: false })
    expect(status()).to.equal(undefined)
    clock.advance(3_000)
    await until(() => status() !== undefined)
    expect(status()).to.equal(PutMessageStatus.FLUSH_SLAVE_TIMEOUT)
    expect(events()).to.include('the slave is ahead of its master')
  })

  it('acknowledges no more than it was sent', async () => {
    const socket = await connectSlave()
    socket.write(encodeReport(0))
    await until(() => seen()?.slaveAckOffset === 0)
    const status = beginPut()
    await once(socket, 'data')
    expect(status()).to.equal(undefined)
    socket.write(encodeReport(1_000_000))
    await until(() => status() !== undefined)
    expect(seen()?.slaveAckOffset).to.equal(master.log.maxOffset)
  })

  it('copies nothing and says so once, with both offsets', async () => {
    const slaveDirectory = path.join(directory.path, 'slave')
    const before = new HAStore({ directory: slaveDirectory })
    await before.store.start()
    for (let i = 0; i < 3; i++) await put(before.store)
    await before.store.stop()
    const slave = new HAStore({
      directory: slaveDirectory,
      clock,
      config: { brokerRole: 'SLAVE', haMasterAddress: master.address },
    })
    await slave.store.start()
    const end = slave.log.maxOffset
    const attempts = () => events().filter((event) => event === 'the slave is ahead of its master')
    await until(() => slave.logger.atLeast('error').length > 0 && master.ha.connectionCount === 0)
    clock.advance(29_999)
    expect(attempts()).to.have.length(1)
    clock.advance(1)
    await until(() => attempts().length === 2 && master.ha.connectionCount === 0)
    expect(slave.logger.atLeast('error')).to.have.length(1)
    const error = slave.logger.atLeast('error')[0]?.fields['err'] as Error
    expect(error).to.include({ code: 'AHEAD' })
    expect(error.message).to.match(new RegExp(`offset 0, this slave's ends at ${end}.*cut by hand`))
    expect(slave.log.maxOffset).to.equal(end)
    await slave.store.stop()
  })
})
