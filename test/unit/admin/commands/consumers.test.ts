import { expect } from 'chai'
import { ConsumeStats } from '../../../../codec/body/consume-stats.ts'
import { ConsumerConnection } from '../../../../codec/body/connection-list.ts'
import { ConsumerRunningInfo } from '../../../../codec/body/consumer-running-info.ts'
import { TopicStatsTable } from '../../../../codec/body/topic-stats.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { consumerProgress } from '../../../../lib/admin/commands/consumer/consumer-progress.ts'
import { consumerStatus } from '../../../../lib/admin/commands/consumer/consumer-status.ts'
import { fetchUndoneMessages } from '../../../../lib/admin/commands/consumer/undone-messages.ts'
import { MqAdminClient } from '../../../../lib/admin/mq-admin-client.ts'
import { FakeServers, MASTER, NAMESRV } from '../../../helpers/fake-servers.ts'

const QUEUE = { brokerName: 'broker-a', queueId: 0, topic: 'T' }
const SUBSCRIPTION = {
  classFilterMode: false,
  codeSet: [],
  expressionType: 'TAG',
  subString: '*',
  subVersion: 1,
  tagsSet: [],
  topic: 'T',
}
const STARTED_LONG_AGO_MS = 1_000

/** A group `G` with the consumers `clients`, which are 5 messages behind and have blocked. */
function withConsumers(...clients: string[]): FakeServers {
  const servers = new FakeServers()
  servers.clock.advance(1_000_000)
  const connectionSet = clients.map((clientId) => {
    return { clientAddr: '10.0.1.1:1', clientId, language: 'JAVA', version: 479 }
  })
  const connection = {
    connectionSet,
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' as const,
    consumeType: 'CONSUME_PASSIVELY' as const,
    messageModel: 'CLUSTERING' as const,
    subscriptionTable: new Map([['T', SUBSCRIPTION]]),
  }
  servers.answer(MASTER, RequestCode.GET_CONSUMER_CONNECTION_LIST, {
    body: ConsumerConnection.encode(connection),
  })
  const offsets = { brokerOffset: 15, consumerOffset: 10, lastTimestamp: 4_000, pullOffset: 12 }
  servers.answer(MASTER, RequestCode.GET_CONSUME_STATS, {
    body: ConsumeStats.encode({ consumeTps: 2.5, offsetTable: [[QUEUE, offsets]] }),
  })
  const body = runningInfo('*')
  servers.answer(MASTER, RequestCode.GET_CONSUMER_RUNNING_INFO, { body })
  return servers
}

function runningInfo(subString: string): Buffer {
  const queue = {
    cachedMsgCount: 3,
    cachedMsgMaxOffset: 12,
    cachedMsgMinOffset: 10,
    cachedMsgSizeInMiB: 0,
    commitOffset: 10,
    droped: false,
    lastConsumeTimestamp: 4_000,
    lastLockTimestamp: 0,
    lastPullTimestamp: 4_000,
    locked: false,
    transactionMsgCount: 0,
    transactionMsgMaxOffset: 0,
    transactionMsgMinOffset: 0,
    tryUnlockTimes: 0,
  }
  const info = {
    mqPopTable: [],
    mqTable: [[QUEUE, queue]] as [typeof QUEUE, typeof queue][],
    properties: new Map([
      ['PROP_CONSUME_TYPE', 'CONSUME_PASSIVELY'],
      ['PROP_CONSUMER_START_TIMESTAMP', String(STARTED_LONG_AGO_MS)],
    ]),
    statusTable: new Map(),
    subscriptionSet: [{ ...SUBSCRIPTION, subString }],
    userConsumerInfo: new Map<string, string>(),
  }
  return ConsumerRunningInfo.encode(info)
}

describe('mqadmin about consumers', () => {
  it('tells how far a group is behind, and who has a queue', async () => {
    const lines = await withConsumers('10.0.1.1@7').run(consumerProgress, '-g G -s true')
    expect(lines[1]?.split(/ {2,}/).slice(0, 6)).to.deep.equal([
      'T',
      'broker-a',
      '0',
      '15',
      '10',
      '10.0.1.1',
    ])
    expect(lines.slice(3)).to.deep.equal([
      'Consume TPS: 2.50',
      'Consume Diff Total: 5',
      'Consume Inflight Total: 2',
    ])
  })

  it('lists all groups', async () => {
    const [, row = ''] = await withConsumers('a', 'b').run(consumerProgress, '')
    expect(row.split(/ +/)).to.deep.equal(['G', '2', 'V5_3_3', 'PUSH', 'CLUSTERING', '2', '5'])
  })

  it('writes what each consumer of a group tells into a file, and finds the blocked queue', async () => {
    const servers = withConsumers('a')
    const lines = await servers.run(consumerStatus, '-g G')
    const file = `${servers.clock.now()}/a`
    expect(lines[1]).to.match(new RegExp(`^1 +a +V5_3_3 +${file}$`))
    expect(servers.fileSystem.readFile(file).toString()).to.match(/^#Consumer Properties#\n/)
    expect(lines.slice(4)).to.deep.equal([
      'Same subscription in the same group of consumer',
      '',
      'Rebalance OK',
      'a MessageQueue [topic=T, brokerName=broker-a, queueId=0] ' +
        `can't consume for a while, maybe blocked, ${servers.clock.now() - 4_000}ms`,
    ])
  })

  it('warns of consumers of one group that want different things', async () => {
    const servers = withConsumers('a', 'b')
    let asked = 0
    servers.answer(MASTER, RequestCode.GET_CONSUMER_RUNNING_INFO, () =>
      RemotingCommand.response(0, undefined, undefined, runningInfo(asked++ === 0 ? 'A' : 'B')),
    )
    const lines = await servers.run(consumerStatus, '-g G')
    expect(lines.at(-1)).to.equal('WARN: Different subscription in the same group of consumer!!!')
  })

  it('shows the queues that a consumer has', async () => {
    const lines = await withConsumers('a').run(consumerStatus, '-g G -i a')
    expect(lines).to.include.members([
      '#Consumer Subscription#',
      `001 Topic: ${'T'.padEnd(40)} ClassFilter: ${'false'.padEnd(8)} SubExpression: *`,
    ])
    const detail = lines.find((line) => line.includes('ProcessQueueInfo ['))
    expect(detail).to.include('commitOffset=10, cachedMsgMinOffset=10, cachedMsgMaxOffset=12, ')
  })

  it('adds up what a group has not consumed', async () => {
    const servers = withConsumers('a')
    const newest = { lastUpdateTimestamp: 9_000, maxOffset: 15, minOffset: 0 }
    servers.answer(MASTER, RequestCode.GET_TOPIC_STATS_INFO, {
      body: TopicStatsTable.encode({ offsetTable: [[QUEUE, newest]], topicPutTps: 0 }),
    })
    const admin = new MqAdminClient({ client: servers, namesrvAddrs: [NAMESRV], timeoutMs: 1 })
    expect(await fetchUndoneMessages(admin, 'G')).to.deep.equal([
      {
        consumerGroup: 'G',
        topic: 'T',
        undoneMsgsTotal: 5,
        undoneMsgsSingleMQ: 5,
        undoneMsgsDelayTimeMills: 5_000,
      },
    ])
  })
})
