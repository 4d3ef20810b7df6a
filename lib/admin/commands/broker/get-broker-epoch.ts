import { EpochEntryCache } from '../../../../codec/body/epoch-entry-cache.ts'
import { RequestCode } from '../../../../codec/request-code.ts'
import { addressesOf, fetchMasterAndSlaveAddrs } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import type { MqAdminClient } from '../../mq-admin-client.ts'
import { integer, text } from '../../option.ts'
import { repeat } from '../../repeat.ts'
import { onEach } from '../../targets.ts'

/** Apache: tools.command.broker.GetBrokerEpochSubCommand */
export const getBrokerEpoch = defineCommand({
  name: 'getBrokerEpoch',
  text: 'Shows the epochs of brokers in controller mode.',
  options: {
    brokerName: text('b', 'NAME', 'the brokers of this name'),
    clusterName: text('c', 'NAME', 'the brokers of this cluster'),
    interval: integer('i', 'SECONDS', 'again and again, so often', 1),
  },
  oneOf: ['brokerName', 'clusterName'],
  async run(context, { brokerName, clusterName = '', interval }) {
    const { admin, output } = context
    await repeat(context, interval, async () => {
      const addresses =
        brokerName === undefined
          ? await fetchMasterAndSlaveAddrs(admin, clusterName)
          : await fetchAddrsOfBroker(admin, brokerName)
      await onEach(context, addresses, async (address) => {
        const { body } = await admin.invoke(address, { code: RequestCode.GET_BROKER_EPOCH_CACHE })
        const cache = EpochEntryCache.decode(body)
        output.print({ address, ...cache }, linesOf(address, cache))
      })
    })
  },
})

async function fetchAddrsOfBroker(admin: MqAdminClient, brokerName: string): Promise<string[]> {
  const { brokerAddrTable } = await admin.examineBrokerClusterInfo()
  const broker = brokerAddrTable.get(brokerName)
  if (broker === undefined) throw new Error(`${brokerName}: the name server knows no such broker`)
  return addressesOf(broker).map(([, address]) => address)
}

/** The last epoch reaches to the end of the log. */
function linesOf(address: string, cache: EpochEntryCache): string[] {
  const { clusterName, brokerName, brokerId, epochList, maxOffset } = cache
  return [
    '',
    `#clusterName\t${clusterName}`,
    `#brokerName\t${brokerName}`,
    `#brokerAddr\t${address}`,
    `#brokerId\t${brokerId}`,
    ...epochList.map(({ epoch, startOffset, endOffset }, index) => {
      const end = index === epochList.length - 1 ? maxOffset : endOffset
      return `#Epoch: EpochEntry{epoch=${epoch}, startOffset=${startOffset}, endOffset=${end}}`
    }),
  ]
}
