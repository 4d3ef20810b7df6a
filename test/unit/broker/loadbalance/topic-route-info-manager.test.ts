import { expect } from 'chai'
import type { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { TopicRouteInfoManager } from '../../../../lib/broker/loadbalance/topic-route-info-manager.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { RemotingError } from '../../../../lib/remoting/index.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const PERIOD_MS = 30_000

function route(...queues: [brokerName: string, perm: number, readQueueNums: number][]) {
  const queueDatas = queues.map(([brokerName, perm, readQueueNums]) => {
    return { brokerName, perm, readQueueNums, topicSysFlag: 0, writeQueueNums: 9 }
  })
  return { brokerDatas: [], filterServerTable: new Map(), queueDatas }
}

describe('TopicRouteInfoManager', () => {
  let clock: SimClock
  let asked: string[]
  let answer: (topic: string) => Promise<TopicRouteData>
  let manager: TopicRouteInfoManager

  beforeEach(async () => {
    clock = new SimClock()
    asked = []
    answer = async () => route(['a', 6, 2])
    manager = new TopicRouteInfoManager({
      brokerConfig: { loadBalancePollNameServerInterval: PERIOD_MS },
      getTopicRouteInfo: (topic) => {
        asked.push(topic)
        return answer(topic)
      },
      clock,
      logger: SILENT_LOGGER,
    })
    await manager.start()
  })
  afterEach(() => manager.stop())

  const fails = (code: ResponseCode) => async () => {
    throw new RemotingError(code, 'why')
  }
  const countOf = async (topic: string) => (await manager.getTopicSubscribeInfo(topic))?.length

  it('gives the queues that can be read, of all brokers', async () => {
    answer = async () => route(['a', 6, 2], ['b', 2, 2], ['c', 4, 1])
    expect(await manager.getTopicSubscribeInfo('T')).to.deep.equal([
      { brokerName: 'a', queueId: 0, topic: 'T' },
      { brokerName: 'a', queueId: 1, topic: 'T' },
      { brokerName: 'c', queueId: 0, topic: 'T' },
    ])
  })

  it('asks the name server once for a topic, and again in each period', async () => {
    await Promise.all([countOf('T'), countOf('T'), countOf('U')])
    await countOf('T')
    expect(asked).to.deep.equal(['T', 'U'])
    answer = async () => route(['a', 6, 5])
    clock.advance(PERIOD_MS)
    expect(asked).to.deep.equal(['T', 'U', 'T', 'U'])
    await manager.stop()
    expect(await countOf('T')).to.equal(5)
  })

  it('forgets a topic that has gone, but not a retry topic', async () => {
    await Promise.all([countOf('T'), countOf('%RETRY%G')])
    answer = fails(ResponseCode.TOPIC_NOT_EXIST)
    clock.advance(PERIOD_MS)
    await manager.stop()
    expect(await countOf('T')).to.equal(undefined)
    expect(await countOf('%RETRY%G')).to.equal(2)
  })

  it('keeps what it knows while no name server can be reached', async () => {
    await countOf('T')
    answer = fails(ResponseCode.RPC_TIME_OUT)
    clock.advance(PERIOD_MS)
    await manager.stop()
    expect([await countOf('T'), await countOf('U')]).to.deep.equal([2, undefined])
  })
})
