import { RequestCode } from '../../../../codec/request-code.ts'
import { formatProperties } from '../../../config/properties.ts'
import { fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { BROKER_OPTIONS, mastersOf, onEach, ONE_OF_BROKER_OPTIONS } from '../../targets.ts'

/** Apache: tools.command.broker.UpdateBrokerConfigSubCommand */
export const updateBrokerConfig = defineCommand({
  name: 'updateBrokerConfig',
  text: 'Changes a setting of a broker.',
  options: {
    ...BROKER_OPTIONS,
    updateAllBroker: text('a', 'ANYTHING', 'with -c: its slaves as well'),
    key: required(text('k', 'KEY', 'setting')),
    value: required(text('v', 'VALUE', 'value')),
  },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { brokerAddr, clusterName = '', updateAllBroker, key, value } = values
    const isAll = brokerAddr === undefined && updateAllBroker !== undefined
    const addresses = isAll
      ? await fetchMasterAndSlaveAddrs(admin, clusterName)
      : await mastersOf(context, values)
    const body = Buffer.from(formatProperties(new Map([[key, value]])), 'utf8')
    await onEach(context, addresses, async (broker) => {
      await admin.invoke(broker, { code: RequestCode.UPDATE_BROKER_CONFIG, body })
      output.print({ updated: key, value, broker }, [`update broker config success, ${broker}`])
    })
  },
})
