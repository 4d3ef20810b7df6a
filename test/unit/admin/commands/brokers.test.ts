import { expect } from 'chai'
import { ConsumeStatsList } from '../../../../codec/body/consume-stats.ts'
import { EpochEntryCache } from '../../../../codec/body/epoch-entry-cache.ts'
import { SendMessageRequestHeaderV2 } from '../../../../codec/header/send-message.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { brokerConsumeStats } from '../../../../lib/admin/commands/broker/broker-consume-stats.ts'
import { cleanUnusedTopic } from '../../../../lib/admin/commands/broker/cleaning.ts'
import {
  getColdDataFlowCtrInfo,
  setCommitLogReadAheadMode,
  updateColdDataFlowCtrGroupConfig,
} from '../../../../lib/admin/commands/broker/cold-data.ts'
import { getBrokerEpoch } from '../../../../lib/admin/commands/broker/get-broker-epoch.ts'
import { sendMsgStatus } from '../../../../lib/admin/commands/broker/send-msg-status.ts'
import { timeOfSeconds } from '../../../../lib/admin/times.ts'
import { FakeServers, MASTER, SLAVE } from '../../../helpers/fake-servers.ts'

const HEAD_OF_MASTER = `============Master: ${MASTER}============`
const HEAD_OF_SLAVE = `============My Master: ${MASTER}=====Slave: ${SLAVE}============`

describe('mqadmin about brokers', () => {
  it('cleans every broker, and says so when one refuses', async () => {
    const servers = new FakeServers()
    servers.answer(MASTER, RequestCode.CLEAN_UNUSED_TOPIC, {})
    expect(await servers.run(cleanUnusedTopic, '')).to.deep.equal(['false'])
    expect(servers.terminal.errors).to.deep.equal([
      `cleanUnusedTopic: ${SLAVE}: CODE: 3  DESC:  request type 316 not supported`,
    ])
    servers.answer(SLAVE, RequestCode.CLEAN_UNUSED_TOPIC, {})
    expect((await servers.run(cleanUnusedTopic, '-c C')).at(-1)).to.equal('success')
  })

  it('shows the queues that are far enough behind', async () => {
    const servers = new FakeServers()
    const entry = (queueId: number, behind: number, lastTimestamp: number) =>
      [
        { brokerName: 'broker-a', queueId, topic: 'T' },
        { brokerOffset: 10, consumerOffset: 10 - behind, lastTimestamp, pullOffset: 0 },
      ] as const
    const offsetTable = [entry(2, 9, 1_000), entry(1, 8, 1_000), entry(0, 9, 0), entry(3, 1, 1_000)]
    const stats = { consumeTps: 0, offsetTable: offsetTable.map(([a, b]) => [a, b]) as never }
    const body = ConsumeStatsList.encode({
      consumeStatsList: [new Map([['G', [stats]]])],
      totalDiff: 27,
      totalInflightDiff: 0,
    })
    servers.answer(MASTER, RequestCode.GET_BROKER_CONSUME_STATS, { body })
    const lines = await servers.run(brokerConsumeStats, `-b ${MASTER} -l 5`)
    expect(lines.slice(1).map((line) => line.split(/ {2,}/))).to.deep.equal([
      ['T', 'G', 'broker-a', '1', '10', '2', '8', timeOfSeconds(1_000)],
      ['T', 'G', 'broker-a', '2', '10', '1', '9', timeOfSeconds(1_000)],
      [''],
      ['Diff Total: 27'],
    ])
  })

  it('shows the epochs of a broker name', async () => {
    const servers = new FakeServers()
    const body = EpochEntryCache.encode({
      brokerId: 0,
      brokerName: 'broker-a',
      clusterName: 'C',
      epochList: [
        { epoch: 1, startOffset: 0, endOffset: 50 },
        { epoch: 2, startOffset: 50 },
      ],
      maxOffset: 80,
    })
    servers.answer(MASTER, RequestCode.GET_BROKER_EPOCH_CACHE, { body })
    expect((await servers.run(getBrokerEpoch, '-b broker-a')).slice(4)).to.deep.equal([
      '#brokerId\t0',
      '#Epoch: EpochEntry{epoch=1, startOffset=0, endOffset=50}',
      '#Epoch: EpochEntry{epoch=2, startOffset=50, endOffset=80}',
    ])
  })

  it('shows and bounds reads of cold data', async () => {
    const servers = new FakeServers()
    const read = { coldAcc: 7, createTimeMills: 1_000, lastColdReadTimeMills: 2_000 }
    const info = { runtimeTable: { G: read }, configTable: {}, globalAcc: 7 }
    const body = Buffer.from(JSON.stringify(info))
    servers.answer(MASTER, RequestCode.GET_COLD_DATA_FLOW_CTR_INFO, { body })
    servers.answer(SLAVE, RequestCode.GET_COLD_DATA_FLOW_CTR_INFO, {})
    const lines = await servers.run(getColdDataFlowCtrInfo, '-c C')
    expect(lines[0]).to.equal(` ${HEAD_OF_MASTER}`)
    expect(lines.join('\n')).to.include(`"createTimeFormat":"${timeOfSeconds(1_000)}"`)
    expect(lines.join('')).to.match(/globalAcc.*configTable.*runtimeTable.*Format.*coldAcc/)
    expect(lines.slice(-2)).to.deep.equal([
      ` ${HEAD_OF_SLAVE}`,
      `Broker[${SLAVE}] has no cold ctr table !`,
    ])
    servers.answer(MASTER, RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG, {})
    await servers.run(updateColdDataFlowCtrGroupConfig, `-b ${MASTER} -g G -v 1024`)
    expect(servers.requests.at(-1)?.request.body?.toString()).to.equal('G=1024\n')
  })

  it('says how the log is to be read ahead', async () => {
    const servers = new FakeServers()
    servers.answer(MASTER, RequestCode.SET_COMMITLOG_READ_MODE, { remark: 'set CommitLog done' })
    await servers.run(setCommitLogReadAheadMode, `-b ${MASTER} -m 1`)
    expect(servers.requests.at(-1)?.request.extFields).to.deep.equal({ READ_AHEAD_MODE: '1' })
    expect(servers.terminal.lines.at(-1)).to.equal(
      'commitLog set readAhead mode rstStrset CommitLog done',
    )
  })

  it('sends to the queues of a broker in turn', async () => {
    const servers = new FakeServers()
    let code: number = ResponseCode.SUCCESS
    servers.answer(MASTER, RequestCode.SEND_MESSAGE_V2, ({ extFields }) => {
      const { queueId } = SendMessageRequestHeaderV2.decode(extFields)
      const answer = { msgId: 'OFFSET', queueId: String(queueId), queueOffset: '7' }
      return RemotingCommand.response(code, undefined, answer)
    })
    code = ResponseCode.FLUSH_SLAVE_TIMEOUT
    const lines = await servers.run(sendMsgStatus, '-b broker-a -c 2 -s 12')
    expect(lines).to.have.lengthOf(2)
    expect(lines[0]).to.match(
      /^rt=0ms, SendResult=SendResult \[sendStatus=FLUSH_SLAVE_TIMEOUT, msgId=[0-9A-F]{32,56}, offsetMsgId=OFFSET, /,
    )
    expect(lines[0]).to.match(
      /messageQueue=MessageQueue \[topic=broker-a, brokerName=broker-a, queueId=1\], queueOffset=7, recallHandle=null\]$/,
    )
    expect(servers.requests.at(-1)?.request.body?.toString()).to.equal('hello jodie'.repeat(2))
    servers.answer(MASTER, RequestCode.SEND_MESSAGE_V2, () =>
      RemotingCommand.response(ResponseCode.MESSAGE_ILLEGAL, 'no'),
    )
    const failure = await servers.run(sendMsgStatus, '-b broker-a').catch((error: Error) => error)
    expect(failure).to.be.an('error').with.property('message', 'no')
  })
})
