import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ClusterInfo } from '../../codec/body/cluster-info.ts'
import { TopicRouteData } from '../../codec/body/topic-route-data.ts'
import { SendMessageResponseHeader } from '../../codec/header/send-message.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { ResponseCode } from '../../codec/response-code.ts'
import type { RunningServer, StartServerOptions } from '../../lib/index.ts'
import { ConfigError, startServer } from '../../lib/index.ts'
import { RawClient } from '../helpers/remoting.ts'
import { sendMessage } from '../helpers/send-message.ts'
import { makeTempDirectory } from '../helpers/temp-directory.ts'

describe('startServer', () => {
  const directory = makeTempDirectory()
  const running: RunningServer[] = []

  afterEach(async () => {
    for (const server of running.splice(0)) await server.close()
  })
  after(() => directory.remove())

  async function start(options: StartServerOptions = {}): Promise<RunningServer> {
    const server = await startServer(options)
    running.push(server)
    return server
  }

  async function ask(address: string, request: RemotingCommand): Promise<RemotingCommand> {
    const [host, port] = address.split(':')
    const client = await RawClient.connect(Number(port), host)
    const response = await client.invoke(request)
    await client.close()
    return response
  }

  async function route(namesrvAddr: string, topic: string): Promise<TopicRouteData> {
    const request = RemotingCommand.request(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
    const { body } = await ask(namesrvAddr, request)
    return TopicRouteData.decode(body)
  }

  it('runs a broker that takes messages, and a name server that knows their topic', async () => {
    const { namesrvAddr, brokerAddr } = await start()
    const sent = await sendMessage(brokerAddr, 'Fresh')
    expect(sent.code).to.equal(ResponseCode.SUCCESS)
    expect(SendMessageResponseHeader.decode(sent.extFields).queueOffset).to.equal(0)
    const { brokerDatas, queueDatas } = await route(namesrvAddr, 'Fresh')
    expect(brokerDatas[0]?.brokerAddrs).to.deep.equal(new Map([[0, brokerAddr]]))
    expect(queueDatas[0]?.writeQueueNums).to.equal(4)
  })

  it('gives a client the address by which it reached the name server', async () => {
    const { namesrvAddr, brokerAddr } = await start({ host: '0.0.0.0' })
    expect(brokerAddr).to.match(/^127\.0\.0\.1:\d+$/)
    // On Linux all of 127.0.0.0/8 is this machine: as good as a second interface.
    const hosts = process.platform === 'linux' ? ['127.0.0.1', '127.0.0.2'] : ['127.0.0.1']
    for (const host of hosts) {
      const { brokerDatas } = await route(namesrvAddr.replace('127.0.0.1', host), 'TBW102')
      const address = brokerDatas[0]?.brokerAddrs.get(0)
      expect(address).to.equal(brokerAddr.replace('127.0.0.1', host))
      expect((await sendMessage(address ?? '', 'Fresh')).code).to.equal(ResponseCode.SUCCESS)
    }
  })

  it('keeps messages in the store that it is given', async () => {
    const store = join(directory.path, 'kept')
    const first = await start({ store })
    await sendMessage(first.brokerAddr, 'Kept')
    await first.close()
    const second = await start({ store })
    const sent = await sendMessage(second.brokerAddr, 'Kept')
    expect(SendMessageResponseHeader.decode(sent.extFields).queueOffset).to.equal(1)
  })

  it('removes a temporary store when it is closed', async () => {
    const before = readdirSync(tmpdir())
    const server = await start()
    const made = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('rocketmq-') && !before.includes(name),
    )
    await server.close()
    await server.close()
    expect(made.length).to.be.greaterThan(0)
    expect(made.filter((name) => existsSync(join(tmpdir(), name, 'commitlog')))).to.deep.equal([])
  })

  it('runs several brokers in one process, as one cluster if they share a name server', async () => {
    const first = await start({ config: { brokerName: 'broker-a' } })
    const { namesrvAddr } = first
    const second = await start({ config: { brokerName: 'broker-b', namesrvAddr } })
    const request = RemotingCommand.request(RequestCode.GET_BROKER_CLUSTER_INFO)
    const cluster = ClusterInfo.decode((await ask(namesrvAddr, request)).body)
    expect([...cluster.brokerAddrTable.keys()]).to.have.members(['broker-a', 'broker-b'])
    for (const { brokerAddr } of [first, second]) {
      const sent = await sendMessage(brokerAddr, 'Shared')
      expect(SendMessageResponseHeader.decode(sent.extFields).queueOffset).to.equal(0)
    }
  })

  it('takes settings by their keys', async () => {
    const { brokerAddr } = await start({ config: { autoCreateTopicEnable: false } })
    expect((await sendMessage(brokerAddr, 'Fresh')).code).to.equal(ResponseCode.TOPIC_NOT_EXIST)
  })

  it('refuses a wrong setting', async () => {
    const error: unknown = await startServer({ config: { flushDiskType: 'FOO' } }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).to.be.instanceOf(ConfigError)
    expect((error as Error).message).to.equal(
      'startServer: flushDiskType=FOO: allowed are ASYNC_FLUSH, SYNC_FLUSH',
    )
  })

  it('refuses a store that is in use, and leaves nothing running', async () => {
    const store = join(directory.path, 'locked')
    await start({ store })
    const error: unknown = await startServer({ store }).catch((thrown: unknown) => thrown)
    const expected = `the store ${store} is in use by the process ${process.pid}`
    expect((error as Error).message).to.equal(expected)
  })
})
