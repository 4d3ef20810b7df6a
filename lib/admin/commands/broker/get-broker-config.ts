import { RequestCode } from '../../../../codec/request-code.ts'
import { parseProperties } from '../../../config/properties.ts'
import { defineCommand } from '../../command.ts'
import { printf } from '../../printf.ts'
import { BROKER_OPTIONS, ONE_OF_BROKER_OPTIONS, onMastersAndSlaves } from '../../targets.ts'

/** Apache: tools.command.broker.GetBrokerConfigCommand */
export const getBrokerConfig = defineCommand({
  name: 'getBrokerConfig',
  text: 'Shows the settings of a broker, or of all brokers of a cluster.',
  options: BROKER_OPTIONS,
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    await onMastersAndSlaves(context, values, async (broker, head) => {
      const { body } = await admin.invoke(broker, { code: RequestCode.GET_BROKER_CONFIG })
      const settings = parseProperties(body?.toString('utf8') ?? '')
      const lines = Array.from(settings, ([key, value]) => printf('%-50s=  %s', key, value))
      output.print({ broker, settings }, [head, ...lines, ''])
    })
  },
})
