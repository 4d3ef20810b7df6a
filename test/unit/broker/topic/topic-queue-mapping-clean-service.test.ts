import { expect } from 'chai'
import type { TopicRouteData } from '../../../../codec/body/topic-route-data.ts'
import type {
  TopicConfigAndQueueMapping,
  TopicQueueMappingDetail,
} from '../../../../codec/body/topic-queue-mapping.ts'
import { newTopicConfig } from '../../../../lib/broker/topic/topic-config.ts'
import { TopicQueueMappingCleanService } from '../../../../lib/broker/topic/topic-queue-mapping-clean-service.ts'
import { type BrokerParts, makeBrokerParts } from '../../../helpers/broker-parts.ts'
import { mappingDetail, part } from '../../../helpers/static-topic.ts'

const ON_B = part({ gen: 1, bname: 'broker-b', queueId: 2, logicOffset: 10_000 })
const ON_C = part({ gen: 2, bname: 'broker-c', queueId: 5, logicOffset: 20_000 })
const BACK = part({ gen: 2, queueId: 3, logicOffset: 20_000 })

describe('TopicQueueMappingCleanService', () => {
  let parts: BrokerParts
  let service: TopicQueueMappingCleanService
  /** Least and greatest offset of queues, by broker name and queue id. */
  let offsets: Map<string, [number, number]>
  /** What brokers tell of the topic. */
  let details: Map<string, TopicQueueMappingDetail>
  let onAsked: () => void

  beforeEach(() => {
    parts = makeBrokerParts()
    offsets = new Map()
    details = new Map()
    onAsked = () => undefined
    parts.storeConfig.deleteWhen = String(new Date(parts.clock.now()).getHours())
    service = new TopicQueueMappingCleanService({
      ...parts,
      remoteQueues: { getTopicStatsInfo, getTopicConfig },
      getTopicRouteInfo: async () => routeOf(details),
    })
  })
  afterEach(() => parts.remove())

  async function getTopicStatsInfo(brokerName: string, topic: string) {
    onAsked()
    const offsetTable = [...offsets].flatMap(([queue, [minOffset, maxOffset]]) => {
      const [name, queueId] = queue.split(' ')
      const messageQueue = { brokerName, queueId: Number(queueId), topic }
      const found = { minOffset, maxOffset, lastUpdateTimestamp: 0 }
      return name === brokerName
        ? [[messageQueue, found] as [typeof messageQueue, typeof found]]
        : []
    })
    return { offsetTable, topicPutTps: 0 }
  }

  async function getTopicConfig(brokerName: string): Promise<TopicConfigAndQueueMapping> {
    return { ...newTopicConfig('T'), mappingDetail: details.get(brokerName) }
  }

  async function cleaned(...queues: Parameters<typeof mappingDetail>[0]) {
    parts.topicQueueMappingManager.updateTopicQueueMapping(mappingDetail(queues), true)
    await service.clean()
    return parts.topicQueueMappingManager.getTopicQueueMapping('T')?.hostedQueues
  }

  it('removes the first part of a queue that it leads when no message of it is left', async () => {
    offsets = new Map([
      ['broker-b 2', [40, 40]],
      ['broker-a 0', [3, 40]],
    ])
    const left = await cleaned([ON_B, BACK], [part(), BACK])
    expect(left).to.deep.equal(
      new Map([
        [0, [BACK]],
        [1, [part(), BACK]],
      ]),
    )
    expect(parts.topicQueueMappingManager.dataVersion.toJSON().counter).to.equal(2)
  })

  it('removes a first part that never had messages', async () => {
    offsets = new Map([['broker-b 2', [0, 0]]])
    expect(await cleaned([ON_B, BACK])).to.deep.equal(new Map([[0, [BACK]]]))
  })

  it('leaves only parts, queues of others and unknown ones alone', async () => {
    offsets = new Map([['broker-a 0', [5, 5]]])
    const queues = [[part()], [part(), ON_B], [ON_B, BACK]]
    expect(await cleaned(...queues)).to.deep.equal(new Map(queues.entries()))
  })

  it('forgets a queue that has moved on from where this broker knows it', async () => {
    const led = mappingDetail([undefined, [part(), ON_B, ON_C]], { bname: 'broker-c' })
    details = new Map([['broker-c', led]])
    expect(await cleaned([part()], [part(), ON_B])).to.deep.equal(new Map([[0, [part()]]]))
  })

  for (const [what, fields] of [
    ['of another epoch', { epoch: 1 }],
    ['with another number of queues', { totalQueues: 9 }],
  ] as const) {
    it(`keeps a queue of which the leader tells a mapping ${what}`, async () => {
      const led = mappingDetail([[part(), ON_B, ON_C]], { bname: 'broker-c', ...fields })
      details = new Map([['broker-c', led]])
      expect(await cleaned([part(), ON_B])).to.deep.equal(new Map([[0, [part(), ON_B]]]))
    })
  }

  it('does nothing outside of the hours of deleteWhen, nor to what is replaced meanwhile', async () => {
    offsets = new Map([['broker-b 2', [40, 40]]])
    const newer = mappingDetail([[ON_B, BACK]], { epoch: 2000 })
    onAsked = () => parts.topicQueueMappingManager.updateTopicQueueMapping(newer, false)
    expect(await cleaned([ON_B, BACK])).to.deep.equal(newer.hostedQueues)
    onAsked = () => undefined
    parts.storeConfig.deleteWhen = String((new Date(parts.clock.now()).getHours() + 1) % 24)
    expect(await cleaned([ON_B, BACK])).to.deep.equal(newer.hostedQueues)
  })
})

/** What name servers tell when brokers have registered these mappings. */
function routeOf(details: ReadonlyMap<string, TopicQueueMappingDetail>): TopicRouteData {
  const topicQueueMappingByBroker = new Map(
    [...details].map(([bname, { topic, totalQueues, epoch, hostedQueues }]) => {
      const currIdMap = new Map([...hostedQueues.keys()].map((id) => [id, 0]))
      const scope = '__global__'
      return [bname, { topic, bname, totalQueues, epoch, scope, dirty: false, currIdMap }]
    }),
  )
  return {
    queueDatas: [],
    brokerDatas: [],
    filterServerTable: new Map(),
    topicQueueMappingByBroker,
  }
}
