import {
  type SubscriptionGroupConfig,
  SubscriptionGroupWrapper,
} from '../../../../codec/body/subscription-group-config.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { brokersOf, selectBrokerAddr } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { fieldsOfGroupConfig } from '../../describe-group-config.ts'
import { required, text } from '../../option.ts'
import { printf } from '../../printf.ts'

const RULE = '='.repeat(29)

/** Apache: tools.command.consumer.GetConsumerConfigSubCommand */
export const getConsumerConfig = defineCommand({
  name: 'getConsumerConfig',
  text: 'Shows the settings of a consumer group on every broker.',
  options: { groupName: required(text('g', 'GROUP', 'consumer group')) },
  async run({ admin, output }, { groupName }) {
    const info = await admin.examineBrokerClusterInfo()
    const code = RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG
    for (const cluster of [...info.clusterAddrTable.keys()].sort()) {
      for (const broker of brokersOf(info, cluster)) {
        const address = selectBrokerAddr(broker)
        if (address === undefined) continue
        const { body } = await admin.invoke(address, { code })
        const config = SubscriptionGroupWrapper.decode(body).subscriptionGroupTable.get(groupName)
        if (config === undefined) continue
        const { brokerName } = broker
        output.print({ cluster, brokerName, config }, [
          `${RULE}${cluster}:${brokerName}${RULE}`,
          ...linesOf(config),
        ])
      }
    }
  },
})

function linesOf(config: SubscriptionGroupConfig): string[] {
  const fields = Object.entries(fieldsOfGroupConfig(config))
  return fields.map(([name, value]) => printf('%-40s=  %s', name, value ?? ''))
}
