import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { KVTable } from '../../../../../codec/body/kv-table.ts'
import { RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import { RuntimeInfo } from '../../../../../lib/broker/metrics/runtime-info.ts'
import { BrokerAdminProcessor } from '../../../../../lib/broker/processor/admin/broker-admin-processor.ts'
import { BrokerStats } from '../../../../../lib/broker/stats/broker-stats.ts'
import { Configuration } from '../../../../../lib/config/configuration.ts'
import { type BrokerParts, makeBrokerParts } from '../../../../helpers/broker-parts.ts'
import { FakeChannel } from '../../../../helpers/fake-channel.ts'

describe('BrokerAdminProcessor', () => {
  let parts: BrokerParts
  let permissionChanges: number
  let brokerStats: BrokerStats
  let processor: BrokerAdminProcessor

  beforeEach(async () => {
    parts = makeBrokerParts()
    permissionChanges = 0
    brokerStats = new BrokerStats(parts.brokerStatsManager, parts.clock)
    await brokerStats.start()
    const scheduleMessageService = {
      buildRunningStats: () => new Map([['scheduleMessageOffset_1', '2,3']]),
    }
    processor = new BrokerAdminProcessor({
      ...parts,
      configuration: new Configuration(parts.loaded, {
        ...parts,
        path: path.join(parts.directory, 'broker.conf'),
      }),
      runtimeInfo: new RuntimeInfo({
        ...{ ...parts, brokerStats, scheduleMessageService },
        isActive: () => true,
      }),
      onPermissionChanged: () => permissionChanges++,
    })
  })
  afterEach(async () => {
    await brokerStats.stop()
    parts.remove()
  })

  async function ask(code: number, text?: string): Promise<RemotingCommand> {
    const body = text === undefined ? undefined : Buffer.from(text)
    return processor.process(RemotingCommand.request(code, undefined, body), new FakeChannel())
  }

  async function runtimeInfo(): Promise<Record<string, string>> {
    const { body } = await ask(RequestCode.GET_BROKER_RUNTIME_INFO)
    return Object.fromEntries(KVTable.decode(body).table)
  }

  it('tells the configuration with its version', async () => {
    const response = await ask(RequestCode.GET_BROKER_CONFIG)
    expect(response.body?.toString().split('\n')).to.include('brokerName=broker-a')
    expect(JSON.parse(response.extFields?.['version'] ?? '')).to.include({ counter: 0 })
  })

  it('changes the configuration at run time and in the file', async () => {
    const response = await ask(RequestCode.UPDATE_BROKER_CONFIG, 'traceOn=false\n')
    expect(response.code).to.equal(ResponseCode.SUCCESS)
    expect(parts.brokerConfig.traceOn).to.equal(false)
    const file = fs.readFileSync(path.join(parts.directory, 'broker.conf'), 'utf8')
    expect(file.split('\n')).to.include('traceOn=false')
    expect(permissionChanges).to.equal(0)
    await ask(RequestCode.UPDATE_BROKER_CONFIG, 'brokerPermission=4')
    expect(permissionChanges).to.equal(1)
  })

  it('refuses keys of the black list, and values that are not allowed', async () => {
    const black = await Promise.resolve()
      .then(() => ask(RequestCode.UPDATE_BROKER_CONFIG, 'traceOn=false\nconfigBlackList='))
      .catch((error: unknown) => error)
    expect(black).to.deep.include({ code: ResponseCode.NO_PERMISSION })
    expect(black).to.have.property('message', 'Can not update config in black list.')
    const wrong = await Promise.resolve()
      .then(() => ask(RequestCode.UPDATE_BROKER_CONFIG, 'brokerPermission=99'))
      .catch((error: unknown) => error)
    expect(wrong).to.deep.include({ code: ResponseCode.SYSTEM_ERROR })
    const broken = await Promise.resolve()
      .then(() => ask(RequestCode.UPDATE_BROKER_CONFIG, 'traceOn=\\u12'))
      .catch((error: unknown) => error)
    expect(broken).to.have.property('message', 'string2Properties error')
    expect(parts.brokerConfig).to.include({ traceOn: true, brokerPermission: 6 })
  })

  it('tells how the broker is doing', async () => {
    parts.clock.advance(((26 * 60 + 3) * 60 + 4) * 1000)
    parts.brokerStatsManager.puts.incTopicPut('T', 4, 100)
    parts.brokerStatsManager.puts.incTopicPut('SCHEDULE_TOPIC_XXXX', 2, 50)
    parts.messageStore.runtimeInfo = { putTps: '1.0 2.0 3.0' }
    const info = await runtimeInfo()
    expect(info).to.include({
      brokerActive: 'true',
      brokerVersion: '479',
      brokerVersionDesc: 'V5_3_3',
      runtime: '[ 1 days, 2 hours, 3 minutes, 4 seconds ]',
      msgPutTotalTodayNow: '4',
      putTps: '1.0 2.0 3.0',
      earliestMessageTimeStamp: '-1',
      sendThreadPoolQueueCapacity: '10000',
      scheduleMessageOffset_1: '2,3',
    })
    expect(info['commitLogDirCapacity']).to.match(
      /^Total : \d+(\.\d)? [KMGT]?i?B, Free : \d+(\.\d)? [KMGT]?i?B\.$/,
    )
  })

  it('keeps the totals of the last two midnights', async () => {
    const { puts, gets } = parts.brokerStatsManager
    puts.incTopicPut('T', 7, 100)
    gets.incGroupGet('G', 'T', 3, 100)
    parts.clock.advance(86_400_000)
    puts.incTopicPut('T', 2, 100)
    expect(await runtimeInfo()).to.include({
      msgPutTotalYesterdayMorning: '0',
      msgPutTotalTodayMorning: '7',
      msgPutTotalTodayNow: '9',
      msgGetTotalTodayMorning: '3',
      msgGetTotalTodayNow: '3',
    })
  })
})
