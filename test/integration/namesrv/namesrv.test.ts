import fs from 'node:fs'
import { once } from 'node:events'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import {
  encodeCompressedRegisterBody,
  RegisterBrokerBody,
} from '../../../codec/body/register-broker-body.ts'
import { TopicConfigSerializeWrapper } from '../../../codec/body/topic-config-serialize-wrapper.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { jsonOf, NamesrvFixture, requestOf } from '../../helpers/namesrv-fixture.ts'
import { staticTopic, topics, version } from '../../helpers/namesrv.ts'
import type { RawClient } from '../../helpers/remoting.ts'

const HEADER = {
  brokerName: 'broker-a',
  brokerAddr: '10.0.0.1:10911',
  clusterName: 'C',
  haServerAddr: '10.0.0.1:10912',
  brokerId: '0',
}

const BODY: RegisterBrokerBody = {
  filterServerList: [],
  topicConfigSerializeWrapper: {
    dataVersion: version(1),
    mappingDataVersion: version(1),
    topicConfigTable: topics('T1', 'T2'),
    topicQueueMappingDetailMap: new Map(),
    topicQueueMappingInfoMap: new Map([['S', staticTopic('S', 'broker-a')]]),
  },
}

const ROUTE = {
  brokerDatas: [
    {
      brokerAddrs: { 0: '10.0.0.1:10911' },
      brokerName: 'broker-a',
      cluster: 'C',
      enableActingMaster: false,
    },
  ],
  filterServerTable: {},
  queueDatas: [
    { brokerName: 'broker-a', perm: 6, readQueueNums: 4, topicSysFlag: 0, writeQueueNums: 4 },
  ],
}

describe('NameServer over sockets', () => {
  let fixture: NamesrvFixture
  let client: RawClient

  async function start(entries?: Record<string, string>): Promise<void> {
    fixture = new NamesrvFixture(entries)
    await fixture.start()
    client = await fixture.connect()
  }

  afterEach(() => fixture.stop())

  function register(
    extFields: Record<string, string> = {},
    body = RegisterBrokerBody.encode(BODY),
  ) {
    const header = { ...HEADER, ...extFields }
    return client.invoke(requestOf(RequestCode.REGISTER_BROKER, header, body))
  }

  function route(topic: string, extFields: Record<string, string> = {}, senderVersion?: number) {
    const header = { topic, ...extFields }
    return client.invoke(
      requestOf(RequestCode.GET_ROUTEINFO_BY_TOPIC, header, undefined, senderVersion),
    )
  }

  describe('registration and route', () => {
    it('gives the route of a registered topic', async () => {
      await start()
      const registered = await register()
      expect([registered.code, registered.extFields, registered.body]).to.deep.equal([
        ResponseCode.SUCCESS,
        {},
        undefined,
      ])
      const response = await route('T1')
      expect(response.code).to.equal(ResponseCode.SUCCESS)
      expect(jsonOf(response)).to.deep.equal(ROUTE)
    })

    it("says that a topic is unknown in Apache's words", async () => {
      await start()
      const { code, remark } = await route('nothing')
      expect(code).to.equal(ResponseCode.TOPIC_NOT_EXIST)
      expect(remark).to.equal(
        'No topic route info in name server for the topic: nothing\n' +
          'See https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.',
      )
    })

    it('writes broker ids bare for senders before 4.9.4 that do not ask for standard JSON', async () => {
      await start()
      await register()
      const text = async (extFields: Record<string, string>, senderVersion: number) =>
        (await route('T1', extFields, senderVersion)).body?.toString()
      expect(await text({}, 400)).to.contain('{0:"10.0.0.1:10911"}')
      expect(await text({}, 401)).to.contain('{"0":"10.0.0.1:10911"}')
      expect(await text({ acceptStandardJsonOnly: 'true' }, 317)).to.contain(
        '{"0":"10.0.0.1:10911"}',
      )
    })

    it('reads the compressed body, with static topics from 5.0.0 on', async () => {
      await start()
      const { code } = await register({ compressed: 'true' }, encodeCompressedRegisterBody(BODY))
      expect(code).to.equal(ResponseCode.SUCCESS)
      expect(jsonOf(await route('T2'))).to.deep.equal(ROUTE)
    })

    it('passes the mapping of a static topic through', async () => {
      await start()
      const table = topics('S', 'T1')
      const wrapper = { ...BODY.topicConfigSerializeWrapper, topicConfigTable: table }
      await register(
        {},
        RegisterBrokerBody.encode({ ...BODY, topicConfigSerializeWrapper: wrapper }),
      )
      const { topicQueueMappingByBroker } = jsonOf(await route('S')) as Record<string, unknown>
      expect(topicQueueMappingByBroker).to.deep.equal({
        'broker-a': {
          bname: 'broker-a',
          currIdMap: { 0: 0 },
          dirty: false,
          epoch: 1,
          scope: '__global__',
          topic: 'S',
          totalQueues: 1,
        },
      })
    })

    it('reads the body of brokers before 3.0.11, which has the topics only', async () => {
      await start()
      const body = TopicConfigSerializeWrapper.encode(BODY.topicConfigSerializeWrapper)
      await client.invoke(requestOf(RequestCode.REGISTER_BROKER, HEADER, body, 36))
      expect(jsonOf(await route('T1'))).to.deep.equal(ROUTE)
    })

    it('checks the sum of the body', async () => {
      await start()
      const body = RegisterBrokerBody.encode(BODY)
      const bodyCrc32 = crc32(body) & 0x7fffffff
      const wrong = await register({ bodyCrc32: String(bodyCrc32 ^ 1) }, body)
      expect([wrong.code, wrong.remark]).to.deep.equal([
        ResponseCode.SYSTEM_ERROR,
        'crc32 not match',
      ])
      expect((await route('T1')).code).to.equal(ResponseCode.TOPIC_NOT_EXIST)
      expect((await register({ bodyCrc32: String(bodyCrc32) }, body)).code).to.equal(0)
    })

    it('refuses a single topic before the first registration', async () => {
      await start()
      const wrapper = { ...BODY.topicConfigSerializeWrapper, topicConfigTable: topics('T1') }
      const body = RegisterBrokerBody.encode({ ...BODY, topicConfigSerializeWrapper: wrapper })
      const { code, remark } = await register({}, body)
      expect([code, remark]).to.deep.equal([ResponseCode.SYSTEM_ERROR, 'register broker failed'])
    })

    it('forgets a broker when it unregisters, and when its connection closes', async () => {
      await start()
      await register()
      const asker = await fixture.connect()
      const code = async () => {
        fixture.clock.advance(0)
        const request = requestOf(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'T1' })
        return (await asker.invoke(request)).code
      }
      await client.invoke(requestOf(RequestCode.UNREGISTER_BROKER, HEADER))
      expect(await code()).to.equal(ResponseCode.TOPIC_NOT_EXIST)
      await register()
      expect(await code()).to.equal(ResponseCode.SUCCESS)
      client.socket.end()
      await client.closed
      while ((await code()) === Number(ResponseCode.SUCCESS));
    })

    it('closes the connection of a broker that was silent for too long', async () => {
      await start()
      await register({ heartbeatTimeoutMillis: '3000' })
      fixture.clock.advance(5_000)
      await client.closed
    })

    it('answers whether a data version is known, and counts that as a sign of life', async () => {
      await start()
      const query = (counter: number) =>
        client.invoke(
          requestOf(RequestCode.QUERY_DATA_VERSION, HEADER, JSON.stringify(version(counter))),
        )
      const before = await query(1)
      expect([before.extFields, before.body]).to.deep.equal([{ changed: 'true' }, undefined])
      await register()
      const same = await query(1)
      expect(same.extFields).to.deep.equal({ changed: 'false' })
      expect(jsonOf(same)).to.deep.equal(version(1))
      expect((await query(2)).extFields).to.deep.equal({ changed: 'true' })
    })

    it('makes clients wait while it is not ready, if told so', async () => {
      await start({ needWaitForService: 'true' })
      await register()
      const early = await route('T1')
      expect([early.code, early.remark]).to.deep.equal([
        ResponseCode.SYSTEM_ERROR,
        'name server not ready',
      ])
      fixture.clock.advance(45_000)
      expect((await route('T1')).code).to.equal(ResponseCode.SUCCESS)
    })

    it('gives order configurations to clients and brokers', async () => {
      await start({ orderMessageEnable: 'true' })
      const item = { namespace: 'ORDER_TOPIC_CONFIG', key: 'T1', value: 'broker-a:4' }
      await client.invoke(requestOf(RequestCode.PUT_KV_CONFIG, item))
      expect(jsonOf(await register())).to.deep.equal({ table: { T1: 'broker-a:4' } })
      expect(jsonOf(await route('T1'))).to.deep.equal({ ...ROUTE, orderTopicConf: 'broker-a:4' })
      expect(jsonOf(await route('T2'))).to.deep.equal(ROUTE)
    })
  })

  describe('administration', () => {
    it('tells of clusters and member groups', async () => {
      await start()
      await register()
      const cluster = await client.invoke(requestOf(RequestCode.GET_BROKER_CLUSTER_INFO))
      expect(jsonOf(cluster)).to.deep.equal({
        brokerAddrTable: { 'broker-a': ROUTE.brokerDatas[0] },
        clusterAddrTable: { C: ['broker-a'] },
      })
      const group = await client.invoke(requestOf(RequestCode.GET_BROKER_MEMBER_GROUP, HEADER))
      expect([group.code, group.remark]).to.deep.equal([0, 'not set any response code'])
      expect(jsonOf(group)).to.deep.equal({
        brokerMemberGroup: {
          brokerAddrs: { 0: '10.0.0.1:10911' },
          brokerName: 'broker-a',
          cluster: 'C',
        },
      })
    })

    it('lists topics', async () => {
      await start()
      await register()
      const list = async (code: number, extFields?: Record<string, string>) =>
        jsonOf(await client.invoke(requestOf(code, extFields)))
      const both = { topicList: ['T1', 'T2'] }
      expect(await list(RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER)).to.deep.equal(both)
      expect(await list(RequestCode.GET_TOPICS_BY_CLUSTER, { cluster: 'C' })).to.deep.equal(both)
      expect(await list(RequestCode.GET_TOPICS_BY_CLUSTER, { cluster: 'no' })).to.deep.equal({
        topicList: [],
      })
      expect(await list(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS)).to.deep.equal({
        brokerAddr: '10.0.0.1:10911',
        topicList: ['C', 'broker-a'],
      })
      expect(await list(RequestCode.GET_UNIT_TOPIC_LIST)).to.deep.equal({ topicList: [] })
    })

    it('refuses lists that are switched off', async () => {
      await start({ enableAllTopicList: 'false', enableTopicList: 'false' })
      for (const code of [206, 224, 311, 312, 313]) {
        const response = await client.invoke(requestOf(code, { cluster: 'C' }))
        expect([response.code, response.remark], `${code}`).to.deep.equal([1, 'disable'])
      }
      expect((await client.invoke(requestOf(304))).code).to.equal(ResponseCode.SUCCESS)
    })

    it('wipes and adds write permission', async () => {
      await start()
      await register()
      const perm = async () => {
        const { queueDatas } = jsonOf(await route('T1')) as typeof ROUTE
        return queueDatas[0]?.perm
      }
      const wiped = await client.invoke(requestOf(RequestCode.WIPE_WRITE_PERM_OF_BROKER, HEADER))
      expect(wiped.extFields).to.deep.equal({ wipeTopicCount: '2' })
      expect(await perm()).to.equal(4)
      const added = await client.invoke(requestOf(RequestCode.ADD_WRITE_PERM_OF_BROKER, HEADER))
      expect(added.extFields).to.deep.equal({ addTopicCount: '2' })
      expect(await perm()).to.equal(6)
    })

    it('registers and deletes single topics', async () => {
      await start()
      await register()
      const queueDatas = [{ ...ROUTE.queueDatas[0], readQueueNums: 1 }]
      const body = JSON.stringify({ ...ROUTE, queueDatas })
      await client.invoke(requestOf(RequestCode.REGISTER_TOPIC_IN_NAMESRV, { topic: 'T3' }, body))
      expect(jsonOf(await route('T3'))).to.deep.equal({ ...ROUTE, queueDatas })
      const remove = (topic: string, clusterName: string) =>
        client.invoke(requestOf(RequestCode.DELETE_TOPIC_IN_NAMESRV, { topic, clusterName }))
      await remove('T1', 'other')
      expect((await route('T1')).code).to.equal(ResponseCode.SUCCESS)
      await remove('T1', 'C')
      expect((await route('T1')).code).to.equal(ResponseCode.TOPIC_NOT_EXIST)
      await remove('T2', '')
      expect((await route('T2')).code).to.equal(ResponseCode.TOPIC_NOT_EXIST)
    })

    it('keeps KV configuration in its file', async () => {
      await start()
      const item = { namespace: 'N', key: 'k', value: 'v' }
      const get = () => client.invoke(requestOf(RequestCode.GET_KV_CONFIG, item))
      const absent = await get()
      expect([absent.code, absent.remark]).to.deep.equal([
        22,
        'No config item, Namespace: N Key: k',
      ])
      await client.invoke(requestOf(RequestCode.PUT_KV_CONFIG, item))
      expect((await get()).extFields).to.deep.equal({ value: 'v' })
      const file = JSON.parse(fs.readFileSync(fixture.path('kvConfig.json'), 'utf8')) as unknown
      expect(file).to.deep.equal({ configTable: { N: { k: 'v' } } })
      const list = await client.invoke(requestOf(RequestCode.GET_KVLIST_BY_NAMESPACE, item))
      expect(jsonOf(list)).to.deep.equal({ table: { k: 'v' } })
      await client.invoke(requestOf(RequestCode.DELETE_KV_CONFIG, item))
      expect((await get()).code).to.equal(22)
      const none = await client.invoke(requestOf(219, { namespace: 'other' }))
      expect([none.code, none.remark]).to.deep.equal([22, 'No config item, Namespace: other'])
    })

    it('takes other limits of connections at once', async () => {
      await start()
      const text = 'serverMaxHeaderLength=1024'
      await client.invoke(requestOf(RequestCode.UPDATE_NAMESRV_CONFIG, undefined, text))
      client.send(requestOf(RequestCode.GET_NAMESRV_CONFIG, { filler: 'x'.repeat(1024) }))
      await client.closed
    })

    it('tells and changes its configuration, except for what is black-listed', async () => {
      await start()
      const update = (text: string) =>
        client.invoke(requestOf(RequestCode.UPDATE_NAMESRV_CONFIG, undefined, text))
      expect((await update('orderMessageEnable=true')).code).to.equal(ResponseCode.SUCCESS)
      const config = (
        await client.invoke(requestOf(RequestCode.GET_NAMESRV_CONFIG))
      ).body?.toString()
      expect(config).to.match(/^orderMessageEnable=true$/m)
      expect(config).to.match(/^scanNotActiveBrokerInterval=5000$/m)
      expect(config).to.match(/^serverWorkerThreads=8$/m)
      for (const key of ['kvConfigPath', 'configStorePath', 'configBlackList', 'rocketmqHome']) {
        const { code, remark } = await update(`enableTopicList=false\n${key}=x`)
        expect([code, remark]).to.deep.equal([16, 'Can not update config in black list.'])
      }
      const wrong = await update('waitSecondsForService=soon')
      expect(wrong.code).to.equal(ResponseCode.SYSTEM_ERROR)
      expect(wrong.remark).to.contain('waitSecondsForService=soon')
    })

    it('does not know other codes', async () => {
      await start()
      const { code, remark } = await client.invoke(requestOf(RequestCode.SEND_MESSAGE))
      expect([code, remark]).to.deep.equal([3, ' request type 10 not supported'])
    })
  })

  describe('bad input', () => {
    const bad: [string, () => ReturnType<typeof requestOf>, RegExp][] = [
      ['no fields', () => requestOf(103), /brokerName.*null/],
      ['a mistyped field', () => requestOf(103, { ...HEADER, brokerId: 'x' }), /brokerId/],
      [
        'garbage for a body',
        () => requestOf(103, HEADER, '{"a'),
        /Failed to decode RegisterBrokerBody/,
      ],
      [
        'a list for topics',
        () => requestOf(103, HEADER, '{"topicConfigSerializeWrapper":{"topicConfigTable":[1]}}'),
        /topicConfigTable/,
      ],
      [
        'a body that is not compressed',
        () => requestOf(103, { ...HEADER, compressed: 'true' }, '{}'),
        /Failed to decode RegisterBrokerBody/,
      ],
      ['garbage for a data version', () => requestOf(322, HEADER, '['), /invalid JSON/],
      ['garbage for a route', () => requestOf(217, { topic: 'T1' }, '{]'), /invalid JSON/],
      [
        'no namespace',
        () => requestOf(100, { key: 'k', value: 'v' }),
        /^namespace or key is null$/,
      ],
    ]
    for (const [name, request, remark] of bad) {
      it(`answers ${name} with SYSTEM_ERROR and changes nothing`, async () => {
        await start()
        const response = await client.invoke(request())
        expect(response.code).to.equal(ResponseCode.SYSTEM_ERROR)
        expect(response.remark).to.match(remark)
        const cluster = await client.invoke(requestOf(RequestCode.GET_BROKER_CLUSTER_INFO))
        expect(jsonOf(cluster)).to.deep.equal({ brokerAddrTable: {}, clusterAddrTable: {} })
      })
    }

    it('takes names for names, whatever they are', async () => {
      await start()
      const names = ['__proto__', 'constructor', '../../x', '', '\u0000', 'x'.repeat(300), '名']
      const wrapper = { ...BODY.topicConfigSerializeWrapper, topicConfigTable: topics(...names) }
      const body = RegisterBrokerBody.encode({ ...BODY, topicConfigSerializeWrapper: wrapper })
      await register({ brokerName: '__proto__', clusterName: '__proto__' }, body)
      for (const name of names) {
        const { brokerDatas } = jsonOf(await route(name)) as typeof ROUTE
        expect(brokerDatas[0]?.brokerName, name).to.equal('__proto__')
      }
      const kv = { namespace: '__proto__', key: '__proto__', value: '../x' }
      await client.invoke(requestOf(RequestCode.PUT_KV_CONFIG, kv))
      const got = await client.invoke(requestOf(RequestCode.GET_KV_CONFIG, kv))
      expect(got.extFields).to.deep.equal({ value: '../x' })
    })

    it('closes a connection that sends garbage, and serves the others', async () => {
      await start()
      const vandal = await fixture.connect()
      vandal.sendBytes(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
      await vandal.closed
      await register()
      expect((await route('T1')).code).to.equal(ResponseCode.SUCCESS)
    })
  })

  describe('advertised address', () => {
    it('gives a broker without a configured address the IP by which the client came', async () => {
      await start()
      await register({ brokerAddrAuto: 'true', brokerAddr: '172.17.0.2:10911' })
      const { brokerDatas } = jsonOf(await route('T1')) as typeof ROUTE
      expect(brokerDatas[0]?.brokerAddrs).to.deep.equal({ 0: '127.0.0.1:10911' })
      const cluster = jsonOf(await client.invoke(requestOf(RequestCode.GET_BROKER_CLUSTER_INFO)))
      expect(cluster).to.deep.include({ brokerAddrTable: { 'broker-a': brokerDatas[0] } })
    })

    it('leaves a configured address alone', async () => {
      await start()
      await register({ brokerAddr: '172.17.0.2:10911' })
      const { brokerDatas } = jsonOf(await route('T1')) as typeof ROUTE
      expect(brokerDatas[0]?.brokerAddrs).to.deep.equal({ 0: '172.17.0.2:10911' })
    })
  })

  it('stops with connections open and leaves no timer', async () => {
    await start()
    await register()
    const closed = once(client.socket, 'close')
    await fixture.stop()
    await closed
    expect(fixture.clock.pendingTimers).to.equal(0)
  })
})
