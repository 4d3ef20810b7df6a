import { RequestCode } from '../../../../codec/request-code.ts'
import { addressesOf, fetchBrokers, MASTER_ID } from '../../cluster.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { text } from '../../option.ts'
import { printf } from '../../printf.ts'
import { parseProperties } from '../../../config/properties.ts'

/** What stands in the place of a master that is not there. Source: tools.command.CommandUtil */
const NO_MASTER = 'NO_MASTER'

/** Apache: tools.command.broker.GetBrokerConfigCommand */
export const getBrokerConfig = defineCommand({
  name: 'getBrokerConfig',
  text: 'Shows the settings of a broker.',
  options: {
    brokerAddr: text('b', 'HOST:PORT', 'this broker'),
    clusterName: text('c', 'NAME', 'all brokers of this cluster'),
  },
  oneOf: ['brokerAddr', 'clusterName'],
  async run(context, { brokerAddr, clusterName = '' }) {
    if (brokerAddr !== undefined) {
      return print(context, brokerAddr, `============${brokerAddr}============`)
    }
    for (const broker of await fetchBrokers(context.admin, clusterName)) {
      const master = broker.brokerAddrs.get(MASTER_ID) ?? NO_MASTER
      for (const [id, address] of addressesOf(broker)) {
        const isMaster = id === MASTER_ID
        const head = isMaster ? `Master: ${address}` : `My Master: ${master}=====Slave: ${address}`
        await print(context, address, `============${head}============`)
      }
    }
  },
})

async function print(
  { admin, output }: AdminContext,
  address: string,
  head: string,
): Promise<void> {
  const { body } = await admin.invoke(address, { code: RequestCode.GET_BROKER_CONFIG })
  const settings = parseProperties(body?.toString('utf8') ?? '')
  const lines = Array.from(settings, ([key, value]) => printf('%-50s=  %s', key, value))
  output.print({ broker: address, settings }, [head, ...lines, ''])
}
