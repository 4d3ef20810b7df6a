import { expect } from 'chai'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { ConsumerFilterManager } from '../../../../lib/broker/filter/consumer-filter-manager.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

const FILE = '/store/config/consumerFilter.json'
const DAY_MS = 86_400_000
const START_MS = 1_700_000_000_000

describe('ConsumerFilterManager', () => {
  let clock: SimClock
  let disk: SimFileSystem
  let manager: ConsumerFilterManager

  beforeEach(() => {
    clock = new SimClock(START_MS)
    disk = new SimFileSystem()
    manager = newManager()
  })

  function newManager(expectConsumerNumUseFilter = 32): ConsumerFilterManager {
    const created = new ConsumerFilterManager({
      brokerConfig: {
        expectConsumerNumUseFilter,
        filterDataCleanTimeSpan: DAY_MS,
        maxErrorRateOfBloomFilter: 20,
      },
      storeConfig: { storePathRootDir: '/store' },
      clock,
      fileSystem: disk,
      logger: SILENT_LOGGER,
    })
    created.load()
    return created
  }

  async function restart(expected?: number): Promise<void> {
    await manager.stop()
    manager = newManager(expected)
  }

  function register(expression: string, version: number, topic = 'TopicA', type = 'SQL92'): void {
    const data = { topic, subString: expression, subVersion: version, expressionType: type }
    const rest = { classFilterMode: false, codeSet: [], tagsSet: [] }
    manager.onRegister('CG_SQL', [{ ...data, ...rest }])
  }

  const get = (topic = 'TopicA') => manager.get(topic, 'CG_SQL')

  it('writes what Apache writes', async () => {
    register("num > 5 AND TAGS = 'TagA'", 1795219464977)
    clock.advance(1000)
    manager.onUnregister('CG_SQL')
    await manager.stop()
    expect(JSON.parse(disk.readFile(FILE).toString())).to.deep.equal({
      filterDataByTopic: {
        TopicA: {
          groupFilterData: {
            CG_SQL: {
              bloomFilterData: { bitNum: 112, bitPos: [37, 11, 60] },
              bornTime: START_MS,
              clientVersion: 1795219464977,
              consumerGroup: 'CG_SQL',
              dead: true,
              deadTime: START_MS + 1000,
              expression: "num > 5 AND TAGS = 'TagA'",
              expressionType: 'SQL92',
              topic: 'TopicA',
            },
          },
          topic: 'TopicA',
        },
      },
    })
  })

  it('keeps tags and empty expressions out', () => {
    register('TagA', 1, 'TopicA', 'TAG')
    register('', 1)
    expect(get()).to.equal(undefined)
  })

  it('takes a newer version only, and is born anew with another expression', () => {
    register('a = 1', 5)
    clock.advance(10)
    register('a = 2', 4)
    register('a = 3', 5)
    expect(get()).to.include({ expression: 'a = 1', clientVersion: 5, bornTime: START_MS })
    register('a = 1', 6)
    expect(get()).to.include({ expression: 'a = 1', clientVersion: 6, bornTime: START_MS })
    register('a = 2', 7)
    expect(get()).to.include({ expression: 'a = 2', bornTime: START_MS + 10 })
  })

  it('drops an expression that a wrong one replaces', () => {
    register('a >', 1)
    expect(get()).to.equal(undefined)
    register('a = 1', 2)
    register('a >', 3)
    expect(get()).to.equal(undefined)
  })

  it('counts a topic as dead that a heartbeat does not name, and as alive when it is named again', () => {
    register('a = 1', 1)
    clock.advance(5)
    register('a = 1', 1, 'TopicB')
    expect(get()).to.include({ deadTime: START_MS + 5 })
    expect(get('TopicB')).to.include({ deadTime: 0 })
    register('a = 1', 1)
    expect(get()).to.include({ deadTime: 0 })
  })

  it('keeps the dead for a day, and those from before a restart as dead for 30 s', async () => {
    register('a = 1', 1)
    clock.advance(60_000)
    await restart()
    expect(get()).to.include({ bornTime: START_MS, deadTime: START_MS + 30_000 })
    expect(get()?.filter).not.to.equal(undefined)
    clock.advance(DAY_MS - 30_000 - 1)
    await restart()
    expect(get()).not.to.equal(undefined)
    clock.advance(1)
    await restart()
    expect(get()).to.equal(undefined)
  })

  it('forgets everything when the bloom filter has another size', async () => {
    register('a = 1', 1)
    await restart(64)
    expect(get()).to.equal(undefined)
  })

  it('writes every 10 s when something has changed', async () => {
    await manager.start()
    register('a = 1', 1)
    clock.advance(10_000)
    await manager.stop()
    expect(disk.readFile(FILE).toString()).to.contain('a = 1')
  })
})
