import { expect } from 'chai'
import { CommitLogDispatcherCalcBitMap } from '../../../../lib/broker/filter/commit-log-dispatcher-calc-bit-map.ts'
import { ConsumerFilterManager } from '../../../../lib/broker/filter/consumer-filter-manager.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import type { DispatchRequest } from '../../../../lib/store/types.ts'
import { recordWith } from '../../../helpers/record.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'
import { SimFileSystem } from '../../../helpers/sim-file-system.ts'

const BORN_MS = 1_700_000_000_000

describe('CommitLogDispatcherCalcBitMap', () => {
  const brokerConfig = {
    enableCalcFilterBitMap: true,
    expectConsumerNumUseFilter: 32,
    filterDataCleanTimeSpan: 86_400_000,
    maxErrorRateOfBloomFilter: 20,
  }
  let filters: ConsumerFilterManager
  let dispatcher: CommitLogDispatcherCalcBitMap

  beforeEach(() => {
    brokerConfig.enableCalcFilterBitMap = true
    filters = new ConsumerFilterManager({
      brokerConfig,
      storeConfig: { storePathRootDir: '/store' },
      clock: new SimClock(BORN_MS),
      fileSystem: new SimFileSystem(),
      logger: SILENT_LOGGER,
    })
    dispatcher = new CommitLogDispatcherCalcBitMap(brokerConfig, filters)
  })

  function register(group: string, expression: string): void {
    const lists = { codeSet: [], tagsSet: [] }
    const data = { topic: 'T', subString: expression, expressionType: 'SQL92', subVersion: 1 }
    filters.onRegister(group, [{ ...data, ...lists, classFilterMode: false }])
  }

  function bitMapOf(properties: string, topic = 'T'): Buffer | undefined {
    const request: DispatchRequest = {
      topic,
      queueId: 0,
      commitLogOffset: 0,
      size: 100,
      tagsCode: 0,
      storeTimestamp: BORN_MS + 1,
      queueOffset: 0,
      sysFlag: 0,
      properties,
      record: recordWith(properties),
      bitMap: undefined,
    }
    dispatcher.dispatch(request)
    return request.bitMap
  }

  /** Which of the groups may want a message with these properties, by its bit map. */
  function wanted(properties: string, msgStoreTime = BORN_MS + 1): string[] {
    const ext = { tagsCode: 0, msgStoreTime, filterBitMap: bitMapOf(properties) }
    return ['G_SMALL', 'G_LARGE'].filter((group) => {
      return filters.get('T', group)?.filter?.isMatchedByConsumeQueue(0, ext)
    })
  }

  it('tells which groups want a message', () => {
    register('G_SMALL', 'n < 5')
    register('G_LARGE', 'n > 5')
    expect(wanted('n\u00014\u0002')).to.deep.equal(['G_SMALL'])
    expect(wanted('n\u00016\u0002')).to.deep.equal(['G_LARGE'])
    expect(wanted('n\u0001x\u0002')).to.deep.equal([])
    expect(bitMapOf('n\u00015\u0002')?.toString('hex')).to.equal('00'.repeat(14))
  })

  it('is not asked about messages from before an expression', () => {
    register('G_SMALL', 'n < 5')
    expect(wanted('n\u00016\u0002', BORN_MS)).to.deep.equal(['G_SMALL'])
    expect(wanted('n\u00016\u0002', BORN_MS + 1)).to.deep.equal([])
  })

  it('makes no map where no group has an expression, or without enableCalcFilterBitMap', () => {
    expect(bitMapOf('n\u00014\u0002')).to.equal(undefined)
    register('G_SMALL', 'n < 5')
    expect(bitMapOf('n\u00014\u0002', 'U')).to.equal(undefined)
    brokerConfig.enableCalcFilterBitMap = false
    expect(bitMapOf('n\u00014\u0002')).to.equal(undefined)
    expect(wanted('n\u00016\u0002')).to.deep.equal(['G_SMALL'])
  })
})
