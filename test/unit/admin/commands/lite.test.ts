import { expect } from 'chai'
import {
  GetBrokerLiteInfoResponseBody,
  GetLiteClientInfoResponseBody,
  GetLiteGroupInfoResponseBody,
  GetLiteTopicInfoResponseBody,
  GetParentTopicInfoResponseBody,
} from '../../../../codec/body/lite-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { switchTimerEngine } from '../../../../lib/admin/commands/broker/switch-timer-engine.ts'
import { getBrokerLiteInfo } from '../../../../lib/admin/commands/lite/get-broker-lite-info.ts'
import { getLiteClientInfo } from '../../../../lib/admin/commands/lite/get-lite-client-info.ts'
import { getLiteGroupInfo } from '../../../../lib/admin/commands/lite/get-lite-group-info.ts'
import {
  getLiteTopicInfo,
  getParentTopicInfo,
} from '../../../../lib/admin/commands/lite/lite-topics.ts'
import { triggerLiteDispatch } from '../../../../lib/admin/commands/lite/trigger-lite-dispatch.ts'
import { timeMillisToHumanString } from '../../../../lib/common/clock.ts'
import { FakeServers, MASTER } from '../../../helpers/fake-servers.ts'

/** Words of a row, by two blanks or more. */
const cells = (line = ''): string[] => line.trim().split(/ {2,}/)

describe('mqadmin about lite topics', () => {
  let servers: FakeServers
  beforeEach(() => (servers = new FakeServers()))

  it('shows what a broker has', async () => {
    const body = GetBrokerLiteInfoResponseBody.encode({
      cqTableSize: 5,
      currentLmqNum: 2,
      eventMapSize: 7,
      groupMeta: new Map([['P', ['G']]]),
      liteSubscriptionCount: 3,
      maxLmqNum: 100,
      offsetTableSize: 6,
      orderInfoCount: 4,
      storeType: 'default',
      topicMeta: new Map([['P', 30]]),
    })
    servers.answer(MASTER, RequestCode.GET_BROKER_LITE_INFO, { body })
    const [, row, topics, groups] = await servers.run(getBrokerLiteInfo, '-c C -d')
    expect(cells(row)).to.deep.equal([MASTER, 'default', '100', '2', '3', '4', '5', '6', '7'])
    expect([topics, groups]).to.deep.equal(['Topic Meta: {"P":30}', 'Group Meta: {"P":["G"]}'])
  })

  it('shows a parent topic', async () => {
    const info = { groups: ['G', 'H'], liteTopicCount: 9, lmqNum: 8, topic: 'P', ttl: 30 }
    const body = GetParentTopicInfoResponseBody.encode(info)
    servers.answer(MASTER, RequestCode.GET_PARENT_TOPIC_INFO, { body })
    const [title, , row] = await servers.run(getParentTopicInfo, '-p P')
    expect(title).to.equal('Parent Topic Info: [P]')
    expect(cells(row)).to.deep.equal(['broker-a', '30', '9', '8', '[G, H]'])
  })

  it('shows a lite topic', async () => {
    const body = GetLiteTopicInfoResponseBody.encode({
      parentTopic: 'P',
      shardingToBroker: true,
      subscriber: [{ clientId: 'c', group: 'G' }],
      topicOffset: { lastUpdateTimestamp: 1_000, maxOffset: 5, minOffset: 1 },
    })
    servers.answer(MASTER, RequestCode.GET_LITE_TOPIC_INFO, { body })
    const [title, , row, clients] = await servers.run(getLiteTopicInfo, '-p P -l L -s')
    expect(title).to.equal('Lite Topic Info: [P] [L] [%LMQ%$P$L]')
    const time = timeMillisToHumanString(1_000)
    expect(cells(row)).to.deep.equal(['broker-a', '1', '5', time, 'true', '1'])
    expect(clients).to.equal('[c@G]')
  })

  it('shows the lite topics of a client', async () => {
    const body = GetLiteClientInfoResponseBody.encode({
      group: 'G',
      lastAccessTime: 1_000,
      lastConsumeTime: 0,
      liteTopicCount: 2,
      liteTopicSet: ['a', 'b'],
      parentTopic: 'P',
    })
    servers.answer(MASTER, RequestCode.GET_LITE_CLIENT_INFO, { body })
    const lines = await servers.run(getLiteClientInfo, '-p P -g G -c me -s')
    expect(cells(lines[2])).to.deep.equal(['broker-a', '2', timeMillisToHumanString(1_000), 'N/A'])
    expect(lines[3]).to.equal('Lite Topics: [a, b]')
  })

  it('shows where a group is furthest behind', async () => {
    servers.clock.advance(100_000 - servers.clock.now())
    const lag = (liteTopic: string, lagCount: number, earliestUnconsumedTimestamp: number) => {
      return { liteTopic, lagCount, earliestUnconsumedTimestamp }
    }
    const lags = [lag('a', 1, 50_000), lag('b', 9, 90_000)]
    const body = GetLiteGroupInfoResponseBody.encode({
      earliestUnconsumedTimestamp: 50_000,
      group: 'G',
      lagCountTopK: lags,
      lagTimestampTopK: lags,
      parentTopic: 'P',
      totalLagCount: 10,
    })
    servers.answer(MASTER, RequestCode.GET_LITE_GROUP_INFO, { body })
    const lines = await servers.run(getLiteGroupInfo, '-p P -g G')
    expect(lines.slice(0, 3)).to.deep.equal([
      'Lite Group Info: [G] [P]',
      'Total Lag Count: 10',
      'Min Unconsumed Timestamp: 50000 (50 s ago)',
    ])
    const orders = lines.map((line) => cells(line).slice(0, 3).join(' '))
    expect(orders.slice(6, 8)).to.deep.equal(['1 b 9', '2 a 1'])
    expect(orders.slice(11)).to.deep.equal(['1 a 1', '2 b 9'])
  })

  it('shows how far a group is in one lite topic', async () => {
    const offsets = { brokerOffset: 9, consumerOffset: 4, lastTimestamp: 0, pullOffset: 0 }
    const body = GetLiteGroupInfoResponseBody.encode({
      earliestUnconsumedTimestamp: -1,
      group: 'G',
      liteTopicOffsetWrapper: offsets,
      parentTopic: 'P',
      totalLagCount: 5,
    })
    servers.answer(MASTER, RequestCode.GET_LITE_GROUP_INFO, { body })
    const lines = await servers.run(getLiteGroupInfo, '-p P -g G -l L')
    expect(cells(lines[2])).to.deep.equal(['broker-a', '9', '4', '5', '-'])
    expect(lines.at(-1)).to.equal('')
  })

  it('lets brokers dispatch, and tells of those that refuse', async () => {
    const lines = await servers.run(triggerLiteDispatch, '-p P -g G')
    expect(cells(lines.at(-1))).to.deep.equal(['broker-a', 'error'])
    expect(servers.terminal.errors[0]).to.include('broker-a: CODE: 3  DESC: ')
    servers.answer(MASTER, RequestCode.TRIGGER_LITE_DISPATCH, {})
    await servers.run(triggerLiteDispatch, '-p P -g G -b broker-a')
    expect(cells(lines.at(-1))).to.deep.equal(['broker-a', 'dispatched'])
    const asked = servers.requests.length
    await servers.run(triggerLiteDispatch, '-p P -g G -b broker-b')
    expect(servers.requests.slice(asked).map(({ request }) => request.code)).to.deep.equal([
      RequestCode.GET_ROUTEINFO_BY_TOPIC,
    ])
  })

  it('switches the engine of timers', async () => {
    servers.answer(MASTER, RequestCode.SWITCH_TIMER_ENGINE, {})
    expect(await servers.run(switchTimerEngine, `-b ${MASTER} -e F`)).to.deep.equal([
      `switchTimerEngine to FILE_TIME_WHEEL success, ${MASTER}`,
    ])
    expect(servers.requests.at(-1)?.request.extFields).to.deep.equal({ E_T: 'F' })
  })
})
