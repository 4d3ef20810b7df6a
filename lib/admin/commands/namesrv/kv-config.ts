import { defineCommand } from '../../command.ts'
import { deleteKVConfig, putKVConfig } from '../../kv-config.ts'
import { required, text } from '../../option.ts'

const OPTIONS = {
  namespace: required(text('s', 'NAME', 'namespace')),
  key: required(text('k', 'KEY', 'key')),
}

/** Apache: tools.command.namesrv.UpdateKvConfigCommand */
export const updateKvConfig = defineCommand({
  name: 'updateKvConfig',
  text: 'Sets a value in the name servers.',
  options: { ...OPTIONS, value: required(text('v', 'VALUE', 'value')) },
  async run({ admin, output }, { namespace, key, value }) {
    await putKVConfig(admin, namespace, key, value)
    output.print({ namespace, key, value }, ['create or update kv config to namespace success.'])
  },
})

/** Apache: tools.command.namesrv.DeleteKvConfigCommand */
export const deleteKvConfig = defineCommand({
  name: 'deleteKvConfig',
  text: 'Takes a value away from the name servers.',
  options: OPTIONS,
  async run({ admin, output }, { namespace, key }) {
    await deleteKVConfig(admin, namespace, key)
    output.print({ namespace, deleted: key }, ['delete kv config from namespace success.'])
  },
})
