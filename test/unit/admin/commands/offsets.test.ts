import { expect } from 'chai'
import { ConsumeStats } from '../../../../codec/body/consume-stats.ts'
import { ResetOffsetBody } from '../../../../codec/body/reset-offset.ts'
import { TopicStatsTable } from '../../../../codec/body/topic-stats.ts'
import { ResetOffsetRequestHeader } from '../../../../codec/header/reset-offset.ts'
import { UpdateConsumerOffsetRequestHeader } from '../../../../codec/header/update-consumer-offset.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { cloneGroupOffset } from '../../../../lib/admin/commands/offset/clone-group-offset.ts'
import { resetOffsetByTime } from '../../../../lib/admin/commands/offset/reset-offset-by-time.ts'
import { skipAccumulatedMessage } from '../../../../lib/admin/commands/offset/skip-accumulated-message.ts'
import { FakeServers, MASTER } from '../../../helpers/fake-servers.ts'

const queue = (queueId: number, topic = 'T') => ({ brokerName: 'broker-a', queueId, topic })
const offsets = (brokerOffset: number, consumerOffset: number) => {
  return { brokerOffset, consumerOffset, lastTimestamp: 0, pullOffset: 0 }
}
const statsBody = (...offsetTable: ConsumeStats['offsetTable']): Buffer =>
  ConsumeStats.encode({ consumeTps: 0, offsetTable })
/** Words of a row, by two blanks or more. */
const cells = (line = ''): string[] => line.trim().split(/ {2,}/)

describe('mqadmin about offsets', () => {
  let servers: FakeServers

  beforeEach(() => {
    servers = new FakeServers()
    servers.answer(MASTER, RequestCode.UPDATE_CONSUMER_OFFSET, {})
    servers.answer(MASTER, RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, { header: { offset: '4' } })
    servers.answer(MASTER, RequestCode.GET_MAX_OFFSET, { header: { offset: '9' } })
  })

  /** No consumer is online; the group has these offsets. */
  const offline = (...table: ConsumeStats['offsetTable']): void => {
    servers.answer(MASTER, RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, () =>
      RemotingCommand.response(ResponseCode.CONSUMER_NOT_ONLINE, 'not online'),
    )
    servers.answer(MASTER, RequestCode.GET_CONSUME_STATS, { body: statsBody(...table) })
  }

  /** What was set at the broker: group, topic, queue, offset. */
  const updates = (): unknown[] =>
    servers.requests
      .filter(({ request }) => request.code === RequestCode.UPDATE_CONSUMER_OFFSET)
      .map(({ request }) => UpdateConsumerOffsetRequestHeader.decode(request.extFields))
      .map(({ consumerGroup, topic, queueId, commitOffset }) => [
        consumerGroup,
        topic,
        queueId,
        commitOffset,
      ])

  it('moves consumers that are online by way of the broker', async () => {
    const body = ResetOffsetBody.encode({
      offsetTable: [
        [queue(1), 7],
        [queue(0), 5],
      ],
    })
    servers.answer(MASTER, RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, { body })
    const [title, , ...rows] = await servers.run(resetOffsetByTime, '-g G -t T -s 1000 -f false')
    expect(title).to.equal(
      'start reset consumer offset by specified, group[G], topic[T], force[false], ' +
        'timestamp(string)[1000], timestamp(long)[1000]',
    )
    expect(rows.map(cells)).to.deep.equal([
      ['broker-a', '0', '5'],
      ['broker-a', '1', '7'],
    ])
    expect(
      ResetOffsetRequestHeader.decode(servers.requests.at(-1)?.request.extFields),
    ).to.deep.include({ timestamp: 1_000, isForce: false, offset: -1, queueId: -1 })
    expect(updates()).to.deep.equal([])
  })

  it('sets the offsets of a group that is not online', async () => {
    offline([queue(0), offsets(9, 6)], [queue(1), offsets(9, 2)], [queue(0, 'U'), offsets(9, 9)])
    const [title, , ...rows] = await servers.run(resetOffsetByTime, '-g G -t T -s now')
    const nowMs = servers.clock.now()
    expect(title).to.match(/^reset consumer offset by specified consumerGroup\[G\], topic\[T\]/)
    expect(title).to.contain(`timestamp(string)[now], timestamp(long)[${nowMs}]`)
    expect(rows.map(cells)).to.deep.equal([
      ['broker-a', '0', '9', '6', '4', '4'],
      ['broker-a', '1', '9', '2', '4', '4'],
    ])
    expect(updates()).to.deep.equal([
      ['G', 'T', 0, 4],
      ['G', 'T', 1, 4],
    ])
  })

  it('moves only back where it may not go forward', async () => {
    offline([queue(0), offsets(9, 6)], [queue(1), offsets(9, 2)])
    await servers.run(resetOffsetByTime, '-g G -t T -s 2026-11-21#02:38:22:123 -f false')
    expect(updates()).to.deep.equal([['G', 'T', 0, 4]])
  })

  it('sets one queue, to its beginning too', async () => {
    servers.answer(MASTER, RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, {})
    const lines = await servers.run(resetOffsetByTime, `-g G -t T -s 0 -b ${MASTER} -q 1 -o 0`)
    expect(lines.at(-1)).to.equal('reset consumer offset to 0')
    expect(updates()).to.deep.equal([['G', 'T', 1, 0]])
    expect(
      ResetOffsetRequestHeader.decode(servers.requests.at(-1)?.request.extFields),
    ).to.deep.include({ queueId: 1, offset: 0 })
  })

  it('refuses what is no time', async () => {
    const failure = await servers
      .run(resetOffsetByTime, '-g G -t T -s yesterday')
      .catch((error: Error) => error)
    expect(failure)
      .to.have.property('message')
      .that.matches(/^-s \(--timestamp\) yesterday: allowed are now, /)
  })

  it('moves a group that never consumed behind all messages', async () => {
    offline()
    const offsetTable: TopicStatsTable['offsetTable'] = [
      [queue(0), { lastUpdateTimestamp: 0, maxOffset: 9, minOffset: 3 }],
    ]
    const body = TopicStatsTable.encode({ offsetTable, topicPutTps: 0 })
    servers.answer(MASTER, RequestCode.GET_TOPIC_STATS_INFO, { body })
    const [head, row] = await servers.run(skipAccumulatedMessage, '-g G -t T')
    expect(cells(head).at(-1)).to.equal('#rollbackOffset')
    expect(cells(row)).to.deep.equal(['broker-a', '0', '9', '3', '9', '9'])
    expect(updates()).to.deep.equal([['G', 'T', 0, 9]])
  })

  it("gives a group another one's offsets", async () => {
    const body = statsBody([queue(1), offsets(9, 2)], [queue(0), offsets(9, -1)])
    servers.answer(MASTER, RequestCode.GET_CONSUME_STATS, { body })
    expect(await servers.run(cloneGroupOffset, '-s G -d H -t T -o true')).to.deep.equal([
      'clone group offset success. srcGroup[G], destGroup=[H], topic[T]',
    ])
    expect(updates()).to.deep.equal([['H', 'T', 1, 2]])
  })
})
