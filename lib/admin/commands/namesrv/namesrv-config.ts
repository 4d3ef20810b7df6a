import { RequestCode } from '../../../../codec/request-code.ts'
import { formatProperties, parseProperties } from '../../../config/properties.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { onEach } from '../../targets.ts'

/** Apache: tools.command.namesrv.GetNamesrvConfigCommand */
export const getNamesrvConfig = defineCommand({
  name: 'getNamesrvConfig',
  text: 'Shows the settings of the name servers.',
  options: {},
  async run(context) {
    const { admin, output } = context
    await onEach(context, admin.namesrvAddrs, async (namesrv) => {
      const { body } = await admin.invoke(namesrv, { code: RequestCode.GET_NAMESRV_CONFIG })
      const settings = parseProperties(body?.toString('utf8') ?? '')
      output.print({ namesrv, settings }, [
        `============${namesrv}============`,
        ...Array.from(settings, ([key, value]) => printf('%-50s=  %s', key, value)),
      ])
    })
  },
})

/** Apache: tools.command.namesrv.UpdateNamesrvConfigCommand */
export const updateNamesrvConfig = defineCommand({
  name: 'updateNamesrvConfig',
  text: 'Changes a setting of the name servers.',
  options: {
    key: required(text('k', 'KEY', 'setting')),
    value: required(text('v', 'VALUE', 'value')),
  },
  async run({ admin, output }, { key, value }) {
    const { namesrvAddrs } = admin
    const body = Buffer.from(formatProperties(new Map([[key, value]])), 'utf8')
    await admin.invokeAllNamesrvs({ code: RequestCode.UPDATE_NAMESRV_CONFIG, body })
    output.print({ updated: key, value, namesrvAddrs }, [
      `update name server config success![${namesrvAddrs.join(', ')}]`,
      `${key} : ${value}`,
    ])
  },
})
