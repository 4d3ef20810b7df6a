import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { ClusterInfo } from '../../../codec/body/cluster-info.ts'
import { HARuntimeInfo } from '../../../codec/body/ha-runtime-info.ts'
import { TimerMetricsSerializeWrapper } from '../../../codec/body/timer-metrics.ts'
import { SendMessageResponseHeader } from '../../../codec/header/send-message.ts'
import { RemotingCommand } from '../../../codec/remoting-command.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { decodeTimerCheckpoint } from '../../../codec/store/timer-checkpoint.ts'
import type { Broker } from '../../../lib/broker-startup.ts'
import { ConfigError } from '../../../lib/config/errors.ts'
import { ask, BrokerGroup, pull } from '../../helpers/broker-group.ts'
import { sendMessage } from '../../helpers/send-message.ts'
import { until } from '../../helpers/until.ts'

const SLAVE = { brokerRole: 'SLAVE', brokerId: '1', slaveReadEnable: 'true' }

describe('a broker group of master and slave', () => {
  let group: BrokerGroup

  beforeEach(async () => {
    group = new BrokerGroup()
    await group.start()
  })
  afterEach(() => group.close())

  async function haStatus(broker: Broker): Promise<HARuntimeInfo> {
    const request = RemotingCommand.request(RequestCode.GET_BROKER_HA_STATUS)
    return HARuntimeInfo.decode((await ask(broker.address.toString(), request)).body)
  }

  /** Resolves when the slave has all of its master's log. */
  async function caughtUp(master: Broker): Promise<HARuntimeInfo> {
    for (;;) {
      const status = await haStatus(master)
      const [connection] = status.haConnectionInfo
      if (connection?.diff === 0) return status
    }
  }

  async function sendMany(broker: Broker, count: number): Promise<number[]> {
    const offsets = []
    for (let i = 0; i < count; i++) {
      const { extFields } = await sendMessage(broker.address.toString(), 'T')
      offsets.push(SendMessageResponseHeader.decode(extFields).queueOffset)
    }
    return offsets
  }

  it('is found by the slave through the name server, and replicates', async () => {
    const master = await group.startBroker('m')
    const slave = await group.startBroker('s', SLAVE)
    const request = RemotingCommand.request(RequestCode.GET_BROKER_CLUSTER_INFO)
    const cluster = ClusterInfo.decode((await ask(group.namesrvAddr, request)).body)
    expect(cluster.brokerAddrTable.get('broker-a')?.brokerAddrs).to.deep.equal(
      new Map([
        [0, master.address.toString()],
        [1, slave.address.toString()],
      ]),
    )
    await sendMany(master, 3)
    const status = await caughtUp(master)
    expect(status).to.include({ master: true, inSyncSlaveNums: 1 })
    const slaveStatus = await haStatus(slave)
    expect(slaveStatus).to.include({ master: false, inSyncSlaveNums: 0 })
    expect(slaveStatus.haClientRuntimeInfo.maxOffset).to.equal(status.masterCommitLogMaxOffset)
  })

  it('gives the slave its topics, groups and offsets, so that consumers go on there', async () => {
    const master = await group.startBroker('m')
    await sendMany(master, 3)
    const commit = { consumerGroup: 'CG', topic: 'T', queueId: '0', commitOffset: '2' }
    await pull(master.address.toString(), 'T')
    await ask(
      master.address.toString(),
      RemotingCommand.request(RequestCode.UPDATE_CONSUMER_OFFSET, commit),
    )
    const slave = await group.startBroker('s', SLAVE)
    await caughtUp(master)
    await group.stopBroker(master)
    const address = slave.address.toString()
    const query = { consumerGroup: 'CG', topic: 'T', queueId: '0' }
    const asked = () =>
      ask(address, RemotingCommand.request(RequestCode.QUERY_CONSUMER_OFFSET, query))
    let offset = await asked()
    while (offset.code !== ResponseCode.SUCCESS) offset = await asked()
    expect(offset.extFields?.['offset']).to.equal('2')
    const { bodies, response } = await pull(address, 'T', 2)
    expect(bodies).to.deep.equal(['hello'])
    expect(response.extFields?.['suggestWhichBrokerId']).to.equal('0')
  })

  it('has a slave that refuses messages, and reads too unless slaveReadEnable is set', async () => {
    await group.startBroker('m')
    const slave = await group.startBroker('s', { ...SLAVE, slaveReadEnable: 'false' })
    const address = slave.address.toString()
    const sent = await sendMessage(address, 'T')
    expect(sent.code).to.equal(ResponseCode.SYSTEM_BUSY)
    expect(sent.remark).to.include('[REJECTREQUEST]')
    expect((await pull(address, 'T')).response.code).to.equal(ResponseCode.SYSTEM_BUSY)
  })

  it('goes on with the slave as master after a change of its settings', async () => {
    const master = await group.startBroker('m')
    const slave = await group.startBroker('s', SLAVE)
    expect(await sendMany(master, 5)).to.deep.equal([0, 1, 2, 3, 4])
    await caughtUp(master)
    await group.stopBroker(master)
    await group.stopBroker(slave)
    const promoted = await group.startBroker('s', { brokerRole: 'ASYNC_MASTER', brokerId: '1' })
    expect(await sendMany(promoted, 2)).to.deep.equal([5, 6])
    const { bodies } = await pull(promoted.address.toString(), 'T')
    expect(bodies).to.have.length(7)
  })

  it('tells the slave how far its timers have come, and what it counts of them', async () => {
    const master = await group.startBroker('m')
    await sendMessage(master.address.toString(), 'T', 'TIMER_DELAY_SEC\x011000\x02')
    const slave = await group.startBroker('s', SLAVE)
    const body = async (broker: Broker, code: number) =>
      (await ask(broker.address.toString(), RemotingCommand.request(code))).body ?? Buffer.alloc(0)
    const checkPoint = async (broker: Broker) =>
      decodeTimerCheckpoint(await body(broker, RequestCode.GET_TIMER_CHECK_POINT))
    while ((await checkPoint(slave)).masterTimerQueueOffset !== 1);
    expect((await checkPoint(master)).masterTimerQueueOffset).to.equal(1)
    const { timingCount } = TimerMetricsSerializeWrapper.decode(
      await body(slave, RequestCode.GET_TIMER_METRICS),
    )
    expect(timingCount.get('T')?.count).to.equal(1)
  })

  it('refuses messages when too few replicas are in sync, where slaves may act as masters', async () => {
    const settings = {
      ...{ brokerRole: 'SYNC_MASTER', enableSlaveActingMaster: 'true', inSyncReplicas: '2' },
      ...{ totalReplicas: '2', syncBrokerMemberGroupPeriod: '10' },
    }
    const master = await group.startBroker('m', settings)
    const refused = await sendMessage(master.address.toString(), 'T')
    expect(refused.code).to.equal(ResponseCode.SYSTEM_ERROR)
    expect(refused.remark).to.equal('in-sync replicas not enough')
    await group.startBroker('s', SLAVE)
    for (;;) {
      const { code, remark } = await sendMessage(master.address.toString(), 'T')
      if (code === ResponseCode.SUCCESS) break
      expect(remark).to.equal('in-sync replicas not enough')
    }
  })

  it('cuts a slave that has what its master has not, where that is set, and keeps what it cuts', async () => {
    const quick = { haSendHeartbeatInterval: '50' }
    const codes = () =>
      group.logger
        .atLeast('error')
        .map(({ fields }) => (fields['err'] as { code?: string } | undefined)?.code)
    const rounds = [
      { code: 'AHEAD', slaves: 3, masters: 0 },
      { code: 'DIVERGED', slaves: 2, masters: 3 },
      // The master is asked where its log ends.
      { code: 'UNCONFIRMED', slaves: 1, masters: 0 },
    ]
    for (const { code, slaves, masters } of rounds) {
      const [m, s] = [`m-${code}`, `s-${code}`]
      const master = await group.startBroker(m, quick)
      const slave = await group.startBroker(s, { ...SLAVE, ...quick })
      await sendMany(master, 4)
      const { masterCommitLogMaxOffset: commonEnd } = await caughtUp(master)
      await group.stopBroker(master)
      await group.stopBroker(slave)
      const alone = await group.startBroker(s, quick)
      await sendMany(alone, slaves)
      await group.stopBroker(alone)
      const again = await group.startBroker(m, quick)
      await sendMany(again, masters)
      const cutting = await group.startBroker(s, { ...SLAVE, ...quick, haCutSlave: 'true' })
      const cuts = () => fs.readdirSync(group.storePath(s)).filter((name) => /^cut-/.test(name))
      await until(() => cuts().length > 0)
      expect(cuts()[0]).to.match(new RegExp(`^cut-\\d+-${commonEnd}$`))
      expect(codes()).to.include(code)
      await sendMany(again, 1)
      await caughtUp(again)
      await group.stopBroker(cutting)
      await group.stopBroker(again)
      const log = (name: string) => {
        return fs.readFileSync(path.join(group.storePath(name), 'commitlog', '0'.repeat(20)))
      }
      expect(log(s).equals(log(m)), code).to.equal(true)
    }
  }).timeout(30_000)

  it('does not start with settings that do not go together', async () => {
    const refusal = async (settings: Record<string, string>) => {
      try {
        await group.startBroker('s', settings)
        return 'none'
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigError)
        return (error as Error).message
      }
    }
    expect(await refusal({ brokerRole: 'SLAVE' })).to.include('a slave has an id above 0')
    expect(await refusal({ ...SLAVE, haCopyWholeLog: 'true' })).to.include('set it there')
    expect(await refusal({ haCutSlave: 'true' })).to.include('only a slave is cut')
    const noFiles = { haTlsEnable: 'true', 'tls.test.mode.enable': 'false' }
    expect(await refusal(noFiles)).to.include('tls.server.certPath must be set')
  })
})
