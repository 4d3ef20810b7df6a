import { expect } from 'chai'
import { RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ColdDataCgCtrService } from '../../../../../lib/broker/coldctr/cold-data-cg-ctr-service.ts'
import { ColdDataProcessor } from '../../../../../lib/broker/processor/admin/cold-data-processor.ts'
import { SILENT_LOGGER } from '../../../../../lib/common/logger.ts'
import { RemotingError } from '../../../../../lib/remoting/index.ts'
import { FakeChannel } from '../../../../helpers/fake-channel.ts'
import { SimClock } from '../../../../helpers/sim-clock.ts'

const UPDATE = RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG
const REMOVE = RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG
const INFO = RequestCode.GET_COLD_DATA_FLOW_CTR_INFO
const READ_MODE = RequestCode.SET_COMMITLOG_READ_MODE

describe('ColdDataProcessor', () => {
  let service: ColdDataCgCtrService
  let storeConfig: { coldDataFlowControlEnable: boolean; dataReadAheadEnable: boolean }
  let processor: ColdDataProcessor

  beforeEach(() => {
    storeConfig = { coldDataFlowControlEnable: true, dataReadAheadEnable: true }
    service = new ColdDataCgCtrService({
      brokerConfig: {
        coldCtrStrategyEnable: false,
        usePIDColdCtrStrategy: true,
        cgColdReadThreshold: 3_145_728,
        globalColdReadThreshold: 104_857_600,
      },
      storeConfig,
      clock: new SimClock(1_700_000_000_000),
      logger: SILENT_LOGGER,
    })
    processor = new ColdDataProcessor({
      coldDataCgCtrService: service,
      storeConfig,
      logger: SILENT_LOGGER,
    })
  })

  function call(code: number, text?: string, fields?: Record<string, string>): RemotingCommand {
    const body = text === undefined ? undefined : Buffer.from(text)
    return processor.process(RemotingCommand.request(code, fields, body), new FakeChannel())
  }

  const thresholds = () => Object.fromEntries(service.getColdDataFlowCtrInfo().configTable)

  it('sets thresholds and passes over what is no number', () => {
    const lines = ['A=7', 'B = -5', 'C=x', 'D=', 'E', 'F=1.5', 'G=9223372036854775808', 'H=+3']
    expect(call(UPDATE, lines.join('\n')).code).to.equal(0)
    expect(thresholds()).to.deep.equal({ A: 7, B: -5, H: 3 })
    expect(call(UPDATE).code).to.equal(0)
    expect(() => call(UPDATE, 'A=\\uXYZW')).to.throw(RemotingError, 'string2Properties error')
  })

  it('takes thresholds away', () => {
    call(UPDATE, 'A=7\nB=8')
    expect(call(REMOVE, 'A').code).to.equal(0)
    expect(call(REMOVE, 'Z').code).to.equal(0)
    expect(call(REMOVE).code).to.equal(0)
    expect(thresholds()).to.deep.equal({ B: 8 })
  })

  it('tells what groups have read, as Apache writes it', () => {
    call(UPDATE, 'A=7')
    service.coldAcc('G', 5)
    expect(call(INFO).body?.toString()).to.equal(
      '{"runtimeTable":{"G":{"coldAcc":5,"createTimeMills":1700000000000,"lastColdReadTimeMills":1700000000000}},' +
        '"configTable":{"A":7},"cgColdReadThreshold":3145728,"globalColdReadThreshold":104857600,"globalAcc":5}',
    )
  })

  it('turns read-ahead off and on', () => {
    const off = call(READ_MODE, undefined, { READ_AHEAD_MODE: '1' })
    expect([off.code, off.remark]).to.deep.equal([
      0,
      'set commitlog readahead mode success, mode: 1',
    ])
    expect(storeConfig.dataReadAheadEnable).to.equal(false)
    call(READ_MODE, undefined, { READ_AHEAD_MODE: '0' })
    expect(storeConfig.dataReadAheadEnable).to.equal(true)
  })

  it('refuses other modes', () => {
    const refusalOf = (fields?: Record<string, string>) => {
      try {
        return call(READ_MODE, undefined, fields)
      } catch (error) {
        return [(error as RemotingError).code, (error as RemotingError).message]
      }
    }
    expect(refusalOf()).to.deep.equal([1, 'set commitlog readahead mode param error'])
    expect(refusalOf({})).to.deep.equal([1, 'set commitlog readahead mode failed'])
    expect(refusalOf({ READ_AHEAD_MODE: 'x' })).to.deep.equal([
      1,
      'set commitlog readahead mode failed',
    ])
    expect(refusalOf({ READ_AHEAD_MODE: '2' })).to.deep.equal([
      29,
      'set commitlog readahead mode param value error',
    ])
    expect(storeConfig.dataReadAheadEnable).to.equal(true)
  })
})
