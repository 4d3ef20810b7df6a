import { RequestCode } from '../../../../codec/request-code.ts'
import { fetchBrokers, fetchBrokerName, addressesOf } from '../../cluster.ts'
import { type AdminContext, defineCommand } from '../../command.ts'
import { truth } from '../../option.ts'
import { BROKER_OPTIONS, onEach, ONE_OF_BROKER_OPTIONS, type Target } from '../../targets.ts'

const TIMEOUT_MS = 30_000

/** Apache: tools.command.export.ExportPopRecordCommand */
export const exportPopRecord = defineCommand({
  name: 'exportPopRecord',
  text: 'Lets brokers turn what they keep of pop consumption in RocksDB into messages.',
  options: { ...BROKER_OPTIONS, dryRun: truth('d', 'true: only tell which brokers it would be') },
  oneOf: ONE_OF_BROKER_OPTIONS,
  async run(context, values) {
    const { admin, output } = context
    const { dryRun = false } = values
    const names = await namesOf(context, values)
    await onEach(context, [...names.keys()], async (brokerAddr) => {
      const brokerName = names.get(brokerAddr) as string
      if (!dryRun) {
        await admin.within(TIMEOUT_MS).invoke(brokerAddr, { code: RequestCode.POP_ROLLBACK })
      }
      const fields = `brokerName=${brokerName}, brokerAddr=${brokerAddr}, dryRun=${dryRun}`
      output.print({ brokerName, brokerAddr, dryRun }, [`Export broker records, ${fields}`])
    })
  },
})

/** Address to name, of the broker or of all in the cluster. */
async function namesOf(
  { admin }: AdminContext,
  { brokerAddr, clusterName = '' }: Target,
): Promise<Map<string, string>> {
  if (brokerAddr !== undefined) {
    return new Map([[brokerAddr, await fetchBrokerName(admin, brokerAddr)]])
  }
  const brokers = await fetchBrokers(admin, clusterName)
  return new Map(
    brokers.flatMap((broker) =>
      addressesOf(broker).map(([, address]) => [address, broker.brokerName] as const),
    ),
  )
}
