import { expect } from 'chai'
import { RemotingCommand } from '../../../../../codec/remoting-command.ts'
import { RequestCode } from '../../../../../codec/request-code.ts'
import { ResponseCode } from '../../../../../codec/response-code.ts'
import { NothingToDoProcessor } from '../../../../../lib/broker/processor/admin/nothing-to-do-processor.ts'
import { RemotingError } from '../../../../../lib/remoting/index.ts'

describe('NothingToDoProcessor', () => {
  const master = new NothingToDoProcessor({ brokerId: 0 })
  const slave = new NothingToDoProcessor({ brokerId: 1 })

  it('has the records of pops in the revive topic already', () => {
    const request = RemotingCommand.request(RequestCode.POP_ROLLBACK)
    expect(master.process(request).code).to.equal(ResponseCode.SUCCESS)
    expect(slave.process(request).code).to.equal(ResponseCode.SUCCESS)
  })

  it('takes a flushed offset of its master as a master, and refuses it as a slave', () => {
    const request = RemotingCommand.request(RequestCode.RESET_MASTER_FLUSH_OFFSET)
    expect(master.process(request).code).to.equal(ResponseCode.SUCCESS)
    expect(() => slave.process(request))
      .to.throw(RemotingError, 'request type 908 not supported')
      .with.property('code', ResponseCode.REQUEST_CODE_NOT_SUPPORTED)
  })
})
