import { expect } from 'chai'
import type { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import { SendMessageRequestHeaderV2 } from '../../../../codec/header/send-message.ts'
import { Host } from '../../../../codec/message/host.ts'
import type { MessageExtBrokerInner } from '../../../../codec/message/message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { EscapeBridge } from '../../../../lib/broker/failover/escape-bridge.ts'
import { TopicPublishInfo } from '../../../../lib/broker/failover/topic-publish-info.ts'
import { RemotingError } from '../../../../lib/remoting/index.ts'
import type { PutMessageResult } from '../../../../lib/store/types.ts'
import { RecordingLogger } from '../../../helpers/recording-logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const HOST = Host.of('127.0.0.1', 10911)
const READ_WRITE = 6
const READ_ONLY = 4
const REVIVE_TOPIC = 'rmq_sys_REVIVE_LOG_C'

interface Sent {
  readonly address: string
  readonly code: number
  readonly header: Record<string, string>
}

describe('EscapeBridge', () => {
  let clock: SimClock
  let sent: Sent[]
  let stored: MessageExtBrokerInner[]
  let route: TopicRouteData
  let routesAsked: number
  let answer: () => RemotingCommand | Error

  beforeEach(() => {
    clock = new SimClock()
    sent = []
    stored = []
    routesAsked = 0
    route = routeOf({ 'broker-a': READ_ONLY, 'broker-b': READ_WRITE, 'broker-c': READ_WRITE })
    answer = () => stands(ResponseCode.SUCCESS)
  })

  function routeOf(perms: Record<string, number>): TopicRouteData {
    const names = Object.keys(perms)
    return {
      brokerDatas: names.map((brokerName) => ({
        brokerName,
        brokerAddrs: new Map([[0, `${brokerName}:1`]]),
        cluster: 'C',
        enableActingMaster: false,
        zoneName: undefined,
      })),
      queueDatas: names.map((brokerName) => ({
        brokerName,
        perm: perms[brokerName] ?? 0,
        readQueueNums: 2,
        writeQueueNums: 2,
        topicSysFlag: 0,
      })),
      filterServerTable: new Map(),
      topicQueueMappingByBroker: undefined,
      orderTopicConf: undefined,
    }
  }

  function stands(code: ResponseCode): RemotingCommand {
    const place = { msgId: 'ID', queueId: '1', queueOffset: '7' }
    return RemotingCommand.response(code, undefined, place)
  }

  function create(settings: { brokerRole?: 'SLAVE' | 'SYNC_MASTER'; escape?: boolean } = {}) {
    const { brokerRole = 'SLAVE', escape = true } = settings
    const brokerConfig = {
      ...{ brokerName: 'broker-a', brokerId: 1, brokerClusterName: 'C' },
      ...{ enableSlaveActingMaster: true, enableRemoteEscape: escape },
      loadBalancePollNameServerInterval: 30_000,
    }
    const topicPublishInfo = new TopicPublishInfo({
      brokerConfig,
      getTopicRouteInfo: () => {
        routesAsked++
        return Promise.resolve(route)
      },
      clock,
    })
    return new EscapeBridge({
      ...{ brokerConfig, storeConfig: { brokerRole }, topicPublishInfo, clock },
      messageStore: {
        putMessage: (message, done) => {
          stored.push(message)
          done({ status: 'PUT_OK' })
        },
      },
      invoke: (address, { code, extFields = {} }) => {
        sent.push({ address, code, header: extFields })
        const given = answer()
        return given instanceof Error ? Promise.reject(given) : Promise.resolve(given)
      },
      logger: new RecordingLogger(),
    })
  }

  function message(given: Partial<MessageExtBrokerInner> = {}): MessageExtBrokerInner {
    return {
      ...{ topic: 'T', queueId: 0, flag: 0, sysFlag: 0, body: Buffer.from('b'), properties: '' },
      ...{ bornTimestamp: 1, bornHost: HOST, storeHost: HOST, reconsumeTimes: 2 },
      preparedTransactionOffset: 0,
      ...given,
    }
  }

  function put(bridge: EscapeBridge, given?: Partial<MessageExtBrokerInner>) {
    return new Promise<PutMessageResult>((resolve) => bridge.putMessage(message(given), resolve))
  }

  function putSpecific(bridge: EscapeBridge, given?: Partial<MessageExtBrokerInner>) {
    return new Promise<PutMessageResult>((resolve) =>
      bridge.putMessageToSpecificQueue(message(given), resolve),
    )
  }

  function header(index: number) {
    return SendMessageRequestHeaderV2.decode(sent[index]?.header)
  }

  it("puts a master's messages into its store", async () => {
    const bridge = create({ brokerRole: 'SYNC_MASTER' })
    expect(bridge.isRemote).to.equal(false)
    expect((await put(bridge)).status).to.equal('PUT_OK')
    expect(stored).to.have.length(1)
    expect(sent).to.deep.equal([])
  })

  it('puts nothing on a slave that may not send to others', async () => {
    expect((await put(create({ escape: false }))).status).to.equal('SERVICE_NOT_AVAILABLE')
    expect(stored).to.deep.equal([])
    expect(sent).to.deep.equal([])
  })

  it("sends a slave's messages to the other brokers that can be written to, in turn, by one route", async () => {
    const bridge = create()
    const results = []
    for (let i = 0; i < 4; i++) results.push(await put(bridge))
    expect(results.map(({ status }) => status)).to.deep.equal(Array(4).fill('PUT_OK'))
    expect(results[0]?.appended).to.include({ queueOffset: 7, size: 1, offsetMsgId: 'ID' })
    const places = sent.map(({ address }, index) => `${address}/${header(index).queueId}`)
    expect(places.sort()).to.deep.equal(
      ['broker-b:1/0', 'broker-b:1/1', 'broker-c:1/0', 'broker-c:1/1'].sort(),
    )
    expect(header(0)).to.include({
      ...{ topic: 'T', producerGroup: 'InnerProducerGroup_broker-a_1', reconsumeTimes: 2 },
      bname: sent[0]?.address.split(':')[0],
    })
    expect(sent[0]?.code).to.equal(RequestCode.SEND_MESSAGE_V2)
    expect(routesAsked).to.equal(1)
    clock.advance(30_000)
    await put(bridge)
    expect(routesAsked).to.equal(2)
  })

  it('lets no message wait again whose time has come', async () => {
    const properties = 'DELAY\x013\x02TAGS\x01t\x02TIMER_DELAY_SEC\x012\x02TRAN_MSG\x01true\x02'
    await put(create(), { properties })
    expect(header(0).properties).to.equal('TAGS\x01t\x02')
  })

  it('lets a timer message that has waited say when that was', async () => {
    const properties = 'TIMER_OUT_MS\x015\x02TIMER_DELAY_SEC\x012\x02'
    await put(create(), { properties })
    expect(header(0).properties).to.equal(properties)
  })

  it('sends a half message as its producer did', async () => {
    const properties =
      'TRAN_MSG\x01true\x02REAL_TOPIC\x01T\x02REAL_QID\x013\x02PGROUP\x01PG\x02TRANSACTION_CHECK_TIMES\x014\x02'
    await put(create(), { topic: 'RMQ_SYS_TRANS_HALF_TOPIC', properties })
    expect(header(0)).to.include({ topic: 'T', producerGroup: 'PG', sysFlag: 4 })
    expect(header(0).properties).to.equal('TRAN_MSG\x01true\x02REAL_TOPIC\x01T\x02PGROUP\x01PG\x02')
  })

  it('sends what belongs together to one queue, whoever delivers it', async () => {
    const bridge = create()
    for (const queueId of [0, 1, 2, 3]) {
      sent = []
      await put(bridge, { topic: REVIVE_TOPIC, queueId })
      await putSpecific(bridge, { topic: REVIVE_TOPIC, queueId, storeHost: Host.of('::1', 1) })
      expect(sent[0]?.address).to.equal(sent[1]?.address)
      expect(header(0).queueId).to.equal(header(1).queueId)
    }
  })

  it('keeps the time of what is to wait at the other broker', async () => {
    const properties = 'TIMER_DELIVER_MS\x015\x02'
    await putSpecific(create(), { topic: REVIVE_TOPIC, properties })
    expect(header(0).properties).to.equal(properties)
  })

  it('takes a message for stored that waited in vain for a slave or a disk', async () => {
    const bridge = create()
    const { FLUSH_DISK_TIMEOUT, FLUSH_SLAVE_TIMEOUT, SLAVE_NOT_AVAILABLE } = ResponseCode
    for (const code of [FLUSH_DISK_TIMEOUT, FLUSH_SLAVE_TIMEOUT, SLAVE_NOT_AVAILABLE]) {
      answer = () => stands(code)
      expect((await put(bridge)).status).to.equal('PUT_OK')
    }
  })

  it('fails when the other broker refuses or is away, and asks for the route anew', async () => {
    const bridge = create()
    answer = () => RemotingCommand.response(ResponseCode.SYSTEM_BUSY, 'busy')
    expect(await put(bridge)).to.deep.equal({ status: 'PUT_TO_REMOTE_BROKER_FAIL', reason: 'busy' })
    answer = () => new RemotingError(ResponseCode.SYSTEM_ERROR, 'gone')
    expect(await put(bridge)).to.deep.equal({ status: 'PUT_TO_REMOTE_BROKER_FAIL', reason: 'gone' })
    answer = () => stands(ResponseCode.SUCCESS)
    expect((await put(bridge)).status).to.equal('PUT_OK')
    expect(routesAsked).to.equal(3)
  })

  it('fails when nobody else has the topic', async () => {
    route = routeOf({ 'broker-a': READ_WRITE, 'broker-b': READ_ONLY })
    const { status, reason } = await put(create())
    expect(status).to.equal('PUT_TO_REMOTE_BROKER_FAIL')
    expect(reason).to.include('no other broker can be written to')
  })

  it('tells a message that another broker has removed from one that it has not got yet', async () => {
    const bridge = create()
    const notFound = (minOffset: string) => () =>
      RemotingCommand.response(ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_TOO_SMALL', {
        ...{ suggestWhichBrokerId: '0', nextBeginOffset: '9', minOffset, maxOffset: '9' },
      })
    answer = notFound('9')
    expect(await bridge.getMessage('T', 5, 0, 'broker-b')).to.equal(undefined)
    answer = notFound('0')
    const failed = await bridge.getMessage('T', 5, 0, 'broker-b').catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(RemotingError)
    const unknown = await bridge.getMessage('T', 5, 0, 'broker-x').catch((error: unknown) => error)
    expect(unknown).to.be.instanceOf(RemotingError)
  })
})
