import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { PutMessageStatus } from '../../../lib/store/types.ts'
import { HAStore, type HAStoreOptions } from '../../helpers/ha-store.ts'
import { put } from '../../helpers/store.ts'
import { makeTempDirectory } from '../../helpers/temp-directory.ts'
import { until } from '../../helpers/until.ts'

/** What lies in the files of a log, by name. */
function logFiles(directory: string): Record<string, string> {
  const folder = path.join(directory, 'commitlog')
  return Object.fromEntries(
    fs
      .readdirSync(folder)
      .map((name) => [name, fs.readFileSync(path.join(folder, name)).toString('base64')]),
  )
}

describe('a master and its slave', () => {
  let directory: { path: string; remove: () => void }
  let running: HAStore[]

  beforeEach(() => {
    directory = makeTempDirectory()
    running = []
  })
  afterEach(async () => {
    for (const { store } of running) await store.stop()
    directory.remove()
  })

  async function start(
    name: string,
    config: HAStore['config'] | object = {},
    replication: HAStoreOptions['replication'] = {},
  ): Promise<HAStore> {
    const made = new HAStore({ directory: path.join(directory.path, name), config, replication })
    running.push(made)
    await made.store.start()
    return made
  }

  async function stop(one: HAStore): Promise<void> {
    running = running.filter((other) => other !== one)
    await one.store.stop()
  }

  function startSlave(master: HAStore, name = 'slave', config: object = {}): Promise<HAStore> {
    return start(name, { brokerRole: 'SLAVE', haMasterAddress: master.address, ...config })
  }

  async function putMany(master: HAStore, count: number, size = 300): Promise<void> {
    const body = Buffer.alloc(size, 'x')
    for (let i = 0; i < count; i++) await put(master.store, { body, queueId: i % 3 })
  }

  function caughtUp(master: HAStore, ...slaves: HAStore[]): Promise<void> {
    return until(() =>
      slaves.every(
        ({ log, store }) =>
          log.maxOffset === master.log.maxOffset &&
          [0, 1, 2].every(
            (queueId) =>
              store.getMaxOffsetInQueue('TopicA', queueId) ===
              master.store.getMaxOffsetInQueue('TopicA', queueId),
          ),
      ),
    )
  }

  it('have the same log, byte by byte, over several files', async () => {
    const master = await start('master')
    const slave = await startSlave(master)
    await putMany(master, 200)
    await caughtUp(master, slave)
    await stop(slave)
    await stop(master)
    const files = logFiles(master.config.storePathRootDir)
    expect(Object.keys(files)).to.have.length.above(4)
    expect(logFiles(slave.config.storePathRootDir)).to.deep.equal(files)
  })

  it('goes on where the slave ended, whoever was away', async () => {
    const master = await start('master')
    const slave = await startSlave(master)
    await putMany(master, 10)
    await caughtUp(master, slave)
    await stop(slave)
    await putMany(master, 100)
    const again = await startSlave(master)
    await caughtUp(master, again)
    await stop(master)
    const back = await start('master')
    await putMany(back, 10)
    again.config.haMasterAddress = undefined
    again.ha.updateHaMasterAddress(back.address)
    await caughtUp(back, again)
    await stop(again)
    await stop(back)
    expect(logFiles(again.config.storePathRootDir)).to.deep.equal(
      logFiles(back.config.storePathRootDir),
    )
  })

  it('begins at the last file of the log when the slave has nothing', async () => {
    const master = await start('master')
    await putMany(master, 200)
    const slave = await startSlave(master)
    await until(() => slave.log.maxOffset === master.log.maxOffset)
    expect(slave.log.minOffset).to.equal(master.log.fileEnd(master.log.maxOffset) - 16 * 1024)
    await putMany(master, 3)
    await caughtUp(master, slave)
  })

  it('copies the whole log to a slave that has nothing, where that is set', async () => {
    const master = await start('master', {}, { haCopyWholeLog: true })
    await putMany(master, 200)
    const slave = await startSlave(master)
    await caughtUp(master, slave)
    expect(slave.log.minOffset).to.equal(0)
    await stop(slave)
    await stop(master)
    expect(logFiles(slave.config.storePathRootDir)).to.deep.equal(
      logFiles(master.config.storePathRootDir),
    )
  })

  it('answers with SYNC_MASTER when enough slaves have the message, or says that they have not', async () => {
    const master = await start('master', {
      brokerRole: 'SYNC_MASTER',
      inSyncReplicas: 3,
      slaveTimeout: 100,
    })
    const one = await startSlave(master, 'one')
    await until(() => master.ha.connectionCount === 1)
    const alone = await put(master.store)
    expect(alone.status).to.equal(PutMessageStatus.FLUSH_SLAVE_TIMEOUT)
    expect(alone.appended?.queueOffset).to.equal(0)
    expect((await put(master.store, { properties: 'WAIT\x01false\x02' })).status).to.equal('PUT_OK')
    const two = await startSlave(master, 'two')
    await caughtUp(master, one, two)
    master.config.slaveTimeout = 5_000
    expect((await put(master.store)).status).to.equal('PUT_OK')
    master.config.inSyncReplicas = 1
    await stop(one)
    await stop(two)
    expect((await put(master.store)).status).to.equal('PUT_OK')
  })

  it('have the same log after the master was stopped in the middle of puts', async () => {
    const master = await start('master')
    const slave = await startSlave(master)
    await putMany(master, 1)
    await caughtUp(master, slave)
    const statuses: string[] = []
    const body = Buffer.alloc(2_000, 'x')
    for (let i = 0; i < 50; i++) {
      void put(master.store, { body }).then(({ status }) => statuses.push(status))
    }
    await stop(master)
    expect(statuses).to.deep.equal(Array.from({ length: 50 }, () => 'PUT_OK'))
    await stop(slave)
    expect(logFiles(slave.config.storePathRootDir)).to.deep.equal(
      logFiles(master.config.storePathRootDir),
    )
  })

  it('have the same log after the master was stopped while its slave read slowly', async () => {
    const large = { mappedFileSizeCommitLog: 64 * 1024 * 1024 }
    const master = await start('master', large)
    const body = Buffer.alloc(512 * 1024, 'x')
    for (let i = 0; i < 30; i++) await put(master.store, { body })
    const slave = await startSlave(master, 'slave', large)
    await until(() => slave.log.maxOffset > 0)
    await stop(master)
    await until(() => slave.log.maxOffset === master.log.maxOffset)
  })

  it('the slave takes no messages from others', async () => {
    const master = await start('master')
    const slave = await startSlave(master)
    expect((await put(slave.store)).status).to.equal(PutMessageStatus.SERVICE_NOT_AVAILABLE)
  })
})
