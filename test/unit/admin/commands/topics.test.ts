import { expect } from 'chai'
import { CreateTopicRequestHeader } from '../../../../codec/header/create-topic.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { clusterRT } from '../../../../lib/admin/commands/cluster/cluster-rt.ts'
import { startMonitoring } from '../../../../lib/admin/commands/consumer/start-monitoring.ts'
import { updateKvConfig } from '../../../../lib/admin/commands/namesrv/kv-config.ts'
import { REFUSED_COMMANDS } from '../../../../lib/admin/commands/refused.ts'
import { statsAll } from '../../../../lib/admin/commands/stats/stats-all.ts'
import { allocateMQ } from '../../../../lib/admin/commands/topic/allocate-mq.ts'
import { deleteTopic } from '../../../../lib/admin/commands/topic/delete-topic.ts'
import { updateTopic } from '../../../../lib/admin/commands/topic/update-topic.ts'
import { updateTopicPerm } from '../../../../lib/admin/commands/topic/update-topic-perm.ts'
import { RemotingError } from '../../../../lib/remoting/index.ts'
import { FakeServers, MASTER, NAMESRV } from '../../../helpers/fake-servers.ts'

const REFUSAL = 'CODE: 16  DESC: not you'
const refused = () => RemotingCommand.response(ResponseCode.NO_PERMISSION, 'not you')

describe('mqadmin about topics', () => {
  it('changes what may be done with a topic, and nothing else of it', async () => {
    const servers = new FakeServers()
    servers.answer(MASTER, RequestCode.UPDATE_AND_CREATE_TOPIC, {})
    const [line] = await servers.run(updateTopicPerm, `-b ${MASTER} -t T -p 4`)
    expect(line).to.equal(`update topic perm from 6 to 4 in ${MASTER} success.`)
    const sent = CreateTopicRequestHeader.decode(servers.requests.at(-1)?.request.extFields)
    expect(sent).to.deep.include({ topic: 'T', perm: 4, readQueueNums: 2, writeQueueNums: 2 })
  })

  it('changes nothing when all is as wanted', async () => {
    const servers = new FakeServers()
    expect(await servers.run(updateTopicPerm, `-b ${MASTER} -t T -p 6`)).to.deep.equal([
      'new perm equals to the old one!',
    ])
    const failure = await servers
      .run(updateTopicPerm, '-b 10.0.0.7:10911 -t T -p 4')
      .catch((error: Error) => error)
    expect(failure).to.have.property('message', '10.0.0.7:10911: no master that has the topic')
  })

  it('goes on with the other servers when one fails, and names each that has failed', async () => {
    const others = ['10.0.0.8:9876', '10.0.0.7:9876']
    const servers = new FakeServers()
    servers.namesrvAddrs = [NAMESRV, ...others]
    const DELETE_TOPIC = RequestCode.DELETE_TOPIC_IN_NAMESRV
    servers.answer(MASTER, RequestCode.DELETE_TOPIC_IN_BROKER, refused)
    servers.answer(NAMESRV, DELETE_TOPIC, refused)
    servers.answer('10.0.0.8:9876', DELETE_TOPIC, () => {
      throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'gone')
    })
    servers.answer('10.0.0.7:9876', DELETE_TOPIC, {})
    const failure = await servers.run(deleteTopic, '-c C -t T').catch((error: Error) => error)
    expect(servers.terminal.lines).to.deep.equal([])
    expect(servers.terminal.errors).to.deep.equal([`deleteTopic: ${MASTER}: ${REFUSAL}`])
    expect(failure).to.have.property(
      'message',
      `${NAMESRV}: ${REFUSAL}; 10.0.0.8:9876: CODE: 1  DESC: gone`,
    )
    const asked = servers.requests.filter(({ request }) => request.code === DELETE_TOPIC)
    expect(asked.map(({ address }) => address)).to.deep.equal([NAMESRV, ...others])
  })

  it('tells what a single name server says as it stands', async () => {
    const servers = new FakeServers()
    servers.answer(NAMESRV, RequestCode.PUT_KV_CONFIG, refused)
    const failure = await servers
      .run(updateKvConfig, '-s N -k a -v b')
      .catch((error: Error) => error)
    expect(failure).to.deep.include({ code: ResponseCode.NO_PERMISSION, message: 'not you' })
  })

  it('does not show as made what no broker has taken', async () => {
    const servers = new FakeServers()
    servers.answer(MASTER, RequestCode.UPDATE_AND_CREATE_TOPIC, refused)
    expect(await servers.run(updateTopic, '-c C -t T')).to.deep.equal([])
    expect(servers.terminal.errors).to.deep.equal([`updateTopic: ${MASTER}: ${REFUSAL}`])
  })

  it('tells of topics whose statistics are refused, not of those that nobody has', async () => {
    const servers = new FakeServers()
    servers.answer(MASTER, RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, refused)
    const topics = (await servers.run(statsAll, '')).slice(1)
    expect(topics).to.deep.equal([])
    expect(servers.terminal.errors).to.deep.equal([`statsAll: T: ${REFUSAL}`])
    const unknown = () => RemotingCommand.response(ResponseCode.TOPIC_NOT_EXIST, 'no route')
    servers.answer(NAMESRV, RequestCode.GET_ROUTEINFO_BY_TOPIC, unknown)
    await servers.run(statsAll, '')
    expect(servers.terminal.errors).to.have.length(1)
  })

  it('shares queues out as consumers do', async () => {
    const lines = await new FakeServers().run(allocateMQ, '-t T -i c1,c2,c3')
    const queue = (queueId: number) => ({ brokerName: 'broker-a', queueId, topic: 'T' })
    expect(JSON.parse(lines.join(''))).to.deep.equal({
      result: { c1: [queue(0)], c2: [queue(1)], c3: [] },
    })
  })

  it('measures how long sends to each broker take, until nobody reads', async () => {
    const servers = new FakeServers()
    servers.terminal.isClosed = true
    let sent = 0
    servers.answer(MASTER, RequestCode.SEND_MESSAGE_V2, () => {
      servers.clock.advance(2)
      const header = { msgId: 'M', queueId: '0', queueOffset: '0' }
      return RemotingCommand.response(sent++ % 2 === 0 ? 0 : 1, 'refused', header)
    })
    const [, row = ''] = await servers.run(clusterRT, '-a 4 -s 8')
    expect(row.trim().split(/ +/)).to.deep.equal(['C', 'broker-a', '2.00', '2', '2'])
    const log = (await servers.run(clusterRT, '-a 4 -p true -m room')).at(-1)
    expect(log).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\|room\|C\|broker-a\|2$/)
  })

  it('watches groups, round after round', async () => {
    const servers = new FakeServers()
    servers.terminal.isClosed = true
    expect(await servers.run(startMonitoring, '')).to.deep.equal([
      '[MONITOR] beginRound',
      '[MONITOR] endRound, spent timemills: 0',
    ])
  })

  for (const command of REFUSED_COMMANDS) {
    it(`refuses ${command.name} with the reason`, async () => {
      const failure = await new FakeServers().run(command, '').catch((error: Error) => error)
      expect(failure)
        .to.have.property('message')
        .that.matches(/^(there are no|brokers keep)/)
    })
  }
})
