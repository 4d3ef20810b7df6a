import { RequestCode } from '../../../../codec/request-code.ts'
import { toError } from '../../../common/errors.ts'
import { fetchMasterAddrs, fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { formatProperties } from '../../../config/properties.ts'
import { required, text } from '../../option.ts'

/** Apache: tools.command.broker.UpdateBrokerConfigSubCommand */
export const updateBrokerConfig = defineCommand({
  name: 'updateBrokerConfig',
  text: 'Changes a setting of a broker.',
  options: {
    brokerAddr: text('b', 'HOST:PORT', 'of this broker'),
    clusterName: text('c', 'NAME', 'of the masters of this cluster'),
    updateAllBroker: text('a', 'ANYTHING', 'of its slaves as well'),
    key: required(text('k', 'KEY', 'setting')),
    value: required(text('v', 'VALUE', 'value')),
  },
  oneOf: ['brokerAddr', 'clusterName'],
  async run({ admin, output }, { brokerAddr, clusterName = '', updateAllBroker, key, value }) {
    const fetch = updateAllBroker === undefined ? fetchMasterAddrs : fetchMasterAndSlaveAddrs
    const addresses = brokerAddr === undefined ? await fetch(admin, clusterName) : [brokerAddr]
    const body = Buffer.from(formatProperties(new Map([[key, value]])), 'utf8')
    for (const broker of addresses) {
      try {
        await admin.invoke(broker, { code: RequestCode.UPDATE_BROKER_CONFIG, body })
        output.print({ updated: key, value, broker }, [`update broker config success, ${broker}`])
      } catch (error) {
        output.complain(`${broker}: ${toError(error).message}`)
      }
    }
  },
})
