import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import type { TopicQueueMappingDetail } from '../../../../codec/body/topic-queue-mapping.ts'
import { TopicQueueMappingManager } from '../../../../lib/broker/topic/topic-queue-mapping-manager.ts'
import { NodeFileSystem } from '../../../../lib/common/file-system.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { mappingDetail, part } from '../../../helpers/static-topic.ts'
import { makeTempDirectory } from '../../../helpers/temp-directory.ts'

const SECOND = part({ gen: 1, bname: 'broker-b', queueId: 2, logicOffset: 10_000 })

describe('TopicQueueMappingManager', () => {
  const clock = new SimClock()
  let directory: { path: string; remove: () => void }
  let file: string
  let manager: TopicQueueMappingManager

  function makeManager(): TopicQueueMappingManager {
    const made = new TopicQueueMappingManager({
      brokerConfig: { brokerName: 'broker-a' },
      storeConfig: { storePathRootDir: directory.path },
      clock,
      fileSystem: new NodeFileSystem(),
      logger: SILENT_LOGGER,
    })
    made.load()
    return made
  }

  beforeEach(() => {
    directory = makeTempDirectory()
    file = path.join(directory.path, 'config', 'topicQueueMapping.json')
    manager = makeManager()
  })
  afterEach(() => directory.remove())

  const update = (detail: TopicQueueMappingDetail, isForced = false) =>
    manager.updateTopicQueueMapping(detail, isForced)

  it('keeps mappings over a restart, counted by its version', () => {
    expect(fs.existsSync(file)).to.equal(false)
    const detail = mappingDetail([[part()], [part({ queueId: 1 }), SECOND]])
    update(detail)
    const again = makeManager()
    expect(again.getTopicQueueMapping('T')).to.deep.equal(detail)
    expect(again.dataVersion.equals(manager.dataVersion.toJSON())).to.equal(true)
    expect(again.dataVersion.toJSON().counter).to.equal(1)
  })

  it('writes queue ids as Apache does, without quotes', () => {
    update(mappingDetail([[part()]]))
    const text = fs.readFileSync(file, 'utf8').replaceAll(/\s/g, '')
    expect(text).to.include(
      '"topicQueueMappingInfoMap":{"T":{"bname":"broker-a","currIdMap":{},"dirty":false,"epoch":1000,' +
        '"hostedQueues":{0:[{"bname":"broker-a","endOffset":-1,"gen":0,"logicOffset":0,"queueId":0,' +
        '"startOffset":0,"timeOfEnd":-1,"timeOfStart":-1}]},"scope":"__global__","topic":"T","totalQueues":1}}',
    )
  })

  it('forgets a topic that is deleted', () => {
    update(mappingDetail([[part()]]))
    manager.delete('T')
    manager.delete('Unknown')
    expect(makeManager().getTopicQueueMapping('T')).to.equal(undefined)
    expect(manager.dataVersion.toJSON().counter).to.equal(2)
  })

  it('keeps the parts of queues that a new epoch does not name', () => {
    update(mappingDetail([[part()], [part({ queueId: 1 })]]))
    update(mappingDetail([undefined, [part({ queueId: 1 }), SECOND]], { epoch: 2000 }))
    expect(manager.getTopicQueueMapping('T')?.hostedQueues).to.deep.equal(
      new Map([
        [0, [part()]],
        [1, [part({ queueId: 1 }), SECOND]],
      ]),
    )
  })

  const refusals: [string, TopicQueueMappingDetail][] = [
    ["Can't accept data with small epoch 999 < 1000", mappingDetail([[part()]], { epoch: 999 })],
    [
      "Can't accept data with unmatched scope x != __global__",
      mappingDetail([[part()]], { scope: 'x' }),
    ],
    ['Cannot accept equal epoch with null data', mappingDetail([])],
    ['The new leader is different but epoch equal', mappingDetail([[part(), SECOND]])],
    ['The field is illegal, should not be negative', mappingDetail([[part({ gen: -1 })]])],
  ]
  for (const [remark, detail] of refusals) {
    it(`refuses: ${remark}`, () => {
      const old = mappingDetail([[part()]])
      update(old)
      expect(() => update(detail)).to.throw(remark)
      expect(manager.getTopicQueueMapping('T')).to.deep.equal(old)
    })
  }

  it('takes another leader within an epoch when forced, and never what is meant for another broker', () => {
    update(mappingDetail([[part()], [part({ queueId: 1 })]]))
    update(mappingDetail([[part({ queueId: 7 })]], { epoch: 1 }), true)
    expect(manager.getTopicQueueMapping('T')?.hostedQueues).to.deep.equal(
      new Map([
        [0, [part({ queueId: 7 })]],
        [1, [part({ queueId: 1 })]],
      ]),
    )
    const foreign = mappingDetail([[SECOND]], { bname: 'broker-b', epoch: 3000 })
    expect(() => update(foreign, true)).to.throw(
      'The broker name is not equal broker-a != broker-b',
    )
  })

  it('tells name servers which queues it has', () => {
    update(mappingDetail([[part({ queueId: 4 })], [part({ queueId: 1 }), SECOND]]))
    expect(manager.mappingInfoOf('T')).to.deep.equal({
      bname: 'broker-a',
      currIdMap: new Map([[0, 4]]),
      dirty: false,
      epoch: 1000,
      scope: '__global__',
      topic: 'T',
      totalQueues: 2,
    })
    expect(manager.mappingInfoOf('Unknown')).to.equal(undefined)
  })

  it('finds the logical queue that a request means', () => {
    update(mappingDetail([[part(), SECOND], [part({ queueId: 1 })]]))
    const find = (queueId: number, lo?: boolean, selectsOne = false) =>
      manager.buildTopicQueueMappingContext({ topic: 'T', queueId, lo }, selectsOne)
    expect(find(1)).to.deep.equal({
      topic: 'T',
      globalId: 1,
      bname: 'broker-a',
      mappingItemList: [part({ queueId: 1 })],
      leaderItem: part({ queueId: 1 }),
    })
    expect(find(-1, undefined, true)?.globalId).to.equal(1)
    expect(find(0, false)).to.equal(undefined)
    expect(manager.buildTopicQueueMappingContext({ topic: 'X', queueId: 0 })).to.equal(undefined)
    for (const queueId of [0, 2, -1]) {
      expect(() => find(queueId))
        .to.throw(`T-${queueId} does not exit in request process of current broker broker-a`)
        .with.property('code', 501)
    }
  })

  it("becomes the same as the master's", () => {
    const detail = mappingDetail([[part()]])
    const version = { counter: 7, stateVersion: 0, timestamp: 5 }
    update(mappingDetail([[part()]], { topic: 'Old' }))
    manager.takeOver(version, new Map([['T', detail]]))
    const again = makeManager()
    expect([...again.topicQueueMappingTable]).to.deep.equal([['T', detail]])
    expect(again.dataVersion.equals(version)).to.equal(true)
  })
})
