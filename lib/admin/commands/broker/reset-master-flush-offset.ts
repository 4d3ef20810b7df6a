import { ResetMasterFlushOffsetHeader } from '../../../../codec/header/exchange-ha-info.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { integer, required, text } from '../../option.ts'

/** Apache: tools.command.broker.ResetMasterFlushOffsetSubCommand */
export const resetMasterFlushOffset = defineCommand({
  name: 'resetMasterFlushOffset',
  text: "Sets what a slave believes of its master's flushed log.",
  options: {
    brokerAddr: required(text('b', 'HOST:PORT', 'slave')),
    offset: required(integer('o', 'BYTES', 'offset in the log')),
  },
  async run({ admin, output }, { brokerAddr, offset }) {
    const header = ResetMasterFlushOffsetHeader.encode({ masterFlushOffset: offset })
    await admin.invoke(brokerAddr, { code: RequestCode.RESET_MASTER_FLUSH_OFFSET, header })
    output.print({ broker: brokerAddr, masterFlushOffset: offset }, [
      `reset master flush offset to ${offset} success`,
    ])
  },
})
