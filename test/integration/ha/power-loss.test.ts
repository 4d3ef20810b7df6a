import { expect } from 'chai'
import { orderLogCut } from '../../../lib/store/message-store.ts'
import { HAStore } from '../../helpers/ha-store.ts'
import { Random } from '../../helpers/random.ts'
import { SimClock } from '../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../helpers/sim-file-system.ts'
import { put } from '../../helpers/store.ts'
import { until } from '../../helpers/until.ts'

const SEEDS = Number(process.env['HA_SEEDS'] ?? 5)

describe('a master and a slave that are killed or lose their power', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`have what was acknowledged (seed ${seed})`, async () => {
      const random = new Random(seed)
      const clock = new SimClock()
      const disks = { master: new SimFileSystem(), slave: new SimFileSystem() }
      const acknowledged: string[] = []
      let isParted = false
      let master = await startMaster()
      let slave = await startSlave()

      async function startMaster(): Promise<HAStore> {
        const started = new HAStore({
          directory: '/master',
          clock,
          fileSystem: disks.master,
          config: { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, flushDiskType: 'SYNC_FLUSH' },
        })
        await started.store.start()
        return started
      }

      async function startSlave(): Promise<HAStore> {
        const started = new HAStore({
          directory: '/slave',
          clock,
          fileSystem: disks.slave,
          config: { brokerRole: 'SLAVE', haMasterAddress: master.address },
          cutter: {
            masterMaxOffset: () => Promise.resolve(master.log.maxOffset),
            cut: (offset) => {
              orderLogCut(disks.slave, '/slave', { offset, timeMs: clock.now() })
              isParted = true
            },
          },
        })
        isParted = false
        await started.store.start()
        return started
      }

      async function stop(service: { stop(): Promise<void> }): Promise<void> {
        let hasStopped = false
        void service.stop().then(() => {
          hasStopped = true
        })
        await inTime(() => hasStopped)
      }

      async function putMany(count: number): Promise<void> {
        for (let i = 0; i < count; i++) {
          const body = `${acknowledged.length} `.padEnd(random.below(2_000), 'x')
          let status: string | undefined
          void put(master.store, { body: Buffer.from(body) }).then((result) => {
            status = result.status
          })
          await inTime(() => status !== undefined)
          // A process that has died acknowledges nothing.
          if (disks.master.isDead || disks.slave.isDead) return
          if (status === 'PUT_OK') acknowledged.push(body)
        }
      }

      /** Until the slave has its master's log, cut where it has another. */
      async function follow(): Promise<void> {
        const hasSameEnd = () => {
          const [connection] = master.ha.getRuntimeInfo().connections
          const { maxOffset } = master.log
          return slave.log.maxOffset === maxOffset && connection?.slaveAckOffset === maxOffset
        }
        await inTime(() => isParted || hasSameEnd())
        if (!isParted) return
        await stop(slave.store)
        slave = await startSlave()
        await follow()
      }

      function inTime(condition: () => boolean): Promise<void> {
        return until(() => {
          if (condition()) return true
          clock.advance(50)
          return false
        })
      }

      for (let round = 0; round < 6; round++) {
        await putMany(random.below(10))
        const side = random.chance(0.5) ? 'slave' : 'master'
        // A master that loses its power may have less than its slave, which then is cut.
        const kind = random.chance(0.5) ? 'kill' : 'power loss'
        // A master that was killed had written all that it sent; one that lost its power had not.
        if (side === 'master' && kind === 'kill') disks.master.die()
        else disks[side].dieAfter(random.below(20))
        if (!disks.master.isDead) await putMany(random.below(4))
        const before = side === 'slave' ? slave : master
        disks[side] = disks[side].restart(kind, random)
        // The files of a process that has died are out of its reach; its connections have to be closed.
        await stop(before.ha)
        if (side === 'slave') {
          slave = await startSlave()
        } else {
          master = await startMaster()
          slave.config.haMasterAddress = master.address
        }
        await follow()
      }
      for (const { store } of [master, slave]) {
        const found = new Set<string>()
        for (let offset = 0; offset < store.getMaxOffsetInQueue('TopicA', 0); offset++) {
          const [unit] = await store.iterateFrom('TopicA', 0, offset, 1)
          const message = await store.lookMessageByOffset(unit?.commitLogOffset ?? -1)
          if (message !== undefined) found.add(message.body.toString())
        }
        expect(acknowledged.filter((body) => !found.has(body))).to.deep.equal([])
      }
      await stop(slave.store)
      await stop(master.store)
    }).timeout(20_000)
  }
})
