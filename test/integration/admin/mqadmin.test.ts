import { expect } from 'chai'
import { BrokerGroup } from '../../helpers/broker-group.ts'
import { runMqadmin } from '../../helpers/mqadmin.ts'

describe('mqadmin', () => {
  const group = new BrokerGroup()
  let broker: string

  before(async () => {
    await group.start()
    broker = (await group.startBroker('master', { brokerClusterName: 'C' })).address.toString()
  })

  after(() => group.close())

  const run = (line: string) => runMqadmin(line, group.namesrvAddr)
  /** What a command line prints that succeeds. */
  const linesOf = async (line: string): Promise<readonly string[]> => {
    const { code, lines, errors } = await run(line)
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] })
    return lines
  }
  const jsonOf = async (line: string): Promise<unknown> =>
    JSON.parse((await linesOf(`${line} --json`)).join(''))

  it('lists the brokers of a cluster', async () => {
    const [head = '', ...rows] = await linesOf('clusterList')
    expect(head.split(/\s{2,}/).slice(0, 4)).to.deep.equal([
      '#Cluster Name',
      '#Broker Name',
      '#BID',
      '#Addr',
    ])
    expect(rows.map((row) => row.split(/\s+/).slice(0, 5))).to.deep.equal([
      ['C', 'broker-a', '0', broker, 'V5_3_3'],
    ])
    expect(await jsonOf('clusterList -m')).to.deep.equal([
      {
        cluster: 'C',
        brokerName: 'broker-a',
        brokerId: 0,
        address: broker,
        inYesterday: 0,
        outYesterday: 0,
        inToday: 0,
        outToday: 0,
      },
    ])
  })

  it('creates, shows and deletes a topic', async () => {
    expect(await linesOf('updateTopic -c C -t T -r 2 -w 1')).to.deep.equal([
      `create topic to ${broker} success.`,
      'TopicConfig [topicName=T, readQueueNums=2, writeQueueNums=1, perm=RW-, ' +
        'topicFilterType=SINGLE_TAG, topicSysFlag=0, order=false, attributes={}]',
    ])
    expect(await linesOf('topicList')).to.include('T')
    expect(await jsonOf('topicRoute -t T')).to.deep.include({
      queueDatas: [
        { brokerName: 'broker-a', perm: 6, readQueueNums: 2, topicSysFlag: 0, writeQueueNums: 1 },
      ],
    })
    const [, row = ''] = await linesOf('topicRoute -t T -l')
    expect(row.trim().split(/\s+/)).to.deep.equal(['C', 'broker-a', `{0=${broker}}`, '2', '1', '6'])
    expect(
      (await linesOf('topicStatus -t T')).slice(1).map((line) => line.trimEnd()),
    ).to.deep.equal([
      'broker-a                          0     0                     0',
      'broker-a                          1     0                     0',
      '',
      'Topic Put TPS: 0.0',
    ])
    expect(await linesOf('deleteTopic -c C -t T')).to.deep.equal([
      'delete topic [T] from cluster [C] success.',
      'delete topic [T] from NameServer success.',
    ])
    expect(await linesOf('topicList')).not.to.include('T')
  })

  it('tells the name servers of the queues of an ordered topic', async () => {
    const lines = await linesOf(`updateTopic -b ${broker} -t O -w 3 -o true`)
    expect(lines[1]).to.equal('set broker orderConf. isOrder=true, orderConf=[broker-a:3]')
    expect((await linesOf('updateTopic -c C -t O -w 4 -o true'))[1]).to.equal(
      'set cluster orderConf. isOrder=true, orderConf=[broker-a:4]',
    )
  })

  it('creates and deletes a group', async () => {
    const [created, config] = await linesOf('updateSubGroup -c C -g G -q 2 -o true')
    expect(created).to.equal(`create subscription group to ${broker} success.`)
    expect(config).to.include('groupName=G, ').and.to.include('retryQueueNums=2, ')
    expect(config).to.include('groupRetryPolicy=GroupRetryPolicy{type=CUSTOMIZED, ')
    expect(await linesOf('deleteSubGroup -c C -g G -r true')).to.deep.equal([
      `delete subscription group [G] from broker [${broker}] in cluster [C] success.`,
    ])
    expect((await linesOf('consumerProgress')).length).to.equal(1)
    expect((await run('consumerProgress -g G')).errors).to.deep.equal([
      'mqadmin consumerProgress: CODE: 17  DESC: No topic route info in name server for the topic: %RETRY%G',
    ])
  })

  it('shows and changes settings', async () => {
    const change = `updateBrokerConfig -b ${broker} -k longPollingEnable -v false`
    expect(await linesOf(change)).to.deep.equal([`update broker config success, ${broker}`])
    const [head, ...settings] = await linesOf('getBrokerConfig -c C')
    expect(head).to.equal(`============Master: ${broker}============`)
    expect(settings).to.include(`${'longPollingEnable'.padEnd(50)}=  false`)
    expect(await linesOf(`brokerStatus -b ${broker}`)).to.include(
      `${'brokerVersionDesc'.padEnd(32)}: V5_3_3`,
    )
  })

  it('fails with one line', async () => {
    expect(await run('topicRoute -t None')).to.deep.equal({
      code: 1,
      lines: [],
      errors: [
        'mqadmin topicRoute: CODE: 17  DESC: No topic route info in name server for the topic: None',
      ],
    })
    const { code, errors } = await run('brokerStatus -c Nowhere')
    expect(code).to.equal(1)
    expect(errors).to.have.lengthOf(1)
    expect(errors[0]).to.match(
      /^mqadmin brokerStatus: Nowhere: Make sure the specified clusterName/,
    )
  })

  it('does what it can when one broker does not answer', async () => {
    const gone = await group.startBroker('gone', { brokerClusterName: 'C', brokerName: 'broker-b' })
    const line = `updateBrokerConfig -b ${gone.address.toString()} -k longPollingEnable -v true`
    await group.stopBroker(gone)
    const { code, errors } = await run(line)
    expect(code).to.equal(1)
    expect(errors.join()).to.include('ECONNREFUSED')
  })

  const wrong = [
    ['topicLisst', 'mqadmin: there is no command topicLisst: topicList?'],
    ['topicRoute', 'mqadmin topicRoute: -t (--topic) is missing: topic'],
    [
      'brokerStatus',
      'mqadmin brokerStatus: one of -b (--brokerAddr), -c (--clusterName) is missing',
    ],
    ['topicList -c -x', 'mqadmin topicList: there is no option -x'],
    ['topicList --accessKey a', 'mqadmin topicList: --accessKey and --secretKey: both are needed'],
  ] as const
  for (const [line, problem] of wrong) {
    it(`ends with 2 for ${line}`, async () => {
      expect(await run(line)).to.deep.equal({ code: 2, lines: [], errors: [problem] })
    })
  }

  it('ends with 2 when no name server is known', async () => {
    const { code, errors } = await runMqadmin('topicList')
    expect(code).to.equal(2)
    expect(errors).to.deep.equal([
      'mqadmin topicList: no name server is known: give -n HOST:PORT or set NAMESRV_ADDR',
    ])
  })

  it('lists its commands, and the options of one', async () => {
    expect((await linesOf('help')).join('\n')).to.match(/^ {3}topicRoute +Shows/m)
    const [first, ...rest] = await linesOf('topicRoute -h')
    expect(first).to.equal('Usage: mqadmin topicRoute [options]')
    expect(rest).to.include('  -t, --topic TOPIC  topic (needed)')
    expect(await linesOf('help topicRoute')).to.deep.equal([first, ...rest])
  })
})

describe('mqadmin where servers ask who calls', () => {
  const group = new BrokerGroup()
  after(() => group.close())

  it('signs what it sends', async () => {
    await group.start()
    const broker = await group.startBroker('master', {
      authenticationEnabled: 'true',
      authenticationMetadataProvider:
        'org.apache.rocketmq.auth.authentication.provider.LocalAuthenticationMetadataProvider',
      initAuthenticationUser: '{"username":"admin","password":"secret"}',
      innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"secret"}',
    })
    const line = `brokerStatus -b ${broker.address.toString()}`
    const keys = { ROCKETMQ_ACCESS_KEY: 'admin', ROCKETMQ_SECRET_KEY: 'secret' }
    expect((await runMqadmin(line, group.namesrvAddr, keys)).code).to.equal(0)
    const signed = `${line} --accessKey admin --secretKey wrong`
    expect((await runMqadmin(signed, group.namesrvAddr)).errors).to.deep.equal([
      'mqadmin brokerStatus: CODE: 16  DESC: check signature failed.',
    ])
  })

  it('connects by TLS', async () => {
    const broker = await group.startBroker('tls', {
      brokerName: 'broker-tls',
      'tls.server.mode': 'enforcing',
    })
    const line = `brokerStatus -b ${broker.address.toString()}`
    expect((await runMqadmin(`${line} --tls`)).code).to.equal(0)
    expect((await runMqadmin(line)).code).to.equal(1)
  })
})
