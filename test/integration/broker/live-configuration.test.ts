import fs from 'node:fs'
import { expect } from 'chai'
import type { ExtFields } from '../../../codec/remoting-command.ts'
import { PullMessageRequestHeader } from '../../../codec/header/pull-message.ts'
import { SendMessageRequestHeaderV2 } from '../../../codec/header/send-message.ts'
import { RequestCode } from '../../../codec/request-code.ts'
import { ResponseCode } from '../../../codec/response-code.ts'
import { parseProperties } from '../../../lib/config/properties.ts'
import { BrokerFixture } from '../../helpers/broker-fixture.ts'
import { RawClient } from '../../helpers/remoting.ts'

describe("a broker's configuration at run time", () => {
  let fixture: BrokerFixture

  beforeEach(async () => {
    fixture = new BrokerFixture()
    await fixture.start()
  })
  afterEach(() => fixture.close())

  async function update(text: string): Promise<number> {
    const { code } = await fixture.invoke(RequestCode.UPDATE_BROKER_CONFIG, {}, Buffer.from(text))
    return code
  }

  async function told(): Promise<Map<string, string>> {
    const { body } = await fixture.invoke(RequestCode.GET_BROKER_CONFIG)
    return parseProperties(body?.toString() ?? '')
  }

  async function send(body = 'body', topic = 'T'): Promise<number> {
    const header = {
      ...{ producerGroup: 'PG', topic, defaultTopic: 'TBW102', defaultTopicQueueNums: 4 },
      ...{ queueId: 0, sysFlag: 0, bornTimestamp: 0, flag: 0 },
    }
    const fields = SendMessageRequestHeaderV2.encode(header)
    return (await fixture.invoke(RequestCode.SEND_MESSAGE_V2, fields, Buffer.from(body))).code
  }

  /** From the queue's end: held for as long as pulls are, then answered that nothing has come. */
  async function pullFromEnd(): Promise<number> {
    const fields = PullMessageRequestHeader.encode({
      ...{
        consumerGroup: 'G',
        topic: 'T',
        queueId: 0,
        queueOffset: 1,
        maxMsgNums: 1,
        sysFlag: 2 | 4,
      },
      ...{ commitOffset: 0, suspendTimeoutMillis: 30_000, subscription: '*', subVersion: 0 },
      expressionType: 'TAG',
    })
    return (await fixture.invoke(RequestCode.PULL_MESSAGE, fields)).code
  }

  it('limits of connections: for those that there are, too', async () => {
    expect((await told()).get('serverMaxHeaderLength')).to.equal('1048576')
    const change = 'serverMaxHeaderLength=1024\nserverMaxConnections=1'
    expect(await update(change)).to.equal(ResponseCode.SUCCESS)
    expect((await told()).get('serverMaxHeaderLength')).to.equal('1024')
    expect(await update(`serverMaxConnections=0`)).to.equal(ResponseCode.SYSTEM_ERROR)
    const second = await RawClient.connect(fixture.broker.address.port)
    await second.closed
    const failure = await fixture
      .invoke(RequestCode.GET_BROKER_CONFIG, { filler: 'x'.repeat(1024) })
      .catch((error: Error) => error)
    expect(failure).to.be.an('error')
  })

  it('brokerPermission: closes the broker for consumers', async () => {
    await send()
    expect(await update('brokerPermission=2')).to.equal(ResponseCode.SUCCESS)
    expect(await pullFromEnd()).to.equal(ResponseCode.NO_PERMISSION)
  })

  it('autoCreateTopicEnable, maxMessageSize: the next send has to keep to them', async () => {
    await update('maxMessageSize=3')
    expect(await send('four')).to.equal(ResponseCode.MESSAGE_ILLEGAL)
    await update('autoCreateTopicEnable=false')
    expect(await send('two', 'T2')).to.equal(ResponseCode.TOPIC_NOT_EXIST)
    expect(await send('two')).to.equal(ResponseCode.SUCCESS)
  })

  it('longPollingEnable, shortPollingTimeMills: the next pull is held as long as they say', async () => {
    await send()
    await update('longPollingEnable=false\nshortPollingTimeMills=10')
    expect(await pullFromEnd()).to.equal(ResponseCode.PULL_NOT_FOUND)
  })

  it('autoCreateSubscriptionGroup: groups that are not there are refused', async () => {
    await send()
    await update('autoCreateSubscriptionGroup=false')
    expect(await pullFromEnd()).to.equal(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST)
  })

  it('useServerSideResetOffset: a reset is kept for the group until it pulls', async () => {
    const offset = { consumerGroup: 'G', topic: 'T', queueId: '0' }
    const reset: ExtFields = {
      topic: 'T',
      group: 'G',
      queueId: '0',
      offset: '0',
      timestamp: '-1',
      isForce: 'true',
    }
    const query = () => fixture.invoke(RequestCode.QUERY_CONSUMER_OFFSET, offset)
    await update('longPollingEnable=false\nshortPollingTimeMills=1')
    await send()
    await pullFromEnd()
    await fixture.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { ...offset, commitOffset: '1' })
    await update('useServerSideResetOffset=false')
    await fixture.invoke(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, reset)
    expect((await query()).extFields?.['offset']).to.equal('1')
    await update('useServerSideResetOffset=true')
    await fixture.invoke(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, reset)
    expect((await query()).extFields?.['offset']).to.equal('0')
  })

  it('is told and kept, and what is not allowed changes nothing', async () => {
    expect(await update('transactionCheckInterval=2000\nenablePopBufferMerge=true')).to.equal(0)
    const wrong = ['brokerPermission=x', 'brokerPermission=8', 'longPollingEnable=yes']
    for (const line of wrong) {
      expect(await update(`defaultTopicQueueNums=7\n${line}`), line).to.equal(
        ResponseCode.SYSTEM_ERROR,
      )
    }
    const file = parseProperties(fs.readFileSync(`${fixture.storePath}/broker.conf`, 'utf8'))
    for (const settings of [await told(), file]) {
      expect(settings.get('transactionCheckInterval')).to.equal('2000')
      expect(settings.get('enablePopBufferMerge')).to.equal('true')
      expect(settings.get('brokerPermission')).to.equal('6')
      expect(settings.get('defaultTopicQueueNums')).to.equal('8')
    }
  })
})
