import { expect } from 'chai'
import { ColdDataCgCtrService } from '../../../../lib/broker/coldctr/cold-data-cg-ctr-service.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const PERIOD_MS = 5_000

describe('ColdDataCgCtrService', () => {
  let clock: SimClock
  let service: ColdDataCgCtrService
  const storeConfig = { coldDataFlowControlEnable: true }
  const defaults = {
    coldCtrStrategyEnable: false,
    usePIDColdCtrStrategy: false,
    cgColdReadThreshold: 100,
    globalColdReadThreshold: 1_000,
  }
  let brokerConfig: typeof defaults

  beforeEach(() => open({}))
  afterEach(() => service.stop())

  function open(config: Partial<typeof defaults>): void {
    clock = new SimClock()
    brokerConfig = { ...defaults, ...config }
    storeConfig.coldDataFlowControlEnable = true
    service = new ColdDataCgCtrService({ brokerConfig, storeConfig, clock, logger: SILENT_LOGGER })
    void service.start()
  }

  const isHeldBack = (group = 'G') => service.isCgNeedColdDataFlowCtr(group)
  const thresholds = () => Object.fromEntries(service.getColdDataFlowCtrInfo().configTable)

  it('holds a group back from its threshold on, until the period ends', () => {
    service.coldAcc('G', 99)
    expect(isHeldBack()).to.equal(false)
    service.coldAcc('G', 1)
    expect(isHeldBack()).to.equal(true)
    expect(isHeldBack('OTHER')).to.equal(false)
    clock.advance(PERIOD_MS - 1)
    expect(isHeldBack()).to.equal(true)
    clock.advance(1)
    expect(isHeldBack()).to.equal(false)
  })

  it('holds back all groups that read cold data when together they read too much', () => {
    for (let i = 0; i < 19; i++) service.coldAcc(`G${i}`, 50)
    expect(isHeldBack('G0')).to.equal(false)
    service.coldAcc('G19', 50)
    expect(isHeldBack('G0')).to.equal(true)
    expect(isHeldBack('hot')).to.equal(false)
  })

  it('prefers the threshold that an administrator has set', () => {
    service.addOrUpdateGroupConfig('G', 10)
    service.coldAcc('G', 10)
    expect(isHeldBack()).to.equal(true)
    service.removeGroupConfig('G')
    expect(isHeldBack()).to.equal(false)
  })

  it('holds back neither groups of the system nor anybody while it is off', () => {
    service.coldAcc('TOOLS_CONSUMER', 5_000)
    service.coldAcc('CID_RMQ_SYS_X', 5_000)
    service.coldAcc('G', 5_000)
    expect(isHeldBack('TOOLS_CONSUMER')).to.equal(false)
    expect(isHeldBack('CID_RMQ_SYS_X')).to.equal(false)
    expect(isHeldBack()).to.equal(true)
    storeConfig.coldDataFlowControlEnable = false
    expect(isHeldBack()).to.equal(false)
  })

  it('tells what was read and forgets a group a minute after its last cold data', () => {
    const startMs = clock.now()
    service.coldAcc('G', 3)
    clock.advance(1_000)
    service.coldAcc('G', 4)
    service.coldAcc('H', 0)
    const told = service.getColdDataFlowCtrInfo()
    const { cgColdReadThreshold, globalColdReadThreshold } = brokerConfig
    expect(told).to.include({ cgColdReadThreshold, globalColdReadThreshold, globalAcc: 7 })
    expect([...told.runtimeTable]).to.deep.equal([
      ['G', { coldAcc: 7, createTimeMills: startMs, lastColdReadTimeMills: startMs + 1_000 }],
    ])
    clock.advance(59_000)
    expect([...told.runtimeTable.keys()]).to.deep.equal(['G'])
    clock.advance(PERIOD_MS)
    expect([...told.runtimeTable.keys()]).to.deep.equal([])
    expect(service.getColdDataFlowCtrInfo().globalAcc).to.equal(0)
  })

  it('leaves no timer behind', async () => {
    await service.stop()
    expect(clock.pendingTimers).to.equal(0)
  })

  describe('with the simple strategy', () => {
    beforeEach(() => open({ coldCtrStrategyEnable: true }))

    it('gives half as much again to a group that comes to its threshold', () => {
      for (const threshold of [150, 225, 337]) {
        service.coldAcc('G', 400)
        clock.advance(PERIOD_MS)
        expect(thresholds()).to.deep.equal({ 'G||adaptive': threshold })
      }
      service.coldAcc('G', 336)
      expect(isHeldBack()).to.equal(false)
    })

    it('changes nothing for a group whose threshold an administrator has set', () => {
      service.addOrUpdateGroupConfig('G', 10)
      service.coldAcc('G', 10)
      clock.advance(PERIOD_MS)
      expect(thresholds()).to.deep.equal({ G: 10 })
    })

    it('takes a fifth of the three highest while all read too much, but not below the common one', () => {
      const before = { A: 1_000, B: 500, C: 110, D: 105, SET: 2_000 }
      service.addOrUpdateGroupConfig('SET', 7)
      for (const [group, threshold] of Object.entries(before)) {
        service.addOrUpdateGroupConfig(`${group}||adaptive`, threshold)
      }
      service.coldAcc('E', 1_001)
      clock.advance(PERIOD_MS)
      expect(thresholds()).to.deep.equal({
        ...{ 'A||adaptive': 800, 'B||adaptive': 400 },
        ...{ 'C||adaptive': 100, 'D||adaptive': 105 },
        ...{ 'SET||adaptive': 2_000, SET: 7 },
      })
    })

    it('drops a threshold of its own with its group, or when it is turned off', () => {
      service.coldAcc('G', 100)
      clock.advance(PERIOD_MS)
      clock.advance(60_000)
      expect(thresholds()).to.deep.equal({})
      service.coldAcc('G', 100)
      clock.advance(PERIOD_MS)
      service.addOrUpdateGroupConfig('G', 10)
      brokerConfig.coldCtrStrategyEnable = false
      clock.advance(PERIOD_MS)
      expect(thresholds()).to.deep.equal({ G: 10 })
    })
  })

  describe('with the PID strategy', () => {
    beforeEach(() => open({ coldCtrStrategyEnable: true, usePIDColdCtrStrategy: true }))

    it('gives more while less is read than is aimed at, from the tenth period on', () => {
      for (let period = 1; period < 10; period++) {
        service.coldAcc('G', 100)
        clock.advance(PERIOD_MS)
      }
      expect(thresholds()).to.deep.equal({})
      service.coldAcc('G', 100)
      clock.advance(PERIOD_MS)
      expect(thresholds()).to.deep.equal({ 'G||adaptive': 150 })
    })

    it('takes away while more is read than that', () => {
      service.addOrUpdateGroupConfig('G||adaptive', 500)
      for (let period = 1; period < 10; period++) {
        service.coldAcc('G', 900)
        clock.advance(PERIOD_MS)
      }
      expect(thresholds()).to.deep.equal({ 'G||adaptive': 500 })
      service.coldAcc('G', 900)
      clock.advance(PERIOD_MS)
      expect(thresholds()).to.deep.equal({ 'G||adaptive': 400 })
    })

    // What is aimed at is 800. Nine errors of 10, then -20: 0.5 * -20 + 0.3 * 70 + 0.2 * -30 = 5; with -30 it is -5.
    const lastReads = [
      { bytes: 820, threshold: 750 },
      { bytes: 830, threshold: 400 },
    ]
    for (const { bytes, threshold } of lastReads) {
      it(`weighs a last period of ${bytes} bytes, the sum of ten and the last change`, () => {
        service.addOrUpdateGroupConfig('G||adaptive', 500)
        for (let period = 1; period <= 10; period++) {
          service.coldAcc('G', period < 10 ? 790 : bytes)
          clock.advance(PERIOD_MS)
        }
        expect(thresholds()).to.deep.equal({ 'G||adaptive': threshold })
      })
    }
  })
})
