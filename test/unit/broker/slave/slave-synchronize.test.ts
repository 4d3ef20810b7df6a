import { expect } from 'chai'
import { DelayOffsetSerializeWrapper } from '../../../../codec/body/consumer-offset.ts'
import { RemotingCommand } from '../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../codec/response-code.ts'
import { GroupMaster } from '../../../../lib/broker/slave/group-master.ts'
import {
  SlaveSynchronize,
  type SlaveSynchronizeDeps,
} from '../../../../lib/broker/slave/slave-synchronize.ts'
import { SILENT_LOGGER } from '../../../../lib/common/logger.ts'
import { settle } from '../../../helpers/settle.ts'
import { SimClock } from '../../../helpers/sim-clock.ts'

const MASTER = { masterAddr: 'm:1', haServerAddr: 'm:2' }

describe('SlaveSynchronize', () => {
  let clock: SimClock
  let groupMaster: GroupMaster
  let service: SlaveSynchronize
  /** How far the master has come with level 1. */
  let offset: number
  let taken: (number | undefined)[]
  let checkPoints: number
  /** Whom the slave has asked for tables. */
  let asked: string[]
  /** Runs before the master answers. */
  let onAsked: () => void

  beforeEach(async () => {
    clock = new SimClock()
    groupMaster = new GroupMaster(SILENT_LOGGER)
    offset = 10
    taken = []
    checkPoints = 0
    asked = []
    onAsked = () => undefined
    service = new SlaveSynchronize({
      storeConfig: { brokerRole: 'SLAVE' },
      groupMaster,
      invoke: (address: string, { code }: RemotingCommand) => {
        if (code === RequestCode.GET_ALL_TOPIC_CONFIG) asked.push(address)
        return Promise.resolve().then(() => answer(code))
      },
      scheduleMessageService: {
        takeOver: ({ offsetTable }: DelayOffsetSerializeWrapper) =>
          void taken.push(offsetTable.get(1)),
      },
      timerMessageStore: { followMaster: () => void checkPoints++ },
      clock,
      logger: SILENT_LOGGER,
    } as unknown as SlaveSynchronizeDeps)
    await service.start()
  })
  afterEach(() => service.stop())

  /** Tables are refused: they are not looked at here. */
  function answer(code: number): RemotingCommand {
    onAsked()
    if (code === RequestCode.GET_TIMER_CHECK_POINT) return success(Buffer.alloc(8))
    if (code !== RequestCode.GET_ALL_DELAY_OFFSET) return RemotingCommand.response(1, 'no')
    const dataVersion = { stateVersion: 0, timestamp: 0, counter: 0 }
    const offsetTable = new Map([[1, offset]])
    return success(DelayOffsetSerializeWrapper.encode({ dataVersion, offsetTable }))
  }

  const success = (body: Buffer) =>
    RemotingCommand.response(ResponseCode.SUCCESS, undefined, undefined, body)

  it('follows what its master has delivered, when it is found and every 3 s', async () => {
    clock.advance(3_000)
    await settle()
    expect(taken).to.deep.equal([])
    groupMaster.update(MASTER)
    await settle()
    for (offset = 11; offset <= 13; offset++) {
      clock.advance(2_999)
      await settle()
      clock.advance(1)
      await settle()
    }
    expect(taken).to.deep.equal([10, 11, 12, 13])
    expect(checkPoints).to.equal(4)
  })

  it('takes nothing over that comes when the master has gone: it acts itself by then', async () => {
    onAsked = () => groupMaster.clear()
    groupMaster.update(MASTER)
    await settle()
    clock.advance(6_000)
    await settle()
    expect(taken).to.deep.equal([])
    expect(checkPoints).to.equal(0)
  })

  it('asks a master that is found while another one is asked, too', async () => {
    const next = { masterAddr: 'n:1', haServerAddr: 'n:2' }
    onAsked = () => groupMaster.update(next)
    groupMaster.update(MASTER)
    await settle()
    expect(asked).to.deep.equal([MASTER.masterAddr, next.masterAddr])
  })
})
