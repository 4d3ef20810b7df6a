import {
  AddWritePermOfBrokerRequestHeader,
  AddWritePermOfBrokerResponseHeader,
  WipeWritePermOfBrokerRequestHeader,
  WipeWritePermOfBrokerResponseHeader,
} from '../../../../codec/header/write-perm-of-broker.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { onEach } from '../../targets.ts'

const OPTIONS = { brokerName: required(text('b', 'NAME', 'broker name')) }

/** Apache: tools.command.namesrv.WipeWritePermSubCommand */
export const wipeWritePerm = defineCommand({
  name: 'wipeWritePerm',
  text: 'Keeps producers away from a broker, before it stops.',
  options: OPTIONS,
  async run(context, { brokerName }) {
    const { admin, output } = context
    const header = WipeWritePermOfBrokerRequestHeader.encode({ brokerName })
    await onEach(context, admin.namesrvAddrs, async (namesrv) => {
      const code = RequestCode.WIPE_WRITE_PERM_OF_BROKER
      const { extFields } = await admin.invoke(namesrv, { code, header })
      const { wipeTopicCount } = WipeWritePermOfBrokerResponseHeader.decode(extFields)
      output.print({ namesrv, brokerName, wipeTopicCount }, [
        `wipe write perm of broker[${brokerName}] in name server[${namesrv}] OK, ${wipeTopicCount}`,
      ])
    })
  },
})

/** Apache: tools.command.namesrv.AddWritePermSubCommand */
export const addWritePerm = defineCommand({
  name: 'addWritePerm',
  text: 'Lets producers come back to a broker.',
  options: OPTIONS,
  async run(context, { brokerName }) {
    const { admin, output } = context
    const header = AddWritePermOfBrokerRequestHeader.encode({ brokerName })
    await onEach(context, admin.namesrvAddrs, async (namesrv) => {
      const code = RequestCode.ADD_WRITE_PERM_OF_BROKER
      const { extFields } = await admin.invoke(namesrv, { code, header })
      const { addTopicCount } = AddWritePermOfBrokerResponseHeader.decode(extFields)
      output.print({ namesrv, brokerName, addTopicCount }, [
        `add write perm of broker[${brokerName}] in name server[${namesrv}] OK, ${addTopicCount}`,
      ])
    })
  },
})
