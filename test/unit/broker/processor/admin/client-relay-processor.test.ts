import { expect } from 'chai'
import { GetConsumerStatusBody } from '../../../../../codec/body/reset-offset.ts'
import { createOffsetMsgId } from '../../../../../codec/message/message-id.ts'
import { Host } from '../../../../../codec/message/host.ts'
import { MqVersion } from '../../../../../codec/mq-version.ts'
import { RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import { RemotingError } from '../../../../../lib/remoting/index.ts'
import {
  ConsumptionFixture,
  consumerData,
  heartbeat,
  subscription,
} from '../../../../helpers/consumption-fixture.ts'
import type { FakeChannelOptions } from '../../../../helpers/fake-channel.ts'
import type { FakeRequestChannel } from '../../../../helpers/remoting.ts'

const BODY = Buffer.from('{0:"not quite JSON"}')
const INFO = { consumerGroup: 'G', clientId: 'c1' }

describe('requests that consumers answer', () => {
  let fixture: ConsumptionFixture

  beforeEach(() => {
    fixture = new ConsumptionFixture()
    fixture.addTopic('T', 2)
  })
  afterEach(() => fixture.remove())

  /** A member of G, which answers as told. */
  function join(
    clientID: string,
    answer: FakeChannelOptions['answer'],
    version: number = MqVersion.V5_3_3,
  ): FakeRequestChannel {
    const channel = fixture.newChannel(answer)
    const consumerDataSet = [consumerData('G', [subscription('T')])]
    const body = heartbeat({ clientID, consumerDataSet })
    const request = RemotingCommand.request(RequestCode.HEART_BEAT, {}, body)
    request.version = version
    fixture.dispatcher.dispatch(request, channel)
    return channel
  }

  async function refusal(code: number, fields: Record<string, string>): Promise<unknown[]> {
    const response = await fixture.call(code, fields)
    return [response.code, response.remark, response.body]
  }

  const fails = (code: ResponseCode) => () => {
    throw new RemotingError(code, 'why')
  }

  describe('GET_CONSUMER_RUNNING_INFO', () => {
    const { GET_CONSUMER_RUNNING_INFO } = RequestCode

    it('passes the request on and the answer back, untouched', async () => {
      const consumer = join('c1', () => RemotingCommand.response(205, 'odd', { a: 'b' }, BODY))
      join('c2', () => RemotingCommand.response(0))
      const fields = { ...INFO, jstackEnable: 'true', other: 'x' }
      const response = await fixture.call(GET_CONSUMER_RUNNING_INFO, fields)
      expect(consumer.invoked.map(({ code, extFields }) => [code, extFields])).to.deep.equal([
        [GET_CONSUMER_RUNNING_INFO, fields],
      ])
      expect([response.code, response.remark, response.extFields]).to.deep.equal([
        ...[205, 'odd', { a: 'b' }],
      ])
      expect(response.body).to.equal(BODY)
    })

    it('refuses a consumer that is not online', async () => {
      join('c2', fails(ResponseCode.SYSTEM_ERROR))
      const remark = 'The Consumer <G> <c1> not online'
      expect(await refusal(GET_CONSUMER_RUNNING_INFO, INFO)).to.deep.equal([1, remark, undefined])
    })

    it('refuses a consumer that is too old', async () => {
      const consumer = join('c1', undefined, MqVersion.V3_1_8_SNAPSHOT - 1)
      const remark =
        'The Consumer <c1> Version <61> too low to finish, please upgrade it to V3_1_8_SNAPSHOT'
      expect(await refusal(GET_CONSUMER_RUNNING_INFO, INFO)).to.deep.equal([1, remark, undefined])
      expect(consumer.invoked).to.deep.equal([])
    })

    it('tells of a consumer that does not answer in time', async () => {
      join('c1', fails(ResponseCode.RPC_TIME_OUT))
      const remark = 'consumer <G> <c1> Timeout: why'
      expect(await refusal(GET_CONSUMER_RUNNING_INFO, INFO)).to.deep.equal([207, remark, undefined])
    })

    it('tells of a consumer whose connection closes', async () => {
      join('c1', fails(ResponseCode.RPC_SEND_TO_CHANNEL_FAILED))
      const remark = 'invoke consumer <G> <c1> Exception: why'
      expect(await refusal(GET_CONSUMER_RUNNING_INFO, INFO)).to.deep.equal([1, remark, undefined])
    })
  })

  describe('CONSUME_MESSAGE_DIRECTLY', () => {
    const { CONSUME_MESSAGE_DIRECTLY } = RequestCode
    const msgId = (offset: number) => createOffsetMsgId(Host.of('10.0.0.1', 10911), offset)

    it('gives the consumer the stored message and what it has to know', async () => {
      const consumer = join('c1', () => RemotingCommand.response(0, undefined, undefined, BODY))
      fixture.put('T', 0, 'first')
      fixture.put('T', 0, 'second')
      const offset = fixture.store.log[1]?.commitLogOffset ?? -1
      const fields = { ...INFO, msgId: msgId(offset), topic: 'T' }
      const response = await fixture.call(CONSUME_MESSAGE_DIRECTLY, fields)
      expect([response.code, response.body]).to.deep.equal([0, BODY])
      const [relayed] = consumer.invoked
      expect(relayed?.body?.toString()).to.equal('second')
      expect(relayed?.extFields).to.deep.equal({
        ...fields,
        ...{ brokerName: 'broker-a', topicSysFlag: '0', groupSysFlag: '0' },
      })
    })

    it('refuses an id that is none, and one of no message', async () => {
      join('c1', fails(ResponseCode.SYSTEM_ERROR))
      const call = (id: string) => refusal(CONSUME_MESSAGE_DIRECTLY, { ...INFO, msgId: id })
      expect(await call('7F00')).to.deep.equal([1, '"7F00" is not a message id', undefined])
      const remark = 'can not find message by the offset, 77'
      expect(await call(msgId(77))).to.deep.equal([1, remark, undefined])
    })
  })

  describe('INVOKE_BROKER_TO_GET_CONSUMER_STATUS', () => {
    const { INVOKE_BROKER_TO_GET_CONSUMER_STATUS } = RequestCode
    const queue = { brokerName: 'broker-a', queueId: 1, topic: 'T' }
    const status = (offset: number) => () => {
      const messageQueueTable: [typeof queue, number][] = [[queue, offset]]
      const body = GetConsumerStatusBody.encode({ consumerTable: new Map(), messageQueueTable })
      return RemotingCommand.response(0, undefined, undefined, body)
    }
    const ask = async (fields: Record<string, string> = {}) => {
      const all = { topic: 'T', group: 'G', ...fields }
      const response = await fixture.call(INVOKE_BROKER_TO_GET_CONSUMER_STATUS, all)
      return Object.fromEntries(GetConsumerStatusBody.decode(response.body).consumerTable)
    }

    it('asks all members and leaves out those that do not answer', async () => {
      const first = join('c1', status(7))
      join('c2', fails(ResponseCode.RPC_TIME_OUT))
      join('c3', () => RemotingCommand.response(1, 'no'))
      join('c4', () => RemotingCommand.response(0, undefined, undefined, Buffer.from('{')))
      join('c5', status(9))
      expect(await ask()).to.deep.equal({ c1: [[queue, 7]], c5: [[queue, 9]] })
      expect(first.invoked.map(({ code, extFields }) => [code, extFields])).to.deep.equal([
        [RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, { topic: 'T', group: 'G' }],
      ])
    })

    it('asks the one that is named', async () => {
      join('c1', fails(ResponseCode.SYSTEM_ERROR))
      join('c2', status(9))
      expect(await ask({ clientAddr: 'c2' })).to.deep.equal({ c2: [[queue, 9]] })
      expect(await ask({ clientAddr: 'c3' })).to.deep.equal({})
    })

    it('refuses a group without members, and members that are too old', async () => {
      const call = () => refusal(INVOKE_BROKER_TO_GET_CONSUMER_STATUS, { topic: 'T', group: 'G' })
      const nobody = 'No Any Consumer online in the consumer group: [G]'
      expect(await call()).to.deep.equal([1, nobody, undefined])
      join('c1', status(1), MqVersion.V3_0_7_SNAPSHOT - 1)
      const old = 'the client does not support this feature. version=27'
      expect(await call()).to.deep.equal([1, old, undefined])
    })
  })
})
